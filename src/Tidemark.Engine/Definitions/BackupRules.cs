
namespace Tidemark.Engine.Definitions;

/// <summary>What a pipeline's backups keep to.</summary>
internal static class BackupRules
{
    // A hundred years.
    internal const int MaxKeepDays = 36_500;

    public static IEnumerable<DefinitionMistake> Of(BackupPolicy policy) =>
    [
        .. Names(policy),
        .. ValueRules.Word("format", policy.Format),
        .. ValueRules.Whole("keep_days", policy.KeepDays, MaxKeepDays),
        .. ValueRules.Whole("keep", policy.Keep, int.MaxValue),
    ];

    private static IEnumerable<DefinitionMistake> Names(BackupPolicy policy)
    {
        if (policy.Folder.Length == 0 || policy.Folder.Contains('\0', StringComparison.Ordinal))
            yield return DefinitionMistake.Invalid("folder", "is no folder.");
        if (policy.Name is { } name && !BackupName.IsPlain(name))
            yield return DefinitionMistake.Invalid("name", "has letters that no file name of a backup has.");
        if (policy.Upload is "") yield return DefinitionMistake.Invalid("upload", "is the name of a destination.");
    }
}
