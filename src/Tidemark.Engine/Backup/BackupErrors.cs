using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Backup;

/// <summary>What goes wrong with backups, in words.</summary>
internal static class BackupErrors
{
    public static TidemarkException Damaged(string name, string how, Exception? cause = null) =>
        new(FailureKind.Configuration, "backup.damaged", $"The backup {name} is damaged: {how}.", cause)
        {
            Hint = "Nothing was changed. Use another one.",
            Next = new(NextAct.ListBackups),
        };

    public static TidemarkException NotAFile(string name, string what) =>
        new(FailureKind.Configuration, "backup.not_a_file", $"{name} is {what}, and no regular file.")
        {
            Hint = "Nothing was read. Put the file itself there.",
            Next = new(NextAct.ListBackups),
        };

    public static TidemarkException CannotWrite(string folder, Exception cause) =>
        new(FailureKind.Configuration, "backup.cannot_write", $"No backup can be written to {folder}: {cause.Message}", cause)
        {
            Hint = "Nothing was changed. Give the folder space and this user the right to write to it, or set another one: "
                + "backup, folder.",
        };

    /// <summary>A failure of the disk. The last is .NET's exception for a file larger than the file system or a limit allows (EFBIG).</summary>
    public static bool IsOfFiles(Exception failure) =>
        failure is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException { ParamName: "value" };
}
