using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;
using Tidemark.Output;

namespace Tidemark.Commands;

/// <summary><c>tidemark --version</c>, whatever else was typed.</summary>
internal sealed class VersionOption : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public static Option<bool> Option() =>
        new("--version") { Description = "Print the version and end.", Action = new VersionOption() };

    public override int Invoke(ParseResult parseResult)
    {
        var version = typeof(VersionOption).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion;
        var output = parseResult.InvocationConfiguration.Output;
        if (parseResult.GetValue(SharedOptions.Json))
            JsonLine.WriteTo(output, new VersionAnswer(version), CommandJson.Default.VersionAnswer);
        else output.WriteLine(version);
        return ExitCode.Done;
    }
}
