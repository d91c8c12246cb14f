namespace Tidemark.Engine.Wire;

/// <summary>Backups of a pipeline that had been kept long enough.</summary>
/// <param name="Pipeline">Name of the pipeline.</param>
/// <param name="Pruned">Names of the files that were removed.</param>
public sealed record PrunedBackupsAnswer(string Pipeline, IReadOnlyList<string> Pruned);
