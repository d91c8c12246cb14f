using System.CommandLine;
using Tidemark.Commands.Access;
using Tidemark.Commands.Alerting;
using Tidemark.Commands.Backfilling;
using Tidemark.Commands.Backups;
using Tidemark.Commands.Definitions;
using Tidemark.Commands.Demo;
using Tidemark.Commands.Inbox;
using Tidemark.Commands.Proposals;
using Tidemark.Commands.Quarantined;
using Tidemark.Commands.Runs;
using Tidemark.Commands.Serving;
using Tidemark.Commands.Transfers;

namespace Tidemark.Commands;

/// <summary>Every verb, in the order of the help.</summary>
internal static class VerbTree
{
    /// <param name="typed">What was typed; a verb whose options take long to make has them where it is among the words.</param>
    public static RootCommand Build(IReadOnlyList<string> typed)
    {
        var root = new RootCommand("Keeps databases in sync with the systems of record.") { HelpName = "tidemark" };
        root.Options.Clear(); // its own help has no examples
        var help = HelpWithExamples.Option(
            "tidemark demo --once", "tidemark apply -f tidemark.yaml", "tidemark sync payments", "tidemark runs");
        ((HelpWithExamples)help.Action!).More = WriteVariables;
        root.Add(help);
        root.Add(SharedOptions.Home);
        root.Add(SharedOptions.Json);
        root.Add(SharedOptions.Server);
        root.Add(VersionOption.Option());
        foreach (var verb in Verbs(typed)) root.Add(verb);
        return root;
    }

    /// <summary>The variables that every command reads; an address or a key is taken from the environment alone.</summary>
    public static IReadOnlyList<(string Name, string What)> Variables { get; } =
    [
        ("TIDEMARK_HOME", "Folder of the catalog and the key, where --home is not given."),
        ("TIDEMARK_CATALOG", "Address of a PostgreSQL database for the catalog, in place of the folder."),
        ("TIDEMARK_ENCRYPTION_KEY", "Key of the secrets, in place of the key file in the folder."),
        (SharedOptions.ServerVariable, "Address of a server to ask, where neither --server nor --home is given."),
        ("TIDEMARK_TOKEN", "Token for that server."),
    ];

    private static void WriteVariables(Session session)
    {
        session.Say("Environment:");
        foreach (var (name, what) in Variables) session.Say($"  {what}", name.PadRight(Variables.Max(variable => variable.Name.Length) + 2));
        session.Say("");
    }

    private static IEnumerable<Command> Verbs(IReadOnlyList<string> typed) =>
    [
        DemoVerb.Create(),
        SandboxVerb.Create(),
        InitVerb.Create(),
        ApplyVerb.Create(),
        ExportVerb.Create(),
        SourceVerb.Create(),
        DestinationVerb.Create(),
        PipelineVerb.Create(),
        ChannelVerb.Create(),
        AlertVerb.Create(),
        SyncVerb.Create(),
        StatusVerb.Create(),
        SchedulesVerb.Create(),
        BackfillVerb.Create(),
        TransferVerb.Create(),
        RunsVerb.Create(),
        RunVerb.Create(),
        InboxVerb.Create(),
        ProposalVerb.Create(),
        QuarantineVerb.Create(),
        VerifyVerb.Create(),
        BackupVerb.Create(),
        TestVerb.Create(),
        StreamsVerb.Create(),
        ConnectorsVerb.Create(),
        ServeVerb.Create(hasOptions: typed.Any(word => word.Contains(ServeVerb.Name, StringComparison.Ordinal))),
        McpVerb.Create(),
        UserVerb.Create(),
        SessionVerb.Create(),
        TokenVerb.Create(),
        AuditVerb.Create(),
        SecretsVerb.Create(),
        SchemaVerb.Create(),
        CompletionVerb.Create(),
    ];
}
