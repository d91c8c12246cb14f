using Tidemark.Connectors.GraphQL.Language;
using Tidemark.Connectors.GraphQL.Queries;
using Tidemark.Engine.Records;

namespace Tidemark.Connectors.GraphQL.Schema;

/// <summary>
/// Columns of a stream from what its query selects. An object becomes a column for each of its fields, one level down;
/// what is deeper, and every list, is kept as JSON. Without a schema only the key and what the settings type are
/// declared: the rest is inferred from the records.
/// </summary>
/// <param name="plan">The query.</param>
/// <param name="schema">The schema; null if the server does not publish it.</param>
internal sealed class Columns(QueryPlan plan, GraphSchema? schema)
{
    private const string TypeName = "__typename";

    private readonly List<Field> _fields = [];
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    public StreamSchema ToSchema()
    {
        foreach (var (column, path) in plan.Definition.Parent)
            Add(column, column, TypeOf(plan.RecordPath, path.Split(['/', '.'])) ?? (FieldType.Text, default));
        var type = schema is null ? null : Type(plan.RowPath);
        foreach (var field in plan.Row.Fields.Where(field => field.Name != TypeName)) AddField(field, type);
        foreach (var key in plan.Definition.Key.Where(key => ColumnOf(key) is null))
            Add(key.Replace('.', '_').Replace('/', '_'), key.Replace('.', '/'), (FieldType.Text, default));
        return new StreamSchema(plan.Name, _fields)
        {
            Key = [.. plan.Definition.Key.Select(key => ColumnOf(key)!)],
            Properties =
            [
                .. plan.Row.Fields.Select(field => field.Response),
                .. _fields.Select(field => field.Path.Split('/')[0]),
            ],
            LeftInRaw = [.. plan.Row.Fields.Where(field => field.Name == TypeName).Select(field => field.Response)],
        };
    }

    private string? ColumnOf(string key) =>
        _fields.FirstOrDefault(field => field.Path == key.Replace('.', '/'))?.Name;

    private void AddField(GraphField field, string? parent)
    {
        var type = parent is null ? null : schema!.Field(field.OnType ?? parent, field.Name);
        if (Stated(field.Response) is { } stated) Add(field.Response, field.Response, stated);
        else if (field.Fields.Count == 0) AddLeaf(field.Response, field.Response, type);
        else if (GraphList.Of(field).IsConnection || type is { IsList: true }) Add(
            field.Response, field.Response, (FieldType.Json, default));
        else
        {
            foreach (var inner in field.Fields.Where(inner => inner.Name != TypeName))
            {
                var (name, path) = ($"{field.Response}_{inner.Response}", $"{field.Response}/{inner.Response}");
                if (Stated(path) is { } known) Add(name, path, known);
                else if (type is null) continue; // whether it is an object or a list is not known
                else if (inner.Fields.Count > 0) Add(name, path, (FieldType.Json, default));
                else AddLeaf(name, path, schema!.Field(inner.OnType ?? type.Name, inner.Name));
            }
        }
    }

    private void AddLeaf(string name, string path, GraphType? type)
    {
        if (type is not null) Add(name, path, (type.IsList ? FieldType.Json : ScalarTypes.Of(type.Name), default));
    }

    private void Add(string name, string path, (FieldType Type, WireTime Time) type)
    {
        var column = ColumnNames.Choose(name, _taken);
        _taken.Add(column);
        _fields.Add(new Field(column, type.Type) { Path = path, Time = type.Time });
    }

    private (FieldType Type, WireTime Time)? Stated(string path) =>
        plan.Definition.Types.FirstOrDefault(type => type.Key.Replace('.', '/') == path) is { Value: { } word }
            ? ScalarTypes.OfWord(word) : null;

    /// <summary>The type that a way of fields leads to from the root; null where the schema does not have it.</summary>
    private string? Type(IEnumerable<GraphField> way)
    {
        var type = schema!.QueryType;
        foreach (var field in way)
        {
            if (schema.Field(field.OnType ?? type, field.Name) is not { } found) return null;
            type = found.Name;
        }

        return type;
    }

    private (FieldType Type, WireTime Time)? TypeOf(IReadOnlyList<GraphField> record, string[] path)
    {
        if (schema is null) return null;
        var way = new List<GraphField>(record);
        foreach (var part in path)
        {
            if (way[^1].Child(part) is not { } field) return null;
            way.Add(field);
        }

        return Type(way) is { } name ? (ScalarTypes.Of(name), default) : null;
    }
}
