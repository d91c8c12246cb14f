using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Definitions;

/// <summary>Reads the items of a pipeline's <c>streams</c>: a name, or a mapping that says what becomes of the stream.</summary>
internal static class StreamShapeReader
{
    internal static readonly string[] StreamKeys =
    [
        "name", "table", "columns", "fields", "deletes", "references", "write_back", "mode", "raw", "synced_at", "time_limit", "adopt",
        "exclude", "mask",
    ];

    internal static readonly string[] ColumnKeys = ["from", "value", "type", "owner", "default", "when"];
    internal static readonly string[] DeleteKeys = ["column", "value", "otherwise"];

    internal static readonly string[] WriteBackKeys = ["set", "when"];

    private enum Fields
    {
        Listed,
        All,
    }

    // A refresh is one of a whole run.
    private enum Modes
    {
        Merge,
        Replace,
    }

    private enum Rows
    {
        Hard,
        Soft,
    }

    /// <summary>The streams' names in order, and the shapes of those that have one.</summary>
    public static (IReadOnlyList<string> Names, IReadOnlyList<StreamShape> Shapes) Read(
        DefinitionNode pipeline, ICollection<Problem> problems)
    {
        var names = new List<string>();
        var shapes = new List<StreamShape>();
        foreach (var item in pipeline.Items("streams"))
        {
            if (item is DefinitionMap mapping)
            {
                var node = new DefinitionNode($"{pipeline.Subject}, stream", mapping, StreamKeys, problems);
                names.Add(node.Name);
                shapes.Add(ReadStream(node, problems));
            }
            else if (item is DefinitionScalar { Text: { Length: > 0 } name }) names.Add(name);
            else pipeline.Invalid(item, "streams", "is a list of names, or of mappings with a name.");
        }

        return (names, shapes);
    }

    /// <summary>The key <c>deletes</c>: <c>hard</c>, <c>soft</c>, or a column that is set; null where it is not there.</summary>
    public static DeletePolicy? ReadDeletes(DefinitionNode node, ICollection<Problem> problems)
    {
        if (node.Child("deletes") is not DefinitionMap mapping)
            return node.Child("deletes") is null ? null : node.Word("deletes", Rows.Hard) == Rows.Soft ? DeletePolicy.Soft : DeletePolicy.Hard;
        var deletes = new DefinitionNode(node.Subject, mapping, DeleteKeys, problems, "deletes");
        var marking = DeletePolicy.Marking(deletes.Text("column") ?? "", deletes.Text("value") ?? DeletePolicy.Soft.Value);
        return marking with { Otherwise = deletes.Text("otherwise") ?? marking.Otherwise };
    }

    private static StreamShape ReadStream(DefinitionNode node, ICollection<Problem> problems) => new(node.Name)
    {
        Table = node.Text("table"),
        AllFields = node.Word("fields", Fields.Listed) == Fields.All,
        Mode = node.Child("mode") is null ? null : node.Word("mode", Modes.Merge) == Modes.Merge ? WriteMode.Merge : WriteMode.Replace,
        Raw = node.Child("raw") is null ? null : node.Flag("raw", otherwise: true),
        SyncedAt = node.Text("synced_at") ?? TablePlan.UsualSyncedAt,
        TimeLimit = node.Whole("time_limit", 0) is not 0 and var seconds ? TimeSpan.FromSeconds(seconds) : null,
        Adopt = node.Flag("adopt", otherwise: false),
        Columns = [.. node.Entries("columns").Select(entry => ReadColumn(node, entry.Key, entry.Value, problems))],
        Deletes = ReadDeletes(node, problems),
        Exclude = ReadExclude(node),
        Mask = ReadMask(node),
        WriteBack = ReadWriteBack(node, problems),
        References = node.Entries("references").ToDictionary(
            entry => entry.Key, entry => entry.Value is DefinitionScalar { Text: { } table } ? table : "", StringComparer.Ordinal),
    };

    private static string[] ReadExclude(DefinitionNode stream)
    {
        if (stream.Child("exclude") is DefinitionScalar { Text: { } only }) return [only];
        var items = stream.Items("exclude");
        foreach (var other in items.Where(item => item is not DefinitionScalar { Text: not null })) stream.Invalid(other, "exclude", "is a list of names.");
        return [.. items.OfType<DefinitionScalar>().Select(item => item.Text).OfType<string>()];
    }

    private static Dictionary<string, Masking> ReadMask(DefinitionNode stream)
    {
        var mask = new Dictionary<string, Masking>(StringComparer.Ordinal);
        foreach (var (field, _, value) in stream.Entries("mask"))
        {
            // YAML's and JSON's own null says the same as the word.
            if (value is DefinitionScalar { Text: null or "null" }) mask[field] = Masking.Null;
            else if (value is DefinitionScalar { Text: "hash" }) mask[field] = Masking.Hash;
            else stream.Invalid(value, $"mask.{field}", "is one of hash, null.");
        }

        return mask;
    }

    private static WriteBack? ReadWriteBack(DefinitionNode stream, ICollection<Problem> problems)
    {
        if (stream.Child("write_back") is not { } value) return null;
        if (value is not DefinitionMap mapping)
        {
            stream.Invalid(value, "write_back", "is a mapping.");
            return null;
        }

        var node = new DefinitionNode(stream.Subject, mapping, WriteBackKeys, problems, "write_back");
        var set = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (field, _, text) in node.Entries("set"))
        {
            if (text is DefinitionScalar scalar) set[field] = scalar.Text ?? "";
            else
            {
                set[field] = "";
                node.Invalid(text, $"set.{field}", "is a single value.");
            }
        }

        if (node.Child("set") is null)
        {
            node.Required("set");
            return null;
        }

        return new WriteBack(set) { When = node.Word("when", WriteBackWhen.Read) };
    }

    private static ColumnShape ReadColumn(
        DefinitionNode stream, string name, DefinitionTree value, ICollection<Problem> problems)
    {
        if (value is DefinitionScalar scalar) return new ColumnShape(name) { From = scalar.Text is "" ? null : scalar.Text };
        if (value is not DefinitionMap mapping)
        {
            stream.Invalid(value, $"columns.{name}", "is a field's name, or a mapping.");
            return new ColumnShape(name);
        }

        var node = new DefinitionNode(stream.Subject, mapping, ColumnKeys, problems, $"column {name}");
        return new ColumnShape(name)
        {
            From = node.Text("from"),
            Value = node.Text("value"),
            Type = node.Child("type") is null ? null : node.Word("type", FieldType.Text),
            Owner = node.Word("owner", ColumnOwner.Source),
            Default = node.Text("default"),
            When = [.. node.Entries("when").Select(entry => new ColumnCondition(entry.Key, DefinitionNode.Values(entry.Value)))],
        };
    }
}
