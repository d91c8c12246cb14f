using System.Diagnostics;
using Tidemark.Connectors.Postgres;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Destinations.Writing;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources;

namespace Tidemark.Benchmarks;

/// <summary>The same rows by one raw binary COPY into the same table, from a file that was made before.</summary>
internal static class RawCopy
{
    private const int HeaderBytes = 19;
    private const int TrailerBytes = 2;

    public static async Task<double> RunAsync(Settings settings, string schema)
    {
        var file = Path.Combine(Path.GetTempPath(), $"tidemark-bench-{settings.Source}-{settings.Records}.copy");
        await using var source = Measurement.OpenSource(settings);
        var stream = await Measurement.StreamAsync(source, settings);
        var table = new SqlTable(new SqlName(schema, "raw_copy"), new TablePlan("raw_copy", stream));
        if (!File.Exists(file)) await WriteAsync(file, source, table);

        await using var connection = await Measurement.ConnectAsync();
        var dialect = new PostgresDialect(schema, PostgresJson.Json);
        var columns = string.Join(", ", table.Columns.Select(column => $"{column.Quoted} {dialect.TypeOf(column)}"));
        await Measurement.ExecuteAsync(
            connection,
            $"CREATE SCHEMA IF NOT EXISTS {schema}; DROP TABLE IF EXISTS {table.Name}; CREATE TABLE {table.Name} ({columns}, PRIMARY KEY ({table.KeyList})); CHECKPOINT");
        var watch = Stopwatch.StartNew();
        await using (var copy = await connection.BeginRawBinaryCopyAsync($"COPY {table.Name} ({table.ColumnList}) FROM STDIN (FORMAT BINARY)"))
        await using (var rows = File.OpenRead(file))
            await rows.CopyToAsync(copy, 128 * 1024);
        var seconds = watch.Elapsed.TotalSeconds;
        await Measurement.ExecuteAsync(connection, $"DROP TABLE {table.Name}");
        return seconds;
    }

    private static async Task WriteAsync(string path, ISource source, SqlTable table)
    {
        await using var file = File.Create(path);
        var mapper = new RecordMapper(table.Stream, reportsNewFields: false, keepsRaw: true);
        var batch = new RowBatch(table.Stream);
        var encoder = new CopyEncoder(new PostgresDialect("public", PostgresJson.Json));
        var isFirst = true;
        await foreach (var page in source.ReadAsync(new ReadRequest(table.Stream, null), CancellationToken.None))
        {
            foreach (var place in page.Records) mapper.Map(page.Bytes.Span.Slice(place.Start, place.Length), false, batch);
            page.Dispose();
            if (batch.Count < 5000) continue;
            await AppendAsync();
        }

        await AppendAsync();
        file.Write([0xFF, 0xFF]);

        async Task AppendAsync()
        {
            using var part = new MemoryStream();
            ReadOnlyMemory<int> rows = Enumerable.Range(0, batch.Count).ToArray();
            await encoder.WriteAsync(
                part, table, [.. Enumerable.Range(0, table.Columns.Count)], batch, rows, null, new RowStamp("r-bench", DateTimeOffset.UnixEpoch), CancellationToken.None);
            // Parts become one COPY: the header of the first, the trailer of the last.
            var start = isFirst ? 0 : HeaderBytes;
            file.Write(part.GetBuffer(), start, (int)part.Length - start - TrailerBytes);
            isFirst = false;
            batch.Clear();
        }
    }
}
