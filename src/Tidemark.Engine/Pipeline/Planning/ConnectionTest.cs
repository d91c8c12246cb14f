using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Pipeline.Transferring;
using Tidemark.Engine.Sources;

namespace Tidemark.Engine.Pipeline.Planning;

/// <summary>What a source or destination answered when it was asked whether it works.</summary>
/// <param name="Kind"><c>source</c> or <c>destination</c>.</param>
/// <param name="Name">Name of the source or destination.</param>
/// <param name="Connector">Name of the connector.</param>
/// <param name="Problems">The problems; empty if it works.</param>
/// <param name="Facts">Facts for people, e.g. whether a key is for test mode.</param>
/// <param name="Streams">Streams of a source; empty for a destination.</param>
public sealed record ConnectionTest(
    string Kind, string Name, string Connector, IReadOnlyList<Problem> Problems,
    IReadOnlyList<KeyValuePair<string, string>> Facts, IReadOnlyList<StreamEstimate> Streams)
{
    /// <summary>Counts that have not come by then are unknown.</summary>
    private static readonly TimeSpan CountPatience = TimeSpan.FromSeconds(10);

    /// <summary>What was tried and succeeded, in words; all that "works" stands for.</summary>
    public string Tried { get; init; } = "";

    /// <summary>False for a source that no run reads, and for a pipeline of one.</summary>
    public bool IsActive { get; init; } = true;

    internal static async Task<IReadOnlyList<ConnectionTest>> RunAsync(
        DefinitionCatalog definitions, Connections connections, TimeProvider clock, string? name, CancellationToken cancellationToken)
    {
        var sources = await definitions.Sources.ListAsync(cancellationToken);
        var destinations = await definitions.Destinations.ListAsync(cancellationToken);
        var pipelines = await definitions.Pipelines.ListAsync(cancellationToken);
        var wanted = pipelines.Where(pipeline => name is null || pipeline.Name == name).ToList();
        var names = name is null ? null : wanted.SelectMany(pipeline => new[] { pipeline.Source, pipeline.Destination }).Append(name).ToHashSet(StringComparer.Ordinal);
        var tests = sources.Where(source => names?.Contains(source.Name) ?? true)
            .Select(source => SourceAsync(connections, clock, source, cancellationToken))
            .Concat(destinations.Where(destination => names?.Contains(destination.Name) ?? true)
                .Select(destination => DestinationAsync(connections, destination, cancellationToken)))
            .Concat(wanted.Select(pipeline => new PipelineTest(pipeline, connections).RunAsync(
                sources.Single(source => source.Name == pipeline.Source),
                destinations.Single(destination => destination.Name == pipeline.Destination), cancellationToken)))
            .ToList();
        if (tests.Count == 0 && name is not null)
        {
            throw new TidemarkException(FailureKind.Usage, "name.unknown", $"There is no source, destination or pipeline {name}.")
            {
                Hint = NearestName.Hint(
                    name,
                    [
                        .. sources.Select(source => source.Name), .. destinations.Select(destination => destination.Name),
                        .. pipelines.Select(pipeline => pipeline.Name),
                    ]),
            };
        }

        return await Task.WhenAll(tests);
    }

    private static async Task<ConnectionTest> SourceAsync(
        Connections connections, TimeProvider clock, SourceDefinition definition, CancellationToken cancellationToken)
    {
        var problems = new List<Problem>();
        var test = new ConnectionTest("source", definition.Name, definition.Connector, problems, [], []) { IsActive = definition.IsActive };
        return await ApartAsync(test, problems, async () =>
        {
            if (connections.IsDatabase(definition)) return await TransferTest.OfSourceAsync(test, definition, connections, problems, cancellationToken);
            await using var source = connections.OpenSource(definition, problems);
            if (source is null) return test;
            var check = await source.CheckAsync(cancellationToken);
            problems.AddRange(check.Problems);
            if (problems.Count > 0) return test with { Facts = check.Facts };
            return test with
            {
                Facts = check.Facts,
                Streams = await EstimateAsync(source, clock, cancellationToken),
                Tried = "reached, signed in, and asked for every stream",
            };
        });
    }

    /// <summary>Whatever happens to one source or destination, the others are tested too.</summary>
    internal static async Task<ConnectionTest> ApartAsync(ConnectionTest test, List<Problem> problems, Func<Task<ConnectionTest>> work)
    {
        var subject = $"{test.Kind} \"{test.Name}\"";
        try
        {
            return await work();
        }
        catch (TidemarkException failure)
        {
            problems.AddRange(failure.Problems.Count > 0 ? failure.Problems : [Problem.From(failure, subject)]);
        }
#pragma warning disable CA1031 // A defect of ours is a problem of this one alone.
        catch (Exception defect) when (defect is not OperationCanceledException)
#pragma warning restore CA1031
        {
            problems.Add(new("defect.unexpected", subject, $"{defect.GetType().Name} while it was tested.", "This should not happen. Please report it."));
        }

        return test;
    }

    /// <summary>Asks for all counts at once. One that fails or comes late is unknown, and no problem of the source.</summary>
    private static async Task<IReadOnlyList<StreamEstimate>> EstimateAsync(
        ISource source, TimeProvider clock, CancellationToken cancellationToken)
    {
        var streams = await source.DiscoverAsync(cancellationToken);
        using var patience = new CancellationTokenSource(CountPatience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        return await Task.WhenAll(streams.Select(async stream => new StreamEstimate(stream.Name, await CountAsync(stream.Name))));

        async Task<long?> CountAsync(string stream)
        {
            try
            {
                return await source.EstimateAsync(stream, either.Token);
            }
            catch (TidemarkException)
            {
                return null;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return null;
            }
        }
    }

    private static async Task<ConnectionTest> DestinationAsync(
        Connections connections, DestinationDefinition definition, CancellationToken cancellationToken)
    {
        var problems = new List<Problem>();
        var test = new ConnectionTest("destination", definition.Name, definition.Connector, problems, [], []);
        return await ApartAsync(test, problems, async () =>
        {
            if (connections.IsStorage(definition))
            {
                await ListAsync(connections.Storage(definition, problems), definition, problems, cancellationToken);
                return test with { Tried = "its files were listed; writing was not tried" };
            }

            await using var destination = connections.OpenDestination(definition, problems);
            if (destination is null) return test;
            problems.AddRange(await destination.CheckAsync([], cancellationToken));
            if (problems.Count > 0) return test;
            var trial = await destination.TryAsync([], cancellationToken);
            problems.AddRange(trial.Problems);
            return test with
            {
                Facts = trial.Facts,
                Tried = trial.HasWritten ? "reached; a table was made, written and taken back" : "reached; writing was not tried",
            };
        });
    }

    private static async Task ListAsync(
        Func<IFileStorage>? open, DestinationDefinition definition, List<Problem> problems, CancellationToken cancellationToken)
    {
        if (open is null) return;
        try
        {
            using var storage = open();
            await storage.ListAsync("", cancellationToken);
        }
        catch (TidemarkException refused)
        {
            problems.Add(Problem.From(refused, $"destination \"{definition.Name}\""));
        }
    }
}

/// <summary>A stream of a source and about how many records it has.</summary>
/// <param name="Name">E.g. <c>customers</c>.</param>
/// <param name="EstimatedCount">The vendor's estimate; null if it gives none, or not in time.</param>
public sealed record StreamEstimate(string Name, long? EstimatedCount);
