using System.Globalization;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres.Transfer;

/// <summary>The rows of some buckets in SQL. The numbers stand in the text: COPY takes no parameters.</summary>
internal static class BucketSql
{
    /// <summary>A FROM clause, with what follows it, for the rows of some buckets: on the alias <c>t</c>, and ranges on <c>b</c>.</summary>
    /// <param name="table">The table.</param>
    /// <param name="from">What is read of it, on the alias <c>t</c>.</param>
    /// <param name="buckets">Which.</param>
    public static string Rows(TransferTable table, string from, IReadOnlyList<long> buckets)
    {
        var sql = new TransferSql(table);
        if (table.Buckets.Kind == BucketKind.Hash) return $"{from} WHERE {sql.Bucket} = ANY ({Array(buckets)})";
        // By an index on the key; a row is in one bucket's range alone.
        var key = sql.Key[0];
        return $"unnest({Array(buckets)}, {Array(buckets.Select(bucket => First(table, bucket)))}, {Array(buckets.Select(bucket => Last(table, bucket)))}) AS b (bucket, low, high) "
            + $"JOIN {from} ON t.{key} >= b.low AND t.{key} <= b.high";
    }

    // Keys of the first and of the last bucket end where bigint does.
    private static long First(TransferTable table, long bucket) => Clamp((Int128)bucket * table.Buckets.Size);

    private static long Last(TransferTable table, long bucket) => Clamp(((Int128)bucket * table.Buckets.Size) + table.Buckets.Size - 1);

    private static long Clamp(Int128 key) => (long)Int128.Clamp(key, long.MinValue, long.MaxValue);

    private static string Array(IEnumerable<long> numbers) =>
        $"'{{{string.Join(',', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)))}}}'::bigint[]";
}
