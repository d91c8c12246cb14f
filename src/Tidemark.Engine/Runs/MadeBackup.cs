using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Runs;

/// <summary>What a run that backs tables up has made.</summary>
/// <param name="Name">Name of the file.</param>
/// <param name="Pruned">Names of older backups that were removed.</param>
public sealed record MadeBackup(string Name, IReadOnlyList<string> Pruned)
{
    /// <summary>What sending it away came to; null where that is not wanted.</summary>
    public UploadedBackup? Upload { get; init; }
}

/// <summary>What sending a backup away came to.</summary>
/// <param name="To">Name of the destination.</param>
/// <param name="Pruned">Names of older backups that were removed there.</param>
public sealed record UploadedBackup(string To, IReadOnlyList<string> Pruned)
{
    /// <summary>Why it is not there; null where it is. The backup here is good all the same.</summary>
    public Problem? Problem { get; init; }
}

/// <summary>What a run that backs tables up has made.</summary>
/// <param name="Filename">Name of the file.</param>
/// <param name="Pruned">Names of older backups that were removed.</param>
public sealed record MadeBackupAnswer(string Filename, IReadOnlyList<string> Pruned)
{
    /// <summary>What sending it away came to; absent where that is not wanted.</summary>
    public UploadAnswer? Upload { get; init; }

    public static MadeBackupAnswer Of(MadeBackup made) => new(made.Name, made.Pruned)
    {
        Upload = made.Upload is { } upload
            ? new(upload.To, upload.Problem is null, upload.Pruned, upload.Problem is { } problem ? [ProblemAnswer.Of(problem)] : null) : null,
    };

    internal MadeBackup ToBackup() => new(Filename, Pruned)
    {
        Upload = Upload is { } upload ? new(upload.To, upload.Pruned) { Problem = upload.Problems is [var problem, ..] ? problem.ToProblem() : null } : null,
    };
}

/// <summary>Outcome of an upload.</summary>
/// <param name="To">Name of the destination.</param>
/// <param name="Success">Whether the copy was sent and read back.</param>
/// <param name="Pruned">Names of older backups that were removed there.</param>
/// <param name="Problems">Why it is not there; absent where it is.</param>
public sealed record UploadAnswer(string To, bool Success, IReadOnlyList<string> Pruned, IReadOnlyList<ProblemAnswer>? Problems = null);
