using System.Text;
using Microsoft.Data.Sqlite;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Catalog.Sqlite;

namespace Tidemark.Tests.Catalog;

/// <summary>A home whose catalog is the file in it.</summary>
internal sealed class SqliteHome : TestHome
{
    public override CatalogDatabase Catalog() => new SqliteCatalog(new HomeFolder(Folder));

    public override Task SetVersionAsync(long version) => ExecuteAsync($"PRAGMA user_version = {version}");

    public override Task<string> AllBytesAsync() => Task.FromResult(string.Concat(Directory.EnumerateFiles(Folder)
        .Where(file => Path.GetFileName(file) != "key")
        .Select(file =>
        {
            using var bytes = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var text = new StreamReader(bytes, Encoding.Latin1);
            return text.ReadToEnd();
        })));

    public override void Dispose()
    {
        SqliteConnection.ClearAllPools();
        base.Dispose();
    }
}
