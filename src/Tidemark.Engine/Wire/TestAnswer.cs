using System.Text.Json.Serialization;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Pipeline.Planning;

namespace Tidemark.Engine.Wire;

/// <summary>What a source or destination answered when it was asked whether it works.</summary>
/// <param name="Kind"><c>source</c> or <c>destination</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Connector">Its connector.</param>
/// <param name="Works">Whether there is no problem.</param>
/// <param name="Problems">What is wrong.</param>
/// <param name="Facts">What a person wants to know, e.g. whether a key is for test mode.</param>
/// <param name="Streams">What a source can be read for.</param>
public sealed record TestAnswer(
    string Kind, string Name, string Connector, bool Works, IReadOnlyList<ProblemAnswer> Problems,
    IReadOnlyDictionary<string, string> Facts, IReadOnlyList<EstimateAnswer> Streams)
{
    public static TestAnswer Of(ConnectionTest test) => new(
        test.Kind, test.Name, test.Connector, test.Problems.Count == 0, ProblemAnswer.Of(test.Problems),
        new OrderedDictionary<string, string>(test.Facts),
        [.. test.Streams.Select(stream => new EstimateAnswer(stream.Name, stream.EstimatedCount))]);
}

/// <summary>A stream and about how many records it has.</summary>
/// <param name="Name">E.g. <c>customers</c>.</param>
/// <param name="EstimatedCount">As the vendor gives it; null where it does not, or not in time.</param>
public sealed record EstimateAnswer(
    string Name, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] long? EstimatedCount);
