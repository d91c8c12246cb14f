using System.Security.Cryptography;
using System.Text.Json;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Backup;

/// <summary>Reads a backup whole and compares it with its manifest.</summary>
internal static class BackupCheck
{
    /// <summary>The file's SHA-256, in hexadecimal digits, where count and checksum of every table fit.</summary>
    /// <exception cref="TidemarkException"><c>backup.damaged</c>, with what does not fit.</exception>
    public static async Task<string> RunAsync(
        Stream file, string name, BackupManifest manifest, CancellationToken cancellationToken)
    {
        try
        {
            file.Position = 0;
            var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
            if (manifest.Sha256.Length > 0 && manifest.Sha256 != sha256)
                throw BackupErrors.Damaged(name, "it is not the file that was written");
            for (var place = 0; place < manifest.Tables.Count; place++)
            {
                var (_, table, expected) = manifest.Tables[place];
                file.Position = 0;
                var rows = BackupFormats.Of(manifest.Format).ReadAsync(file, table, place, cancellationToken);
                Require(await RowSum.OfAllAsync(rows, cancellationToken), expected, table.Name, name);
            }

            return sha256;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidDataException or EndOfStreamException)
        {
            throw BackupErrors.Damaged(name, "it cannot be read to its end", unreadable);
        }
    }

    private static void Require(Checksum found, Checksum expected, string table, string name)
    {
        if (found.Rows != expected.Rows)
            throw BackupErrors.Damaged(name, $"it has {found.Rows} rows of {table}, and {expected.Rows} were written");
        if (found != expected) throw BackupErrors.Damaged(name, $"rows of {table} are not those that were written");
    }
}
