using System.Globalization;
using System.Text.RegularExpressions;
using Tidemark.Engine.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Tidemark.Engine.Definitions;

/// <summary>Writes definitions as a file that applies to the same definitions, secrets left out.</summary>
internal sealed partial class DefinitionWriter(Func<string, string, bool> isSecret)
{
    /// <summary>What stands for a secret: of a source, a destination or a channel (<see cref="IDefinition{TSelf}.Kind"/>), by setting.</summary>
    public Func<string, string, string> SecretText { get; init; } = (_, _) => DefinitionFile.SecretMarker;

    public string Write(
        IReadOnlyList<SourceDefinition> sources, IReadOnlyList<DestinationDefinition> destinations,
        IReadOnlyList<PipelineDefinition> pipelines, IReadOnlyList<ChannelDefinition> channels, IReadOnlyList<AlertDefinition> alerts)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        var yaml = new Emitter(text, new EmitterSettings().WithBestWidth(int.MaxValue).WithNewLine("\n"));
        yaml.Emit(new StreamStart());
        yaml.Emit(new DocumentStart(null, null, isImplicit: true));
        yaml.Emit(new MappingStart());
        WriteSection(yaml, "sources", sources, source =>
        {
            Write(yaml, "connector", source.Connector);
            if (!source.IsActive) Write(yaml, "active", "false");
            WriteSettings(yaml, source);
        });
        WriteSection(yaml, "destinations", destinations, destination =>
        {
            Write(yaml, "connector", destination.Connector);
            WriteSettings(yaml, destination);
        });
        WriteSection(yaml, "pipelines", pipelines, pipeline => WritePipeline(yaml, pipeline));
        // A file of before there were alerts stays as it was.
        if (channels.Count > 0)
        {
            WriteSection(yaml, "channels", channels, channel =>
            {
                Write(yaml, "connector", channel.Connector);
                WriteSettings(yaml, channel);
            });
        }

        if (alerts.Count > 0) WriteSection(yaml, "alerts", alerts, alert => AlertFile.Write(yaml, alert));
        yaml.Emit(new MappingEnd());
        yaml.Emit(new DocumentEnd(isImplicit: true));
        yaml.Emit(new StreamEnd());
        return text.ToString();
    }

    private static void WriteSection<T>(Emitter yaml, string section, IReadOnlyList<T> definitions, Action<T> write)
        where T : IDefinition<T>
    {
        yaml.Emit(Scalar(section));
        yaml.Emit(new SequenceStart(null, null, isImplicit: true,
            definitions.Count == 0 ? SequenceStyle.Flow : SequenceStyle.Block));
        foreach (var definition in definitions)
        {
            yaml.Emit(new MappingStart());
            Write(yaml, "name", definition.Name);
            write(definition);
            yaml.Emit(new MappingEnd());
        }

        yaml.Emit(new SequenceEnd());
    }

    private static void WritePipeline(Emitter yaml, PipelineDefinition pipeline)
    {
        Write(yaml, "source", pipeline.Source);
        Write(yaml, "destination", pipeline.Destination);
        Write(yaml, "mode", EnumWord.Of(pipeline.Mode));
        StreamShapeWriter.Write(yaml, pipeline);
        Write(yaml, "tables", pipeline.Tables);
        Write(yaml, "schema_changes", EnumWord.Of(pipeline.SchemaChanges));
        Write(yaml, "empty_text", EnumWord.Of(pipeline.EmptyText));
        Write(yaml, "raw", pipeline.Raw ? "true" : "false");
        Write(yaml, "max_deleted_percent", pipeline.MaxDeletedPercent.ToString(CultureInfo.InvariantCulture));
        Write(yaml, "max_updated_percent", pipeline.MaxUpdatedPercent.ToString(CultureInfo.InvariantCulture));
        if (pipeline.InOrder) Write(yaml, "in_order", "true");
        Write(yaml, "undo_runs", pipeline.UndoRuns.ToString(CultureInfo.InvariantCulture));
        Write(yaml, "max_deleted_rows", pipeline.MaxDeletedRows.ToString(CultureInfo.InvariantCulture));
        Write(yaml, "max_quarantined_percent", pipeline.MaxQuarantinedPercent.ToString(CultureInfo.InvariantCulture));
        Write(yaml, "max_quarantined_rows", pipeline.MaxQuarantinedRows.ToString(CultureInfo.InvariantCulture));
        ScheduleFile.Write(yaml, pipeline);
        AlertFile.WriteList(yaml, "labels", pipeline.Labels);
        TransferPolicyFile.Write(yaml, pipeline.Transfer);
        var backup = BackupPolicyFile.Write(pipeline.Backup).ToList();
        if (backup.Count == 0) return;
        yaml.Emit(Scalar("backup"));
        yaml.Emit(new MappingStart());
        foreach (var (key, value) in backup) Write(yaml, key, value);
        yaml.Emit(new MappingEnd());
    }

    private void WriteSettings<T>(Emitter yaml, T definition)
        where T : IDefinition<T>
    {
        if (definition.Settings.Count == 0) return;
        yaml.Emit(Scalar("settings"));
        yaml.Emit(new MappingStart());
        foreach (var (name, value) in definition.Settings.OrderBy(setting => setting.Key, StringComparer.Ordinal))
        {
            Write(yaml, name,
                isSecret(definition.Connector!, name) ? SecretText(T.Kind, name) : EnvironmentText.Escape(value));
        }

        yaml.Emit(new MappingEnd());
    }

    internal static void Write(Emitter yaml, string key, string value)
    {
        yaml.Emit(Scalar(key));
        yaml.Emit(Scalar(value));
    }

    internal static Scalar Scalar(string text) => new(null, null, text,
        PlainText.IsMatch(text) && text is not "null" ? ScalarStyle.Plain : ScalarStyle.DoubleQuoted,
        isPlainImplicit: true, isQuotedImplicit: true);

    /// <summary>What no YAML reader takes for anything else; the rest is quoted.</summary>
    [GeneratedRegex(@"\A[A-Za-z0-9]([A-Za-z0-9_./ -]*[A-Za-z0-9_])?\z", RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex PlainText { get; }
}
