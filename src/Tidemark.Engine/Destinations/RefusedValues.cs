using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations;

/// <summary>
/// Says what a refused record has in the columns that its reason is about, as far as the database names them. What is masked is masked here
/// too: the record never had it.
/// </summary>
internal static class RefusedValues
{
    private const int ShownColumns = 4;
    private const int ShownLetters = 60;

    /// <param name="reason">The database's, with the words in which it names columns.</param>
    /// <param name="batch">Has the record.</param>
    /// <param name="row">The record's row.</param>
    public static Problem In(Problem reason, RowBatch batch, int row)
    {
        if (reason.Named.Length == 0 || batch.Kind(row) != RowKind.Record) return reason;
        var values = Columns(reason.Named, batch.Stream.Fields).Take(ShownColumns).Select(at => $"{batch.Stream.Fields[at].Name} = {Shown(batch.Text(row, at))}");
        var text = string.Join(", ", values);
        return text.Length == 0 ? reason : reason with { Message = $"{reason.Message.TrimEnd('.')}. The record has {text}." };
    }

    /// <summary>Positions of the fields that are named, the longest names first: a short one may be part of them.</summary>
    private static List<int> Columns(string named, IReadOnlyList<Field> fields)
    {
        var found = new List<int>();
        foreach (var (at, field) in fields.Index().OrderByDescending(each => each.Item.Name.Length))
        {
            if (Place(named, field.Name) is not (>= 0 and var place)) continue;
            found.Add(at);
            named = named.Remove(place, field.Name.Length).Insert(place, " ");
        }

        found.Sort();
        return found;
    }

    /// <summary>Where a name stands by itself or as a part of a constraint's name; -1 where it does not.</summary>
    private static int Place(string named, string name)
    {
        for (var at = named.IndexOf(name, StringComparison.OrdinalIgnoreCase); at >= 0; at = named.IndexOf(name, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            var end = at + name.Length;
            if ((at == 0 || !char.IsLetterOrDigit(named[at - 1])) && (end == named.Length || !char.IsLetterOrDigit(named[end]))) return at;
        }

        return -1;
    }

    private static string Shown(string? value)
    {
        if (value is null) return "null";
        if (value.Length <= ShownLetters) return value.Length == 0 ? "an empty text" : value;
        var end = char.IsHighSurrogate(value[ShownLetters - 1]) ? ShownLetters - 1 : ShownLetters;
        return value[..end] + "…";
    }
}
