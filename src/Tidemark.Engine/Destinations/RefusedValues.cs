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

    /// <param name="reason">The database's, with the columns that it is about.</param>
    /// <param name="batch">Has the record.</param>
    /// <param name="row">The record's row.</param>
    public static Problem In(Problem reason, RowBatch batch, int row)
    {
        if (reason.Columns.Count == 0 || batch.Kind(row) != RowKind.Record) return reason;
        var fields = batch.Stream.Fields;
        var values = Places(reason.Columns, fields).Take(ShownColumns).Select(at => $"{fields[at].Name} = {Shown(batch.Text(row, at))}");
        var text = string.Join(", ", values);
        return text.Length == 0 ? reason : reason with { Message = $"{reason.Message.TrimEnd('.')}. The record has {text}." };
    }

    /// <summary>Positions of the fields whose columns are named; a database may write a name in letters of another case.</summary>
    private static IEnumerable<int> Places(IReadOnlyList<string> columns, IReadOnlyList<Field> fields) => columns
        .Select(column => Place(fields, column, StringComparison.Ordinal) is >= 0 and var exact ? exact : Place(fields, column, StringComparison.OrdinalIgnoreCase))
        .Where(at => at >= 0).Distinct().Order();

    private static int Place(IReadOnlyList<Field> fields, string column, StringComparison comparison)
    {
        for (var at = 0; at < fields.Count; at++)
        {
            if (fields[at].Name.Equals(column, comparison)) return at;
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
