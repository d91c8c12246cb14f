using Tidemark.Engine.Errors;

namespace Tidemark.Tests;

/// <summary>How an act is refused.</summary>
internal static class Refusal
{
    /// <summary>The code of the refusal; empty where there was none.</summary>
    public static async Task<string> CodeAsync<T>(Func<Task<T>> act)
    {
        try
        {
            await act();
            return "";
        }
        catch (TidemarkException refused)
        {
            return refused.Code;
        }
    }
}
