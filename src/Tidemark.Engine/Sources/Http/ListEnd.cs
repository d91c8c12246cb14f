namespace Tidemark.Engine.Sources.Http;

/// <summary>What shows that a listing is at its end, so that what it lacks counts as gone.</summary>
public enum EndProof
{
    /// <summary>
    /// A flag, or a cursor that is missing, and nothing else that could be asked. Before records count as gone, a second
    /// reading has to agree.
    /// </summary>
    Word,

    /// <summary>A call for what follows the last record, answered with nothing.</summary>
    NothingFollows,

    /// <summary>A number of all records, which the reading has come to.</summary>
    Total,

    /// <summary>The vendor gives everything in one answer.</summary>
    OneAnswer,
}

/// <summary>What ends a listing.</summary>
/// <param name="Proof">Proof of the end.</param>
/// <param name="Source">Address of the page that documents it.</param>
public sealed record ListEnd(EndProof Proof, string Source);
