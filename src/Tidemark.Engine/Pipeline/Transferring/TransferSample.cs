using Tidemark.Engine.Destinations;
using Tidemark.Engine.Records;
using Tidemark.Engine.Transfers;

namespace Tidemark.Engine.Pipeline.Transferring;

/// <summary>A row that differs, column by column.</summary>
internal static class TransferSample
{
    /// <param name="table">The table.</param>
    /// <param name="kind">What would become of the row.</param>
    /// <param name="key">Its key.</param>
    /// <param name="before">The row of the target; null for none.</param>
    /// <param name="now">The row of the source; null for none.</param>
    public static RowChange Of(TransferTable table, ChangeKind kind, RowKey key, SampledRow? before, SampledRow? now)
    {
        var fields = new List<FieldChange>();
        for (var at = 0; at < table.Columns.Count; at++)
        {
            var (old, own) = (before?.Values[at], now?.Values[at]);
            if (kind == ChangeKind.Update ? !string.Equals(old, own, StringComparison.Ordinal) : (old ?? own) is not null)
                fields.Add(new(table.Columns[at].Name, old, own));
        }

        return new(kind, Text(key), fields);
    }

    private static string Text(RowKey key) => CellText.OfKey(key.Parts);
}
