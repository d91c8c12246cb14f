using Tidemark.Engine.Catalog;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Pipeline;

/// <summary>What a source or destination answered when it was asked whether it works.</summary>
/// <param name="Kind"><c>source</c> or <c>destination</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Connector">Its connector.</param>
/// <param name="Problems">What is wrong; empty where it works.</param>
/// <param name="Facts">What a person wants to know, e.g. whether a key is for test mode.</param>
/// <param name="Streams">What a source can be read for.</param>
public sealed record ConnectionTest(
    string Kind, string Name, string Connector, IReadOnlyList<Problem> Problems,
    IReadOnlyList<KeyValuePair<string, string>> Facts, IReadOnlyList<string> Streams)
{
    internal static async Task<IReadOnlyList<ConnectionTest>> RunAsync(
        DefinitionCatalog definitions, SyncPlanner planner, string? name, CancellationToken cancellationToken)
    {
        var sources = await definitions.Sources.ListAsync(cancellationToken);
        var destinations = await definitions.Destinations.ListAsync(cancellationToken);
        var tests = sources.Where(source => name is null || source.Name == name)
            .Select(source => SourceAsync(planner, source, cancellationToken))
            .Concat(destinations.Where(destination => name is null || destination.Name == name)
                .Select(destination => DestinationAsync(planner, destination, cancellationToken)))
            .ToList();
        if (tests.Count == 0 && name is not null)
        {
            throw new TidemarkException(FailureKind.Usage, "name.unknown", $"There is no source or destination {name}.")
            {
                Hint = NearestName.Hint(
                    name, sources.Select(source => source.Name).Concat(destinations.Select(destination => destination.Name))),
            };
        }

        return await Task.WhenAll(tests);
    }

    private static async Task<ConnectionTest> SourceAsync(
        SyncPlanner planner, SourceDefinition definition, CancellationToken cancellationToken)
    {
        var problems = new List<Problem>();
        await using var source = planner.OpenSource(definition, problems);
        var test = new ConnectionTest("source", definition.Name, definition.Connector, problems, [], []);
        if (source is null) return test;
        var check = await source.CheckAsync(cancellationToken);
        problems.AddRange(check.Problems);
        if (problems.Count > 0) return test with { Facts = check.Facts };
        var streams = await source.DiscoverAsync(cancellationToken);
        return test with { Facts = check.Facts, Streams = [.. streams.Select(stream => stream.Name)] };
    }

    private static async Task<ConnectionTest> DestinationAsync(
        SyncPlanner planner, DestinationDefinition definition, CancellationToken cancellationToken)
    {
        var problems = new List<Problem>();
        await using var destination = planner.OpenDestination(definition, problems);
        if (destination is not null) problems.AddRange(await destination.CheckAsync([], cancellationToken));
        return new ConnectionTest("destination", definition.Name, definition.Connector, problems, [], []);
    }
}
