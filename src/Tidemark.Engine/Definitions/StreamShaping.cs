using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Definitions;

/// <summary>Makes of a stream, as its source has it, the table that a pipeline wants.</summary>
internal sealed class StreamShaping(StreamSchema stream, StreamShape shape, DeletePolicy deletes, ICollection<DefinitionMistake> mistakes)
{
    private readonly Dictionary<string, Field> _known = stream.Fields.ToDictionary(field => field.Name, StringComparer.Ordinal);

    private readonly RecordPlaces _places = new(stream);

    /// <summary>Whether fields that nobody named are left in <c>raw</c>.</summary>
    public bool IsListed => shape.IsListed;

    /// <summary>What of the records must not be stored; known once it has run.</summary>
    public IReadOnlyList<MaskRule> Masks { get; private set; } = [];

    /// <summary>The table's columns and key. What does not fit is added to the mistakes.</summary>
    public StreamSchema Run()
    {
        var before = mistakes.Count;
        // A definition may be older than a rule, or never have been saved.
        foreach (var mistake in StreamRules.Of(shape, deletes)) mistakes.Add(mistake);
        if (mistakes.Count > before) return stream;
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

        var masks = new StreamMasks(stream, shape, mistakes);
        Masks = masks.Rules();
        columns = masks.Apply(columns, Masks);
        if (deletes.Column is { } mark && columns.All(field => field.Name != mark))
        {
            var meant = shape.Columns.Any(column => column.Name == mark) ? null : NearestName.Slip(mark, columns.Select(field => field.Name));
            if (meant is not null)
            {
                Report("deletes", "column.unknown", $"The table has no column {mark} to mark.",
                    $"Did you mean {meant}? For a column of that name, list it among the columns with owner: app.");
            }

            columns.Add(Mark(mark));
        }

        foreach (var same in columns.GroupBy(field => field.Name, StringComparer.OrdinalIgnoreCase).Where(same => same.Count() > 1))
            Report("columns", "column.not_unique", ColumnRules.NotUnique(same.Select(field => field.Name)));
        foreach (var taken in columns.Where(field => ColumnRules.IsTaken(field.Name, shape.SyncedAt)))
            Report(KeyOf(taken.Name), "column.reserved", ColumnRules.Reserved(taken.Name));
        var shaped = stream with { Fields = columns, Key = Key(columns) };
        if (deletes.Column is { } marked && shaped.Key.Contains(marked, StringComparer.OrdinalIgnoreCase))
        {
            Report("deletes", "column.invalid_rule", $"The column {marked} is of the key, and a row that is marked would lose it.",
                "Mark another column, or say deletes: soft.");
        }

        if (mistakes.Count > before) return stream;
        foreach (var owned in columns.Where(field => field.Ownership is not null))
        {
            if (OwnedColumns.Mistake(shaped, owned) is { } mistake)
                Report(KeyOf(owned.Name), "column.invalid_rule", $"The column {owned.Name}: {mistake}");
        }

        foreach (var column in shape.References.Keys.Where(column => columns.All(field => field.Name != column)))
        {
            Report(
                $"references/{DefinitionMistake.Step(column)}", "column.unknown", $"The references name a column {column} that the table does not have.",
                NearestName.Hint(column, columns.Select(field => field.Name)));
        }

        return shaped;
    }

    private List<string> Key(List<Field> columns)
    {
        var key = new List<string>();
        foreach (var part in stream.Key)
        {
            var path = _known[part].Path;
            if (columns.FirstOrDefault(field => field.Path == path && field.Ownership is null) is { } column) key.Add(column.Name);
            else Report("columns", "column.key_missing", $"The key of the stream, {part}, is not among the columns.", $"Add a column with from: {part}.");
        }

        return key;
    }

    private Field? FieldOf(ColumnShape column)
    {
        var ownership = column.Owner == ColumnOwner.Source && column.Default is null && column.When.Count == 0
            ? null : new ColumnOwnership(column.Owner) { Default = column.Default, When = column.When };
        if (column.Value is { } value)
            return new Field(column.Name, FieldType.Text) { Ownership = new(column.Owner) { Default = value }, IsDerived = true };

        if (column.From is ['/', .. var place])
        {
            return new Field(column.Name, column.Type ?? FieldType.Text)
            {
                Path = place,
                Ownership = ownership,
                IsUnproven = !_places.Known(place),
            };
        }

        if (_known.TryGetValue(column.From ?? column.Name, out var field))
            return field with { Name = column.Name, Type = column.Type ?? field.Type, Ownership = ownership, IsInferred = false };

        var isFilled = column.Default is not null || column is { Owner: ColumnOwner.App, When.Count: 0 };
        if (column.From is null && isFilled && (column.Owner == ColumnOwner.App || _places.Slip(column.Name) is null))
            return new Field(column.Name, column.Type ?? FieldType.Text) { Ownership = ownership, IsDerived = true };

        if (column.From is { } path && _places.Mistake(path) is null)
        {
            return new Field(column.Name, column.Type ?? FieldType.Text)
            {
                Path = path,
                Ownership = ownership,
                IsUnproven = !_places.Known(path),
            };
        }

        var unknown = column.From ?? column.Name;
        Report(
            column.From is null ? KeyOf(column.Name) : $"{KeyOf(column.Name)}/from", "column.unknown",
            $"The stream {stream.Name} has no field {unknown}.", _places.Mistake(unknown) ?? NearestName.Hint(unknown, _known.Keys));
        return null;
    }

    private static string KeyOf(string column) => $"columns/{DefinitionMistake.Step(column)}";

    private Field Mark(string name) => new(name, bool.TryParse(deletes.Value, out _) ? FieldType.Boolean : FieldType.Text)
    {
        IsDerived = true,
        Ownership = new ColumnOwnership(ColumnOwner.Source) { Default = deletes.Otherwise },
    };

    private void Report(string key, string code, string message, string? hint = null) => mistakes.Add(new(key, code, message, hint));
}
