using System.Globalization;
using Tidemark.Engine.Backup;

namespace Tidemark.Engine.Catalog;

/// <summary>The key <c>backup</c> of a pipeline in a definition file.</summary>
internal static class BackupPolicyFile
{
    private static readonly string[] Keys = ["folder", "format", "name", "keep_days", "keep", "upload"];

    public static BackupPolicy Read(DefinitionNode pipeline)
    {
        var usual = new BackupPolicy();
        if (pipeline.Inner("backup", Keys) is not { } node) return usual;
        var policy = new BackupPolicy
        {
            Folder = node.Text("folder") ?? usual.Folder,
            Format = node.Word("format", usual.Format),
            Name = node.Text("name"),
            KeepDays = (int)node.Number("keep_days", usual.KeepDays, 36_500, isWhole: true),
            Keep = (int)node.Number("keep", usual.Keep, int.MaxValue, isWhole: true),
            Upload = node.Text("upload"),
        };
        if (policy.Name is { } name && !BackupName.IsPlain(name))
            node.Report("definition.invalid_value", "The key name has letters that no file name of a backup has.");
        if (policy.Folder.Length == 0 || policy.Folder.Contains('\0', StringComparison.Ordinal))
            node.Report("definition.invalid_value", "The key folder is no folder.");
        return policy;
    }

    /// <summary>What differs from the usual, in the order of the docs.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Write(BackupPolicy policy)
    {
        var usual = new BackupPolicy();
        if (policy.Folder != usual.Folder) yield return new("folder", policy.Folder);
        if (policy.Format != usual.Format) yield return new("format", policy.Format.ToString().ToLowerInvariant());
        if (policy.Name is { } name) yield return new("name", name);
        if (policy.KeepDays != usual.KeepDays) yield return new("keep_days", policy.KeepDays.ToString(CultureInfo.InvariantCulture));
        if (policy.Keep != usual.Keep) yield return new("keep", policy.Keep.ToString(CultureInfo.InvariantCulture));
        if (policy.Upload is { } upload) yield return new("upload", upload);
    }
}
