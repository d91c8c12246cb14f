using System.Globalization;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Tidemark.Engine.Definitions;

/// <summary>Alerts in a definition file.</summary>
internal static class AlertFile
{
    internal static readonly string[] Keys =
        ["name", "events", "pipelines", "labels", "channels", "severity", "delay", "group", "repeat", "quiet", "over"];

    internal static readonly string[] QuietKeys = ["from", "to", "time_zone"];

    public static AlertDefinition Read(DefinitionNode node)
    {
        var alert = new AlertDefinition(node.Name)
        {
            Events = node.Words<AlertEvent>("events"),
            Pipelines = node.Texts("pipelines"),
            Labels = node.Texts("labels"),
            Channels = node.Texts("channels"),
            Severity = node.Text("severity") is null ? null : node.Word("severity", AlertSeverity.Warning),
            Delay = node.Text("delay"),
            Group = node.Text("group"),
            Repeat = node.Text("repeat"),
            Over = node.Whole("over", 0),
            Quiet = node.Inner("quiet", QuietKeys) is { } quiet
                ? new(quiet.Text("from") ?? "", quiet.Text("to") ?? "") { TimeZone = quiet.Text("time_zone") ?? new QuietHours("", "").TimeZone } : null,
        };
        foreach (var mistake in alert.Mistakes()) node.Report(mistake);
        return alert;
    }

    public static void Write(Emitter yaml, AlertDefinition alert)
    {
        WriteList(yaml, "events", alert.Events.Select(what => EnumWord.Of(what)));
        WriteList(yaml, "pipelines", alert.Pipelines);
        WriteList(yaml, "labels", alert.Labels);
        WriteList(yaml, "channels", alert.Channels);
        if (alert.Severity is { } severity) DefinitionWriter.Write(yaml, "severity", EnumWord.Of(severity));
        if (alert.Delay is { } delay) DefinitionWriter.Write(yaml, "delay", delay);
        if (alert.Group is { } group) DefinitionWriter.Write(yaml, "group", group);
        if (alert.Repeat is { } repeat) DefinitionWriter.Write(yaml, "repeat", repeat);
        if (alert.Over > 0) DefinitionWriter.Write(yaml, "over", alert.Over.ToString(CultureInfo.InvariantCulture));
        if (alert.Quiet is not { } quiet) return;
        yaml.Emit(DefinitionWriter.Scalar("quiet"));
        yaml.Emit(new MappingStart());
        DefinitionWriter.Write(yaml, "from", quiet.From);
        DefinitionWriter.Write(yaml, "to", quiet.To);
        DefinitionWriter.Write(yaml, "time_zone", quiet.TimeZone);
        yaml.Emit(new MappingEnd());
    }

    /// <summary>A list on one line; nothing where it is empty.</summary>
    internal static void WriteList(Emitter yaml, string key, IEnumerable<string> items)
    {
        var all = items.ToList();
        if (all.Count == 0) return;
        yaml.Emit(DefinitionWriter.Scalar(key));
        yaml.Emit(new SequenceStart(null, null, isImplicit: true, SequenceStyle.Flow));
        foreach (var item in all) yaml.Emit(DefinitionWriter.Scalar(item));
        yaml.Emit(new SequenceEnd());
    }
}
