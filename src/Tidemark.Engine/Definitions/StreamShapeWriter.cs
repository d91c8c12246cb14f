using System.Globalization;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Json;
using Tidemark.Engine.Records;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Tidemark.Engine.Definitions;

/// <summary>Writes what <see cref="StreamShapeReader"/> reads.</summary>
internal static class StreamShapeWriter
{
    public static void Write(Emitter yaml, PipelineDefinition pipeline)
    {
        var shapes = pipeline.Shapes.ToDictionary(shape => shape.Stream, StringComparer.Ordinal);
        if (pipeline.Streams.Count > 0)
        {
            yaml.Emit(DefinitionWriter.Scalar("streams"));
            yaml.Emit(new SequenceStart(null, null, isImplicit: true, shapes.Count == 0 ? SequenceStyle.Flow : SequenceStyle.Block));
            foreach (var stream in pipeline.Streams)
            {
                if (shapes.TryGetValue(stream, out var shape)) WriteShape(yaml, shape);
                else yaml.Emit(DefinitionWriter.Scalar(stream));
            }

            yaml.Emit(new SequenceEnd());
        }

        if (pipeline.Deletes != DeletePolicy.Hard) WriteDeletes(yaml, pipeline.Deletes);
    }

    private static void WriteShape(Emitter yaml, StreamShape shape)
    {
        yaml.Emit(new MappingStart());
        DefinitionWriter.Write(yaml, "name", shape.Stream);
        if (shape.Table is { } table) DefinitionWriter.Write(yaml, "table", table);
        if (shape.AllFields) DefinitionWriter.Write(yaml, "fields", "all");
        if (shape.Mode is { } mode) DefinitionWriter.Write(yaml, "mode", EnumWord.Of(mode));
        if (shape.Raw is { } raw) DefinitionWriter.Write(yaml, "raw", raw ? "true" : "false");
        if (shape.SyncedAt != TablePlan.UsualSyncedAt) DefinitionWriter.Write(yaml, "synced_at", shape.SyncedAt);
        if (shape.TimeLimit is { TotalSeconds: var seconds })
            DefinitionWriter.Write(yaml, "time_limit", seconds.ToString(CultureInfo.InvariantCulture));
        if (shape.Adopt) DefinitionWriter.Write(yaml, "adopt", "true");
        if (shape.Columns.Count > 0)
        {
            yaml.Emit(DefinitionWriter.Scalar("columns"));
            yaml.Emit(new MappingStart());
            foreach (var column in shape.Columns) WriteColumn(yaml, column);
            yaml.Emit(new MappingEnd());
        }

        if (shape.Deletes is { } deletes) WriteDeletes(yaml, deletes);
        if (shape.References.Count > 0) WriteTexts(yaml, "references", shape.References);
        if (shape.Exclude.Count > 0)
        {
            yaml.Emit(DefinitionWriter.Scalar("exclude"));
            yaml.Emit(new SequenceStart(null, null, isImplicit: true, SequenceStyle.Flow));
            foreach (var field in shape.Exclude) yaml.Emit(DefinitionWriter.Scalar(field));
            yaml.Emit(new SequenceEnd());
        }

        if (shape.Mask.Count > 0) WriteTexts(yaml, "mask", shape.Mask.ToDictionary(mask => mask.Key, mask => EnumWord.Of(mask.Value)));
        if (shape.WriteBack is { } writeBack) WriteWriteBack(yaml, writeBack);
        yaml.Emit(new MappingEnd());
    }

    private static void WriteWriteBack(Emitter yaml, WriteBack writeBack)
    {
        yaml.Emit(DefinitionWriter.Scalar("write_back"));
        yaml.Emit(new MappingStart());
        WriteTexts(yaml, "set", writeBack.Set);
        if (writeBack.When != WriteBackWhen.Read) DefinitionWriter.Write(yaml, "when", EnumWord.Of(writeBack.When));
        yaml.Emit(new MappingEnd());
    }

    private static void WriteTexts(Emitter yaml, string key, IReadOnlyDictionary<string, string> texts)
    {
        yaml.Emit(DefinitionWriter.Scalar(key));
        yaml.Emit(new MappingStart());
        foreach (var (name, text) in texts) DefinitionWriter.Write(yaml, name, text);
        yaml.Emit(new MappingEnd());
    }

    private static void WriteColumn(Emitter yaml, ColumnShape column)
    {
        yaml.Emit(DefinitionWriter.Scalar(column.Name));
        yaml.Emit(new MappingStart(null, null, isImplicit: true, MappingStyle.Flow));
        if (column.From is { } from) DefinitionWriter.Write(yaml, "from", from);
        if (column.Value is { } made) DefinitionWriter.Write(yaml, "value", made);
        if (column.Type is { } type) DefinitionWriter.Write(yaml, "type", EnumWord.Of(type));
        if (column.Owner != ColumnOwner.Source) DefinitionWriter.Write(yaml, "owner", EnumWord.Of(column.Owner));
        if (column.Default is { } text) DefinitionWriter.Write(yaml, "default", text);
        if (column.When.Count > 0)
        {
            yaml.Emit(DefinitionWriter.Scalar("when"));
            yaml.Emit(new MappingStart(null, null, isImplicit: true, MappingStyle.Flow));
            foreach (var condition in column.When)
            {
                yaml.Emit(DefinitionWriter.Scalar(condition.Column));
                yaml.Emit(new SequenceStart(null, null, isImplicit: true, SequenceStyle.Flow));
                foreach (var value in condition.Values) yaml.Emit(DefinitionWriter.Scalar(value));
                yaml.Emit(new SequenceEnd());
            }

            yaml.Emit(new MappingEnd());
        }

        yaml.Emit(new MappingEnd());
    }

    private static void WriteDeletes(Emitter yaml, DeletePolicy deletes)
    {
        if (deletes.Column is not { } column)
        {
            DefinitionWriter.Write(yaml, "deletes", deletes.IsSoft ? "soft" : "hard");
            return;
        }

        yaml.Emit(DefinitionWriter.Scalar("deletes"));
        yaml.Emit(new MappingStart());
        DefinitionWriter.Write(yaml, "column", column);
        DefinitionWriter.Write(yaml, "value", deletes.Value);
        if (deletes.Otherwise is { } otherwise) DefinitionWriter.Write(yaml, "otherwise", otherwise);
        yaml.Emit(new MappingEnd());
    }
}
