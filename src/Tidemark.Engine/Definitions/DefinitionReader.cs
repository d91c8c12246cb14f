using System.Globalization;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Definitions;

/// <summary>A definition as a file has it, before the catalog was looked at.</summary>
internal sealed record DefinitionDraft<T>(DefinitionNode Node, T Definition, DraftSettings Settings);

/// <summary>Settings as a file has them.</summary>
/// <param name="Values">The settings, with environment variables filled in.</param>
/// <param name="Marked">Those written as <see cref="DefinitionFile.SecretMarker"/>.</param>
/// <param name="Unset">Those without a usable value, which is reported already.</param>
internal sealed record DraftSettings(Dictionary<string, string> Values, HashSet<string> Marked, HashSet<string> Unset)
{
    public static readonly DraftSettings None = new([], [], []);
}

/// <summary>The definitions of a file, with every mistake that the file alone shows.</summary>
internal sealed class DefinitionReader
{
    internal static readonly string[] SourceKeys = ["name", "connector", "active", "settings"];
    internal static readonly string[] DestinationKeys = ["name", "connector", "settings"];
    internal static readonly string[] ChannelKeys = ["name", "connector", "settings"];
    internal static readonly string[] PipelineKeys =
    [
        "name", "source", "destination", "mode", "streams", "tables", "schema_changes", "empty_text", "raw", "max_deleted_percent",
        "max_deleted_rows", "max_updated_percent", "max_quarantined_percent", "max_quarantined_rows", "deletes", "in_order",
        "undo_runs", "schedules", "after", "deadline", "webhooks", "paused", "labels", "backup", "transfer",
    ];

    internal static readonly string[] Sections = ["sources", "destinations", "pipelines", "channels", "alerts"];

    private readonly Func<string, string?> _environment;

    /// <exception cref="TidemarkException"><c>definitions.malformed</c>, <c>definitions.too_large</c>.</exception>
    public DefinitionReader(string text, Func<string, string?> environment)
    {
        _environment = environment;
        var root = DefinitionText.Load(text);
        foreach (var (section, line, _) in root.Entries.Where(entry => !Sections.Contains(entry.Key)))
        {
            Problems.Add(new("definition.unknown_key", At("file", line), $"There is no section {section} here.",
                NearestName.Hint(section, Sections)));
        }

        Sources = Read(root, "sources", "source", SourceKeys, ReadSource);
        Destinations = Read(root, "destinations", "destination", DestinationKeys, ReadDestination);
        Pipelines = Read(root, "pipelines", "pipeline", PipelineKeys, ReadPipeline);
        Channels = Read(root, "channels", "channel", ChannelKeys, ReadChannel);
        Alerts = Read(root, "alerts", "alert", AlertFile.Keys, node => new DefinitionDraft<AlertDefinition>(node, AlertFile.Read(node), DraftSettings.None));
    }

    public IReadOnlyList<DefinitionDraft<SourceDefinition>> Sources { get; }

    public IReadOnlyList<DefinitionDraft<DestinationDefinition>> Destinations { get; }

    public IReadOnlyList<DefinitionDraft<PipelineDefinition>> Pipelines { get; }

    public IReadOnlyList<DefinitionDraft<ChannelDefinition>> Channels { get; }

    public IReadOnlyList<DefinitionDraft<AlertDefinition>> Alerts { get; }

    public List<Problem> Problems { get; } = [];

    private List<DefinitionDraft<T>> Read<T>(
        DefinitionMap root, string section, string kind, string[] keys,
        Func<DefinitionNode, DefinitionDraft<T>> read)
    {
        var drafts = new List<DefinitionDraft<T>>();
        if (root.Find(section) is not { } node || node is DefinitionScalar { Text: null }) return drafts;
        var items = node as DefinitionList;
        if (items is null)
            Problems.Add(new("definition.invalid_value", At("file", node.Line), $"The section {section} is a list."));
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in items?.Items ?? [])
        {
            if (item is not DefinitionMap map)
            {
                Problems.Add(new("definition.invalid_value", At(kind, item.Line), $"{(kind == "alert" ? "An" : "A")} {kind} is a mapping with a name."));
                continue;
            }

            var draft = read(new DefinitionNode(kind, map, keys, Problems));
            if (draft.Node.Name.Length > 0 && !names.Add(draft.Node.Name))
                draft.Node.Report("definition.duplicate", $"There are two {section} of this name in the file.");
            drafts.Add(draft);
        }

