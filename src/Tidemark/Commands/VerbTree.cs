using System.CommandLine;
using System.CommandLine.Help;
using Tidemark.Commands.Backups;
using Tidemark.Commands.Definitions;
using Tidemark.Commands.Demo;
using Tidemark.Commands.Quarantined;
using Tidemark.Commands.Runs;

namespace Tidemark.Commands;

/// <summary>Every verb, in the order of the help.</summary>
internal static class VerbTree
{
    public static RootCommand Build()
    {
        var root = new RootCommand("Keeps databases in step with the systems of record.") { HelpName = "tidemark" };
        root.Options.Clear(); // its own help has no examples
        root.Add(new HelpOption
        {
            Action = new HelpWithExamples(
                ["tidemark demo --once", "tidemark apply -f tidemark.yaml", "tidemark sync payments", "tidemark runs"]),
        });
        root.Add(SharedOptions.Home);
        root.Add(SharedOptions.Json);
        root.Add(TellVersion.Option());
        foreach (var verb in Verbs()) root.Add(verb);
        return root;
    }

    private static IEnumerable<Command> Verbs() =>
    [
        DemoVerb.Create(),
        SandboxVerb.Create(),
        InitVerb.Create(),
        ApplyVerb.Create(),
        ExportVerb.Create(),
        SourceVerb.Create(),
        DestinationVerb.Create(),
        PipelineVerb.Create(),
        SyncVerb.Create(),
        RunsVerb.Create(),
        RunVerb.Create(),
        QuarantineVerb.Create(),
        VerifyVerb.Create(),
        BackupVerb.Create(),
        TestVerb.Create(),
        ConnectorsVerb.Create(),
        SecretsVerb.Create(),
    ];
}
