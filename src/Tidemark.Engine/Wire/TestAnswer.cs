using System.Text.Json.Serialization;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Pipeline.Planning;

namespace Tidemark.Engine.Wire;

/// <summary>What a source, destination or pipeline answered when it was asked whether it works.</summary>
/// <param name="Kind"><c>source</c>, <c>destination</c> or <c>pipeline</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Connector">Name of the connector; of a pipeline, both ends in words.</param>
/// <param name="Works">True if there are no problems.</param>
/// <param name="Problems">The problems.</param>
/// <param name="Facts">Facts for people, e.g. whether a key is for test mode.</param>
/// <param name="Streams">Streams of a source; empty for a destination.</param>
public sealed record TestAnswer(
    string Kind, string Name, string Connector, bool Works, IReadOnlyList<ProblemAnswer> Problems,
    IReadOnlyDictionary<string, string> Facts, IReadOnlyList<EstimateAnswer> Streams)
{
    /// <summary>What was tried and succeeded, in words: all that <c>works</c> stands for.</summary>
    public string? Tried { get; init; }

    /// <summary>False for a source that no run reads, and for a pipeline of one.</summary>
    public bool Active { get; init; } = true;

    public static TestAnswer Of(ConnectionTest test) => new(
        test.Kind, test.Name, test.Connector, test.Problems.Count == 0, ProblemAnswer.Of(test.Problems),
        new OrderedDictionary<string, string>(test.Facts),
        [.. test.Streams.Select(stream => new EstimateAnswer(stream.Name, stream.EstimatedCount))])
    {
        Tried = test.Tried.Length > 0 && test.Problems.Count == 0 ? test.Tried : null,
        Active = test.IsActive,
    };
}

/// <summary>A stream and about how many records it has.</summary>
/// <param name="Name">E.g. <c>customers</c>.</param>
/// <param name="EstimatedCount">The vendor's estimate; null if it gives none, or not in time.</param>
public sealed record EstimateAnswer(
    string Name, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] long? EstimatedCount);
