using System.Globalization;
using System.Text;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Definitions;

/// <summary>Loads a definition document that is written in YAML or in JSON, within the same bounds.</summary>
internal static class DefinitionText
{
    public const int MaxBytes = 1 << 20;

    /// <summary>Maps and lists within each other: a list within a rule within a column within a stream is 9.</summary>
    public const int MaxDepth = 14;

    /// <exception cref="TidemarkException"><c>definitions.malformed</c> with the line, <c>definitions.too_large</c>
    /// (configuration).</exception>
    public static DefinitionMap Load(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) > MaxBytes)
        {
            throw new TidemarkException(FailureKind.Configuration, "definitions.too_large",
                "The file is larger than 1 MB.");
        }

        if (!text.AsSpan().TrimStart().StartsWith("{")) return DefinitionYaml.Load(text);
        try
        {
            return DefinitionJsonText.Load(text);
        }
        catch (TidemarkException)
        {
            if (LoadBraces(text) is { } braces) return braces;
            throw;
        }
    }

    /// <summary>The document's map.</summary>
    /// <exception cref="TidemarkException"><c>definitions.malformed</c>.</exception>
    public static DefinitionMap Root(DefinitionTree root) => root as DefinitionMap
        ?? throw Malformed(root.Line, "sources:, destinations: or pipelines: is expected here");

    /// <exception cref="TidemarkException"><c>definitions.malformed</c>.</exception>
    public static DefinitionMap Map(long line, List<DefinitionEntry> entries)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in entries.Where(entry => !keys.Add(entry.Key)))
            throw Malformed(entry.Line, $"the key {entry.Key} stands here a second time");
        return new DefinitionMap(line, entries);
    }

    public static TidemarkException Malformed(long line, string what, Exception? cause = null) =>
        new(FailureKind.Configuration, "definitions.malformed",
            string.Create(CultureInfo.InvariantCulture, $"Line {line}: {what.TrimEnd('.')}."), cause);

    /// <summary>YAML may begin with a brace too; null where it is no YAML either.</summary>
    private static DefinitionMap? LoadBraces(string text)
    {
        try
        {
            return DefinitionYaml.Load(text);
        }
        catch (TidemarkException)
        {
            return null;
        }
    }
}
