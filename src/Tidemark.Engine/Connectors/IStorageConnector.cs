using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;

namespace Tidemark.Engine.Connectors;

/// <summary>A system that files are kept in, away from this machine.</summary>
public interface IStorageConnector : IEndConnector
{
    /// <param name="settings">Settings that fit <see cref="IConnector.Spec"/>.</param>
    IFileStorage OpenStorage(BoundSettings settings);
}

/// <summary>Files in another system, by name. Names may have slashes.</summary>
public interface IFileStorage : IDisposable
{
    /// <summary>Files older than this many days go, but for the newest; 0 keeps them for ever.</summary>
    int KeepDays { get; }

    /// <summary>Sends a file and reads it back. Neither is ever in memory as a whole.</summary>
    /// <param name="path">The file here.</param>
    /// <param name="name">Its name there.</param>
    /// <param name="cancellationToken">Leaves no part of it there.</param>
    /// <exception cref="TidemarkException">It is refused, or does not come back as it was sent.</exception>
    Task UploadAsync(string path, string name, CancellationToken cancellationToken);

    /// <summary>The files whose names begin so.</summary>
    Task<IReadOnlyList<FileInStorage>> ListAsync(string beginning, CancellationToken cancellationToken);

    Task DeleteAsync(string name, CancellationToken cancellationToken);
}

/// <summary>A file in another system.</summary>
public sealed record FileInStorage(string Name, DateTimeOffset ModifiedAt);
