using Tidemark.Engine.Records;

namespace Tidemark.Engine.Definitions;

/// <summary>Finds the places that a pipeline excludes or masks, and holds the columns to them.</summary>
/// <param name="stream">The stream as its source has it.</param>
/// <param name="shape">What the pipeline says of it.</param>
/// <param name="mistakes">Receives what cannot be.</param>
internal sealed class StreamMasks(StreamSchema stream, StreamShape shape, ICollection<DefinitionMistake> mistakes)
{
    private readonly RecordPlaces _places = new(stream);

    /// <summary>The rules for the stream's records. A name that is no place is added to the mistakes.</summary>
    public IReadOnlyList<MaskRule> Rules()
    {
        var rules = new List<MaskRule>();
        foreach (var name in shape.Exclude.Distinct(StringComparer.Ordinal)) rules.AddRange(Of("exclude", name, Masking.Exclude));
        foreach (var (name, masking) in shape.Mask) rules.AddRange(Of($"mask/{DefinitionMistake.Step(name)}", name, masking));
        return rules;
    }

    /// <summary>The columns that are left: an excluded one is gone, a hashed one is text.</summary>
    /// <param name="columns">The columns as the pipeline wants them.</param>
    /// <param name="rules">The rules.</param>
    public List<Field> Apply(List<Field> columns, IReadOnlyList<MaskRule> rules)
    {
        if (rules.Count == 0) return columns;
        var left = new List<Field>();
        foreach (var column in columns)
        {
            var rule = column.IsDerived ? null : rules.FirstOrDefault(rule => Covers(rule, column));
            if (rule is not null && stream.Key.Any(key => stream.Fields.Any(field => field.Name == key && field.Path == column.Path)))
            {
                mistakes.Add(new(rule.Masking == Masking.Exclude ? "exclude" : "mask", "column.invalid_rule",
                    $"{rule.Name} is of the key, and rows could not be told apart without it."));
            }

            if (rule is null || rule.Masking == Masking.Null) left.Add(column);
            else if (rule.Masking == Masking.Hash && rule.Path == column.Path) left.Add(column with { Type = FieldType.Text });
            else if (shape.Columns.Any(named => named.Name == column.Name))
            {
                mistakes.Add(new($"columns/{DefinitionMistake.Step(column.Name)}", "column.invalid_rule",
                    $"The column {column.Name} is of {rule.Name}, of which nothing is stored.", "Take it out of the columns, or out of exclude and mask."));
            }
        }

        return left;
    }

    private static bool Covers(MaskRule rule, Field column) =>
        column.Path == rule.Path || column.Path.StartsWith(rule.Path + "/", StringComparison.Ordinal);

    private IEnumerable<MaskRule> Of(string key, string name, Masking masking)
    {
        if (name is ['/', .. var exact]) return [new(name, exact, masking)];
        if (stream.Fields.FirstOrDefault(field => field.Name == name && !field.IsDerived) is { } field)
        {
            // A second place within the first goes with it.
            return new[] { field.Path, field.OrPath is { } other && !other.StartsWith(field.Path + "/", StringComparison.Ordinal) ? other : null }
                .OfType<string>().Select(path => new MaskRule(name, path, masking));
        }

        var place = name.Replace('.', '/');
        if (_places.Mistake(place) is not { } hint) return [new(name, place, masking)];
        mistakes.Add(new(key, "column.unknown", $"The stream {stream.Name} has no field {name}.", hint));
        return [];
    }
}
