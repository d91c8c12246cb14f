using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;

namespace Tidemark.Engine.Backup;

/// <summary>How tables become a file, and are read from it again. Neither holds more than a row in memory.</summary>
internal interface IBackupFormat
{
    /// <summary>With its dot.</summary>
    string Extension { get; }

    /// <summary>Begins a file. What is written is whole once this is disposed.</summary>
    /// <param name="file">Empty; stays open.</param>
    /// <param name="createdAt">The backup's time.</param>
    IBackupContent Begin(Stream file, DateTimeOffset createdAt);

    /// <summary>The rows of one table as they were given to <see cref="IBackupContent.AddAsync"/>.</summary>
    /// <param name="file">The file, at its beginning; can seek.</param>
    /// <param name="table">The table.</param>
    /// <param name="place">Index of the table in the file, from 0.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="System.Text.Json.JsonException">Or <see cref="InvalidDataException"/>: the file is damaged.</exception>
    IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        Stream file, TableShape table, int place, CancellationToken cancellationToken);
}

/// <summary>A backup file that is being written.</summary>
internal interface IBackupContent : IAsyncDisposable
{
    Task AddAsync(TableShape table, IAsyncEnumerable<ReadOnlyMemory<byte>> rows, CancellationToken cancellationToken);
}

/// <summary>The formats there are.</summary>
internal static class BackupFormats
{
    public static IBackupFormat Of(BackupFormat format) =>
        format == BackupFormat.Json ? new JsonBackup() : new CompactBackup();
}
