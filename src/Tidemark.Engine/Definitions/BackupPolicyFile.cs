using System.Globalization;

namespace Tidemark.Engine.Definitions;

/// <summary>The key <c>backup</c> of a pipeline in a definition file.</summary>
internal static class BackupPolicyFile
{
    internal static readonly string[] Keys = ["folder", "format", "name", "keep_days", "keep", "upload"];

    public static BackupPolicy Read(DefinitionNode pipeline)
    {
        var usual = new BackupPolicy();
        if (pipeline.Inner("backup", Keys) is not { } node) return usual;
        return new BackupPolicy
        {
            Folder = node.Text("folder") ?? usual.Folder,
            Format = node.Word("format", usual.Format),
            Name = node.Text("name"),
            KeepDays = node.Whole("keep_days", usual.KeepDays),
            Keep = node.Whole("keep", usual.Keep),
            Upload = node.Text("upload"),
        };
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
