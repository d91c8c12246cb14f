using System.CommandLine;

namespace Tidemark.Commands;

/// <summary>What every verb understands.</summary>
internal static class SharedOptions
{
    public static readonly Option<string?> Home = new("--home")
    {
        Description = "Folder of catalog and key. Default: TIDEMARK_HOME, else ./.tidemark. TIDEMARK_CATALOG puts the catalog into PostgreSQL.",
        HelpName = "DIR",
        Recursive = true,
    };

    public static readonly Option<bool> Json = new("--json")
    {
        Description = "One JSON object a line on standard output; words for people on standard error.",
        Recursive = true,
    };
}
