namespace Tidemark.Engine.Destinations.Sql.Loading;

/// <summary>How far a stream's reading has come; the column <c>complete</c> holds it as a number.</summary>
internal enum CheckpointState
{
    /// <summary>Records are still to be read.</summary>
    Reading = 0,

    /// <summary>The reading came to its end, and its staging only waits to be published.</summary>
    Complete = 1,

    /// <summary>As <see cref="Complete"/>, and the run that holds the checkpoint waits for approval.</summary>
    Parked = 2,
}
