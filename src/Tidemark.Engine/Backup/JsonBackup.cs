using Tidemark.Engine.Definitions;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Tidemark.Engine.Destinations;

namespace Tidemark.Engine.Backup;

/// <summary><c>{"backup_timestamp","backup_datetime","total_records","records":[…]}</c>, one table, one record a line.</summary>
internal sealed class JsonBackup : IBackupFormat
{
    public string Extension => ".json";

    public IBackupContent Begin(Stream file, DateTimeOffset createdAt) => new Content(file, createdAt);

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        Stream file, TableShape table, int place, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        file.Position = 0;
        using var text = new RecordText(table.Columns);
        await foreach (var record in JsonValues.ReadAsync(file, "records", cancellationToken))
            yield return text.ToRow(record.Span);
    }

    private sealed class Content(Stream file, DateTimeOffset createdAt) : IBackupContent
    {
        // How many there are is known at the end: room is left for it, and a number may stand behind spaces.
        private const int DigitsOfTotal = 19;

        private long _total;
        private long _totalAt;

        public async Task AddAsync(
            TableShape table, IAsyncEnumerable<ReadOnlyMemory<byte>> rows, CancellationToken cancellationToken)
        {
            await WriteAsync(string.Create(CultureInfo.InvariantCulture,
                $$"""
                {
                "backup_timestamp": "{{BackupName.Timestamp(createdAt)}}",
                "backup_datetime": "{{createdAt.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}}",
                "total_records": 
                """));
            _totalAt = file.Position;
            await WriteAsync($"{new string(' ', DigitsOfTotal)},\n\"records\": [");
            using var text = new RecordText(table.Columns);
            await foreach (var row in rows.WithCancellation(cancellationToken))
            {
                await WriteAsync(_total++ == 0 ? "\n" : ",\n");
                await file.WriteAsync(text.ToRecord(row.Span), cancellationToken);
            }

            await WriteAsync("\n]\n}\n");
        }

        public async ValueTask DisposeAsync()
        {
            file.Position = _totalAt;
            await WriteAsync(_total.ToString(CultureInfo.InvariantCulture).PadLeft(DigitsOfTotal));
        }

        private ValueTask WriteAsync(string text) => file.WriteAsync(Encoding.UTF8.GetBytes(text));
    }
}
