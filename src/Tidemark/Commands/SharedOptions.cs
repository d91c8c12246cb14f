using System.CommandLine;

namespace Tidemark.Commands;

/// <summary>What every verb understands.</summary>
internal static class SharedOptions
{
    public static readonly Option<string?> Home = new("--home")
    {
        Description = "Folder of the catalog and the key. [default: TIDEMARK_HOME, else ./.tidemark]",
        HelpName = "DIR",
        Recursive = true,
    };

    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Write JSON, one object a line; text for people goes to standard error.",
        Recursive = true,
    };

    public const string ServerVariable = "TIDEMARK_SERVER";

    public static readonly Option<string?> Server = new("--server")
    {
        Description = $"Ask the server at this address, with the token in TIDEMARK_TOKEN, in place of a home. [default: {ServerVariable}]",
        HelpName = "URL",
        Recursive = true,
    };

    /// <summary>On the verbs that run something.</summary>
    public static readonly Option<bool> Quiet = new("--quiet")
    {
        Description = "Print nothing but errors and what needs a person, to standard error; the exit code tells the outcome.",
    };

    /// <summary>On the verbs that run something.</summary>
    public static readonly Option<bool> Verbose = new("--verbose")
    {
        Description = "Print the log of the run as it comes, and count requests and batches.",
    };
}
