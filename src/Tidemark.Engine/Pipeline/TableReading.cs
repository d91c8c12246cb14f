using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Pipeline;

/// <summary>Reads tables that pipelines have written, and no others.</summary>
internal sealed class TableReading(DefinitionCatalog definitions, Connections connections)
{
    /// <summary>A part of a table.</summary>
    /// <param name="query">The table and the rows of it.</param>
    /// <param name="pipelines">Names of the pipelines that may be asked.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="TidemarkException">Usage: <c>data.table_unknown</c>, <c>data.table_ambiguous</c>, <c>destination.no_queries</c>;
    /// as <see cref="IQueried.QueryAsync"/>; settings, reachability.</exception>
    public async Task<QueriedPage> ReadAsync(TableQuery query, IReadOnlyList<string> pipelines, CancellationToken cancellationToken)
    {
        var known = new List<string>();
        var writers = new List<(string Pipeline, string Destination)>();
        foreach (var name in pipelines)
        {
            var pipeline = await definitions.PipelineAsync(name, cancellationToken);
            // What a transfer writes are the application's own tables.
            if (pipeline.Transfer is not null) continue;
            // A definition may name any table; only what was written is shown. Where it names streams, most pipelines need not be asked.
            if (pipeline.Streams.Count > 0 && !pipeline.Streams.Select(pipeline.TableOf).Contains(query.Table, StringComparer.Ordinal))
            {
                known.AddRange(pipeline.Streams.Select(pipeline.TableOf));
                continue;
            }

            var tables = (await WrittenAsync(pipeline, cancellationToken)).Select(pipeline.TableOf).ToList();
            known.AddRange(tables);
            if (tables.Contains(query.Table, StringComparer.Ordinal)) writers.Add((name, pipeline.Destination));
        }

        if (writers.Select(writer => writer.Destination).Distinct(StringComparer.Ordinal).Count() > 1)
        {
            throw new TidemarkException(FailureKind.Usage, "data.table_ambiguous", $"More than one database has a table {query.Table}.")
            {
                Hint = $"Name the pipeline: {string.Join(", ", writers.Select(writer => writer.Pipeline))}.",
            };
        }

        if (writers is not [var one, ..]) throw Unknown(query.Table, known);
        await using var destination = await OpenAsync(one.Destination, cancellationToken);
        if (destination is not IQueried queried)
            throw new TidemarkException(FailureKind.Usage, "destination.no_queries", "The destination's tables cannot be read from here.") { Hint = "Use the database's own means." };
        return await queried.QueryAsync(query, cancellationToken) ?? throw Unknown(query.Table, known);
    }

    /// <summary>The streams that a pipeline has written.</summary>
    private async Task<IReadOnlyList<string>> WrittenAsync(PipelineDefinition pipeline, CancellationToken cancellationToken)
    {
        await using var destination = await OpenAsync(pipeline.Destination, cancellationToken);
        return destination is IBackedUp written ? await written.StreamsAsync(pipeline.Name, cancellationToken) : [];
    }

    private async Task<IDestination> OpenAsync(string name, CancellationToken cancellationToken)
    {
        var problems = new List<Problem>();
        return connections.OpenDestination(await definitions.Destinations.FindAsync(name, cancellationToken), problems) ?? throw TidemarkException.ForAll(problems);
    }

    private static TidemarkException Unknown(string table, IReadOnlyList<string> known) =>
        new(FailureKind.Usage, "data.table_unknown", $"No pipeline has written a table {table}.") { Hint = NearestName.Hint(table, known) };
}
