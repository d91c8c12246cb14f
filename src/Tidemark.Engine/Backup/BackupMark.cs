using System.Text;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;

namespace Tidemark.Engine.Backup;

/// <summary>Whether a file that a crash may have left is ours: its name alone proves nothing.</summary>
internal static class BackupMark
{
    // Where the name of a zip's first entry stands. Source: APPNOTE.TXT of the zip format, 4.3.7.
    private const int FirstEntry = 30;

    private static readonly string[] Json = ["""{"backup_timestamp":""", """{"tidemark_backup":""", """{"pipeline":"""];

    /// <summary>Whether a file begins as one that a backup is written to, however early the writing ended.</summary>
    public static async Task<bool> IsUnfinishedAsync(FileStream file, CancellationToken cancellationToken)
    {
        var start = new byte[64];
        file.Position = 0;
        var length = await file.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
        return Begins(start.AsSpan(0, length));
    }

    /// <summary>Whether a file is the manifest of the backup of this name.</summary>
    public static async Task<bool> IsManifestOfAsync(FileStream manifest, string file, CancellationToken cancellationToken)
    {
        var name = Path.GetFileName(file);
        if (manifest.Length > BackupManifest.MaxBytes) return false;
        try
        {
            var read = BackupManifest.Parse(await RegularFile.ReadAsync(manifest, BackupManifest.MaxBytes, cancellationToken), name);
            return name.Contains(read.Timestamp, StringComparison.Ordinal);
        }
        catch (TidemarkException)
        {
            return false; // nobody knows whose it is
        }
    }

    private static bool Begins(ReadOnlySpan<byte> start)
    {
        if (Fits(start, "PK\u0003\u0004"u8)) return start.Length <= FirstEntry || Fits(start[FirstEntry..], "0001.jsonl"u8);
        var text = Encoding.Latin1.GetBytes([.. Encoding.Latin1.GetString(start).Where(letter => !char.IsWhiteSpace(letter))]);
        return Json.Any(mark => Fits(text, Encoding.Latin1.GetBytes(mark)));
    }

    private static bool Fits(ReadOnlySpan<byte> start, ReadOnlySpan<byte> mark) =>
        start.Length >= mark.Length ? start.StartsWith(mark) : mark.StartsWith(start);
}
