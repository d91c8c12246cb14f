namespace Tidemark.Commands;

/// <summary>Names that were typed in one word, separated by commas.</summary>
internal static class CommaList
{
    public static string[] Of(string typed) => typed.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
