namespace Tidemark.Engine;

/// <summary>Where one Tidemark lives.</summary>
/// <param name="folder">The home folder, e.g. <c>.tidemark</c>.</param>
public sealed class HomeOptions(string folder)
{
    public string Folder { get; } = folder;

    /// <summary>Address of the catalog (<c>TIDEMARK_CATALOG</c>), which may hold a password. Null: the SQLite file in the folder.</summary>
    public string? Catalog { get; init; }

    /// <summary>The operator's encryption key (<c>TIDEMARK_ENCRYPTION_KEY</c>). Null: the one in the folder.</summary>
    public string? Key { get; init; }
}
