using Tidemark.Engine.Connectors;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Transfers;

namespace Tidemark.Engine.Definitions;

/// <summary>The pipeline between two ends that are given by address, or by the name of a definition. The same ends give the same pipeline.</summary>
/// <param name="Pipeline">The pipeline, under a name of both ends.</param>
/// <param name="Source">What its source is saved as; null for one that is saved already.</param>
/// <param name="Destination">What its destination is saved as; null for one that is saved already.</param>
public sealed record AddressedPipeline(PipelineDefinition Pipeline, ConnectionAddress? Source, ConnectionAddress? Destination)
{
    /// <summary>Whether a secret was typed as it is.</summary>
    public bool HasTypedSecret => Source is { HasTypedSecret: true } || Destination is { HasTypedSecret: true };

    /// <summary>Reads both ends. Saves nothing.</summary>
    /// <param name="from">Address or name of the source.</param>
    /// <param name="to">Address or name of the destination.</param>
    /// <param name="catalog">The definitions there are.</param>
    /// <param name="environment">Value of an environment variable, null where it is not set.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="TidemarkException">As <see cref="ConnectionAddress.ReadAsync"/>; <c>source.unknown</c>, <c>destination.unknown</c>.</exception>
    public static async Task<AddressedPipeline> ReadAsync(
        string from, string to, DefinitionCatalog catalog, Func<string, string?> environment, CancellationToken cancellationToken)
    {
        var source = await EndAsync<SourceDefinition, IOriginConnector>(from, catalog.Sources);
        var destination = await EndAsync<DestinationDefinition, IDestinationConnector>(to, catalog.Destinations);
        var (fromName, toName) = (source?.Name ?? from, destination?.Name ?? to);
        var pipeline = DefinitionCatalog.Between(fromName, toName) with { Name = $"{fromName} to {toName}" };
        // The tables of an address are called for its connector, and not for all that stands in it.
        return new(source is null ? pipeline : pipeline with { Tables = $"{source.Connector}_{{stream}}" }, source, destination);

        async Task<ConnectionAddress?> EndAsync<T, TConnector>(string text, DefinitionSet<T> saved)
            where T : IDefinition<T>
            where TConnector : class, IConnector
        {
            if ((await saved.NamesAsync(cancellationToken)).Contains(text) && !ConnectionAddress.IsSaved(text, catalog.Connectors)) return null;
            if (ConnectionAddress.Is(text)) return await ConnectionAddress.ReadAsync<TConnector>(text, catalog.Connectors, environment, cancellationToken);
            // Whatever it is, it may hold a secret: it is repeated only where it could be a name.
            await saved.FindAsync(text, cancellationToken);
            return null;
        }
    }

    /// <summary>The same as a transfer of tables.</summary>
    public AddressedPipeline Transferring(TransferPolicy policy) => this with
    {
        Pipeline = Pipeline with { Transfer = policy, Tables = new PipelineDefinition("", "", "").Tables },
    };

    /// <summary>Saves the ends and the pipeline, so that later commands find them by name. What is saved already stays as it is but for its secrets.</summary>
    /// <returns>The pipeline as it is saved.</returns>
    public async Task<PipelineDefinition> SaveAsync(DefinitionCatalog catalog, CancellationToken cancellationToken)
    {
        if (Source is not null) await catalog.Sources.SaveAsync(SourceOf(Source), cancellationToken);
        if (Destination is not null) await catalog.Destinations.SaveAsync(DestinationOf(Destination), cancellationToken);
        if ((await catalog.Pipelines.NamesAsync(cancellationToken)).Contains(Pipeline.Name))
            return await catalog.Pipelines.FindAsync(Pipeline.Name, cancellationToken);
        await catalog.Pipelines.SaveAsync(Pipeline, cancellationToken);
        return Pipeline;
    }

    /// <summary>The definitions as a file. A secret is the environment variable that it was given by, or one to set.</summary>
    /// <param name="catalog">The connectors' settings.</param>
    /// <param name="streams">The streams of the pipeline; empty for all.</param>
    public string ToYaml(DefinitionCatalog catalog, IReadOnlyList<string> streams)
    {
        return new DefinitionWriter(catalog.IsSecret)
        {
            SecretText = (kind, setting) => $"${{{(kind == KindOf<SourceDefinition>() ? Variable(Source!, setting) : Variable(Destination!, setting, Source))}}}",
        }.Write(
            Source is null ? [] : [SourceOf(Source)], Destination is null ? [] : [DestinationOf(Destination)],
            [Pipeline with { Streams = streams }], [], []);
    }

    private static SourceDefinition SourceOf(ConnectionAddress address) => new(address.Name, address.Connector, address.Settings);

    private static DestinationDefinition DestinationOf(ConnectionAddress address) => new(address.Name, address.Connector, address.Settings);

    // Two databases of one kind have secrets of one name.
    private static string Variable(ConnectionAddress end, string setting, ConnectionAddress? other = null) =>
        end.Variables.GetValueOrDefault(setting) ?? $"{(other?.Connector == end.Connector ? "target_" : "")}{end.Connector}_{setting}".ToUpperInvariant();

    private static string KindOf<T>()
        where T : IDefinition<T> => T.Kind;
}