        return drafts;
    }

    private DefinitionDraft<SourceDefinition> ReadSource(DefinitionNode node)
    {
        foreach (var mistake in DefinitionName.Mistakes(node.Name)) node.Report(mistake);
        var settings = ReadSettings(node);
        return new(node, new(node.Name, node.Required("connector"), settings.Values)
        {
            IsActive = node.Flag("active", otherwise: true),
        }, settings);
    }

    private DefinitionDraft<DestinationDefinition> ReadDestination(DefinitionNode node)
    {
        foreach (var mistake in DefinitionName.Mistakes(node.Name)) node.Report(mistake);
        var settings = ReadSettings(node);
        // An address says whose it is.
        var connector = settings.Values.ContainsKey(DatabaseAddress.Setting) ? node.Text("connector") ?? "" : node.Required("connector");
        return new(node, new(node.Name, connector, settings.Values), settings);
    }

    private DefinitionDraft<ChannelDefinition> ReadChannel(DefinitionNode node)
    {
        foreach (var mistake in DefinitionName.Mistakes(node.Name)) node.Report(mistake);
        var settings = ReadSettings(node);
        return new(node, new(node.Name, node.Required("connector"), settings.Values), settings);
    }

    private DefinitionDraft<PipelineDefinition> ReadPipeline(DefinitionNode node)
    {
        var fallback = new PipelineDefinition("", "", "");
        var (streams, shapes) = StreamShapeReader.Read(node, Problems);
        var pipeline = new PipelineDefinition(node.Name, node.Text("source") ?? "", node.Text("destination") ?? "")
        {
            Mode = node.Word("mode", fallback.Mode),
            Streams = streams,
            Shapes = shapes,
            Deletes = StreamShapeReader.ReadDeletes(node, Problems) ?? fallback.Deletes,
            InOrder = node.Flag("in_order", fallback.InOrder),
            UndoRuns = node.Whole("undo_runs", fallback.UndoRuns),
            Tables = node.Text("tables") ?? fallback.Tables,
            SchemaChanges = node.Word("schema_changes", fallback.SchemaChanges),
            EmptyText = node.Word("empty_text", fallback.EmptyText),
            Raw = node.Flag("raw", fallback.Raw),
            Limits = new RunLimits
            {
                MaxDeletedPercent = node.Number("max_deleted_percent", RunLimits.Usual.MaxDeletedPercent),
                MaxUpdatedPercent = node.Number("max_updated_percent", RunLimits.Usual.MaxUpdatedPercent),
                MaxDeletedRows = node.Whole("max_deleted_rows", RunLimits.Usual.MaxDeletedRows),
                MaxQuarantinedPercent = node.Number("max_quarantined_percent", RunLimits.Usual.MaxQuarantinedPercent),
                MaxQuarantinedRows = node.Whole("max_quarantined_rows", RunLimits.Usual.MaxQuarantinedRows),
            },
            Labels = node.Texts("labels"),
            Backup = BackupPolicyFile.Read(node),
            Transfer = TransferPolicyFile.Read(node),
        };
        pipeline = ScheduleFile.Read(node, pipeline);
        foreach (var mistake in pipeline.Mistakes()) node.Report(mistake);
        return new(node, pipeline, DraftSettings.None);
    }

    private DraftSettings ReadSettings(DefinitionNode node)
    {
        var read = new DraftSettings(new Dictionary<string, string>(StringComparer.Ordinal), [], []);
        foreach (var (name, text) in node.Settings())
        {
            var mistakes = new List<string>();
            var value = EnvironmentText.Expand(text, _environment, mistakes);
            // A variable that comes to nothing leaves its setting out, as nothing itself does.
            if (value.Length > 0 || text.Length == 0 || mistakes.Count > 0) read.Values[name] = value;
            if (text == DefinitionFile.SecretMarker) read.Marked.Add(name);
            if (mistakes.Count > 0) read.Unset.Add(name);
            Problems.AddRange(mistakes.Select(mistake =>
                new Problem("setting.environment", $"{node.Subject}, setting {name}", mistake)));
        }

        return read;
    }

    private static string At(string subject, long line) =>
        string.Create(CultureInfo.InvariantCulture, $"{subject}, line {line}");
}
