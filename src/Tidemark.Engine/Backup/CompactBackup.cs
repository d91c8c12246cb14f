using System.Globalization;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using Tidemark.Engine.Destinations;

namespace Tidemark.Engine.Backup;

/// <summary>A zip with one entry a table, <c>0001.jsonl</c> and so on, and one row a line in it.</summary>
internal sealed class CompactBackup : IBackupFormat
{
    public string Extension => ".zip";

    public IBackupContent Begin(Stream file, DateTimeOffset createdAt) => new Content(file, createdAt);

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        Stream file, TableShape table, int place, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var archive = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
        var entry = archive.GetEntry(Entry(place)) ?? throw new InvalidDataException($"It has no rows of {table.Name}.");
        await using var lines = await entry.OpenAsync(cancellationToken);
        await foreach (var row in JsonValues.ReadAsync(lines, list: null, cancellationToken)) yield return row;
    }

    private static string Entry(int place) =>
        string.Create(CultureInfo.InvariantCulture, $"{place + 1:0000}.jsonl");

    private sealed class Content(Stream file, DateTimeOffset createdAt) : IBackupContent
    {
        private static readonly byte[] LineEnd = [(byte)'\n'];

        private readonly ZipArchive _archive = new(file, ZipArchiveMode.Create, leaveOpen: true);
        private int _place;

        public async Task AddAsync(
            TableShape table, IAsyncEnumerable<ReadOnlyMemory<byte>> rows, CancellationToken cancellationToken)
        {
            var entry = _archive.CreateEntry(Entry(_place++));
            entry.LastWriteTime = createdAt;
            await using var lines = await entry.OpenAsync(cancellationToken);
            await foreach (var row in rows.WithCancellation(cancellationToken))
            {
                await lines.WriteAsync(row, cancellationToken);
                await lines.WriteAsync(LineEnd, cancellationToken);
            }
        }

        public ValueTask DisposeAsync() => _archive.DisposeAsync();
    }
}
