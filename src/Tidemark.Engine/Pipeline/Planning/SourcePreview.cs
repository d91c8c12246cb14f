using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Pipeline.Planning;

/// <summary>Shows what a pipeline, a source or an address would be read as.</summary>
/// <param name="definitions">The definitions there are.</param>
/// <param name="connections">Opens the source.</param>
/// <param name="connectors">The connectors that an address may name.</param>
/// <param name="maskKey">The key of hashed columns.</param>
/// <param name="clock">Where "now" comes from.</param>
internal sealed class SourcePreview(
    DefinitionCatalog definitions, Connections connections, ConnectorCatalog connectors, Func<CancellationToken, Task<byte[]>> maskKey, TimeProvider clock)
{
    /// <summary>As <see cref="StreamPreview"/>, of a name: a pipeline, a source, or the address of one.</summary>
    public async Task<IReadOnlyList<PreviewedStream>> ReadAsync(
        string name, Func<string, string?> environment, string? stream, int records, IReadOnlyDictionary<string, string>? settings, CancellationToken cancellationToken)
    {
        var (definition, pipeline) = await FindAsync(name, environment, cancellationToken);
        if (connections.IsDatabase(definition))
        {
            throw new TidemarkException(FailureKind.Usage, "source.whole_tables", $"{definition.Name} is a database: it gives whole tables, as they are.")
            {
                Hint = "A test of the source lists its tables; a dry run of a transfer shows rows that differ.",
            };
        }

        var problems = new List<Problem>();
        await using var source = connections.OpenSource(definition.With(settings), problems) ?? throw TidemarkException.ForAll(problems);
        var preview = new StreamPreview(source, pipeline, clock);
        var shown = new List<PreviewedStream>();
        foreach (var table in await SyncPlanner.KeyedAsync(await preview.TablesAsync(stream, cancellationToken), maskKey, cancellationToken))
            shown.Add(new(table, records == 0 ? null : await preview.RowsAsync(table, records, cancellationToken)));
        return shown;
    }

    private async Task<(SourceDefinition Source, PipelineDefinition Pipeline)> FindAsync(
        string name, Func<string, string?> environment, CancellationToken cancellationToken)
    {
        if ((await definitions.Pipelines.NamesAsync(cancellationToken)).Contains(name))
        {
            var pipeline = await definitions.Pipelines.FindAsync(name, cancellationToken);
            return (await definitions.Sources.FindAsync(pipeline.Source, cancellationToken), pipeline);
        }

        if (ConnectionAddress.Is(name) && !(await definitions.Sources.NamesAsync(cancellationToken)).Contains(name))
        {
            var address = await ConnectionAddress.ReadAsync<IOriginConnector>(name, connectors, environment, cancellationToken);
            return (new(address.Name, address.Connector, address.Settings), DefinitionCatalog.Between(address.Name, "") with { Tables = $"{address.Connector}_{{stream}}" });
        }

        return (await definitions.Sources.FindAsync(name, cancellationToken), DefinitionCatalog.Between(name, ""));
    }
}
