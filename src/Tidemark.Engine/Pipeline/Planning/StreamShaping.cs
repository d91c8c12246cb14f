using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Pipeline.Planning;

/// <summary>Makes of a stream, as its source has it, the table that a pipeline wants.</summary>
internal sealed class StreamShaping(StreamSchema stream, StreamShape shape, DeletePolicy deletes, ICollection<Problem> problems)
{
    private readonly Dictionary<string, Field> _known = stream.Fields.ToDictionary(field => field.Name, StringComparer.Ordinal);

    private string Subject { get; } = $"stream \"{stream.Name}\"";

    /// <summary>Whether fields that nobody named are left in <c>raw</c>.</summary>
    public bool IsListed => shape.IsListed;

    /// <summary>The table's columns and key. What does not fit is added to the problems.</summary>
    public StreamSchema Run()
    {
        var before = problems.Count;
        // A definition may be older than a rule, or never have been saved.
        foreach (var mistake in StreamRules.Of(shape, deletes)) problems.Add(mistake.In(Subject));
        if (problems.Count > before) return stream;
        var named = shape.Columns.Select(column => (Shape: column, Field: FieldOf(column))).ToList();
        // A column that nobody but the application ever writes is not ours to touch.
        var columns = named.Where(column => column.Field?.Ownership is not { Owner: ColumnOwner.App, Default: null, When.Count: 0 })
            .Select(column => column.Field).OfType<Field>().ToList();
        if (!IsListed)
        {
            var replaced = named.Where(column => column.Shape.Owner == ColumnOwner.Source)
                .Select(column => column.Shape.From ?? column.Shape.Name).ToHashSet(StringComparer.Ordinal);
            replaced.UnionWith(shape.Columns.Select(column => column.Name));
            columns = [.. stream.Fields.Where(field => !replaced.Contains(field.Name)), .. columns];
        }

        if (deletes.Column is { } mark && columns.All(field => field.Name != mark)) columns.Add(Mark(mark));
        foreach (var same in columns.GroupBy(field => field.Name, StringComparer.OrdinalIgnoreCase).Where(same => same.Count() > 1))
            Report("column.not_unique", ColumnRules.NotUnique(same.Select(field => field.Name)));
        foreach (var taken in columns.Where(field => ColumnRules.IsTaken(field.Name, shape.SyncedAt)))
            Report("column.reserved", ColumnRules.Reserved(taken.Name));
        var shaped = stream with { Fields = columns, Key = Key(columns) };
        if (deletes.Column is { } marked && shaped.Key.Contains(marked, StringComparer.OrdinalIgnoreCase))
        {
            Report("column.invalid_rule", $"The column {marked} is of the key, and a row that is marked would lose it.",
                "Mark another column, or say deletes: soft.");
        }

        if (problems.Count > before) return stream;
        foreach (var owned in columns.Where(field => field.Ownership is not null))
        {
            if (OwnedColumns.Mistake(shaped, owned) is { } mistake)
                Report("column.invalid_rule", $"The column {owned.Name}: {mistake}");
        }

        foreach (var column in shape.References.Keys.Where(column => columns.All(field => field.Name != column)))
            Report("column.unknown", $"The references name a column {column} that the table does not have.", NearestName.Hint(column, columns.Select(field => field.Name)));
        return shaped;
    }

    private List<string> Key(List<Field> columns)
    {
        var key = new List<string>();
        foreach (var part in stream.Key)
        {
            var path = _known[part].Path;
            if (columns.FirstOrDefault(field => field.Path == path && field.Ownership is null) is { } column) key.Add(column.Name);
            else Report("column.key_missing", $"The key of the stream, {part}, is not among the columns.", $"Add a column with from: {part}.");
        }

        return key;
    }

    private Field? FieldOf(ColumnShape column)
    {
        var ownership = column.Owner == ColumnOwner.Source && column.Default is null && column.When.Count == 0
            ? null : new ColumnOwnership(column.Owner) { Default = column.Default, When = column.When };
        if (column.Value is { } value)
            return new Field(column.Name, FieldType.Text) { Ownership = new(column.Owner) { Default = value }, IsDerived = true };

        if (_known.TryGetValue(column.From ?? column.Name, out var field))
        {
            return field with { Name = column.Name, Ownership = ownership, IsInferred = false };
        }

        if (column.From is { } path)
        {
            // A name that is nearly a field's is a mistake; anything else is a place in the record.
            return new Field(column.Name, column.Type ?? FieldType.Text) { Path = path, Ownership = ownership };
        }

        if (ownership is not null)
            return new Field(column.Name, column.Type ?? FieldType.Text) { Ownership = ownership, IsDerived = true };
        Report("column.unknown", $"The stream {stream.Name} has no field {column.Name}.",
            NearestName.Hint(column.Name, _known.Keys));
        return null;
    }

    private Field Mark(string name) => new(name, bool.TryParse(deletes.Value, out _) ? FieldType.Boolean : FieldType.Text)
    {
        IsDerived = true,
        Ownership = new ColumnOwnership(ColumnOwner.Source) { Default = deletes.Otherwise },
    };

    private void Report(string code, string message, string? hint = null) => problems.Add(new(code, Subject, message, hint));
}
