using System.Data.Common;
using Dapper;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Secrets;
using Tidemark.Engine.Settings;

namespace Tidemark.Engine.Definitions;

/// <summary>The definitions of a catalog. Cheap to make; holds no connection.</summary>
public sealed class DefinitionCatalog
{
    /// <param name="database">Database of the definitions.</param>
    /// <param name="vault">Vault of their secrets.</param>
    /// <param name="connectors">The connectors there are. They say which settings are secret; every setting of an unknown
    /// connector is kept as a secret.</param>
    /// <param name="clock">Where "now" comes from.</param>
    public DefinitionCatalog(
        CatalogDatabase database, SecretVault vault, ConnectorCatalog connectors, TimeProvider clock)
    {
        Database = database;
        Connectors = connectors;
        Connections = new Connections(connectors, clock);
        Sources = new(database, vault, (source, setting) => IsSecret(source.Connector, setting),
            Rooted, (_, _) => Task.CompletedTask, clock)
        {
            CheckSettings = CheckSettings<SourceDefinition, ISourceConnector>,
        };
        Destinations = new(database, vault, (destination, setting) => IsSecret(destination.Connector, setting),
            Rooted, (_, _) => Task.CompletedTask, clock)
        {
            CheckSettings = CheckSettings<DestinationDefinition, IEndConnector>,
        };
        Channels = new(database, vault, (channel, setting) => IsSecret(channel.Connector, setting), Rooted, (_, _) => Task.CompletedTask, clock)
        {
            CheckSettings = CheckSettings<ChannelDefinition, IChannelConnector>,
        };
        Alerts = new(database, vault, (_, _) => false, Rooted, async (connection, alert) =>
        {
            foreach (var channel in alert.Channels) await Channels.RequireAsync(connection, channel);
        }, clock);
        Pipelines = new(database, vault, (_, _) => false, Rooted, async (connection, pipeline) =>
        {
            await Sources.RequireAsync(connection, pipeline.Source);
            await Destinations.RequireAsync(connection, pipeline.Destination);
            if (pipeline.Backup.Upload is { } upload)
                await Destinations.RequireAsync(connection, upload);
            IReadOnlyList<DefinitionMistake> mistakes =
                [
                    .. await MistakesAsync(connection, pipeline, []),
                    .. pipeline.After.Count == 0 ? [] : PipelineOrder.Mistakes(pipeline, await AfterAsync(connection, [pipeline])),
                ];
            if (mistakes.Count > 0)
                throw TidemarkException.ForAll([.. mistakes.Select(mistake => mistake.In($"pipeline \"{pipeline.Name}\""))], FailureKind.Usage);
        }, clock)
        {
            Saved = (connection, pipeline) => MarkAsync(connection, pipeline, clock),
            Removed = async (connection, name) =>
            {
                await ScheduleMark.KeepAsync(connection, name, [], clock.GetUtcNow());
                await connection.ExecuteAsync("DELETE FROM webhook_news WHERE pipeline = @name", new { name });
            },
        };
    }

    public DefinitionSet<SourceDefinition> Sources { get; }

    public DefinitionSet<DestinationDefinition> Destinations { get; }

    public DefinitionSet<PipelineDefinition> Pipelines { get; }

    public DefinitionSet<ChannelDefinition> Channels { get; }

    public DefinitionSet<AlertDefinition> Alerts { get; }

    internal CatalogDatabase Database { get; }

    internal ConnectorCatalog Connectors { get; }

    private Connections Connections { get; }

    /// <summary>The pipeline between two ends, for runs that have none of their own: <c>source:destination</c>.</summary>
    public static PipelineDefinition Between(string source, string destination) =>
        new($"{source}:{destination}", source, destination);

    /// <summary>The pipeline of a name: a saved one, or the one between the two ends in the name.</summary>
    /// <exception cref="TidemarkException"><c>pipeline.unknown</c> (usage).</exception>
    public async Task<PipelineDefinition> PipelineAsync(string name, CancellationToken cancellationToken)
    {
        var saved = await Pipelines.NamesAsync(cancellationToken);
        if (!saved.Contains(name) && name.Contains(':', StringComparison.Ordinal))
        {
            var sources = await Sources.NamesAsync(cancellationToken);
            var destinations = await Destinations.NamesAsync(cancellationToken);
            // A source's own name may hold a colon.
            foreach (var source in sources.Where(source => name.StartsWith($"{source}:", StringComparison.Ordinal)))
            {
                var destination = name[(source.Length + 1)..];
                if (destinations.Contains(destination)) return Between(source, destination);
            }
        }

        return await Pipelines.FindAsync(name, cancellationToken);
    }

    /// <summary>Lets the schedules of a pipeline start nothing, or start runs again. The rest of its definition stays.</summary>
    /// <exception cref="TidemarkException"><c>pipeline.unknown</c> (usage).</exception>
    public Task<DefinitionChange> PauseAsync(string name, bool paused, CancellationToken cancellationToken) => Database.WriteAsync(async connection =>
    {
        await Pipelines.RequireAsync(connection, name);
        return await Pipelines.SaveCheckedAsync(connection, (await Pipelines.FindOrDefaultAsync(connection, name))! with { Paused = paused });
    }, cancellationToken);

    /// <summary>Begins the schedules of a pipeline that have no mark.</summary>
    internal Task MarkAsync(string name, TimeProvider clock, CancellationToken cancellationToken) => Database.WriteAsync(async connection =>
    {
        if (await Pipelines.FindOrDefaultAsync(connection, name) is { } pipeline) await MarkAsync(connection, pipeline, clock);
    }, cancellationToken);

    private static Task MarkAsync(DbConnection connection, PipelineDefinition pipeline, TimeProvider clock) =>
        ScheduleMark.KeepAsync(connection, pipeline.Name, ScheduledPipeline.ActiveKeys(pipeline), clock.GetUtcNow());

    /// <summary>All pipelines, by name, with what their schedules have dealt with. Needs no key.</summary>
    public Task<IReadOnlyList<ScheduledPipeline>> ScheduledAsync(CancellationToken cancellationToken) => Database.ReadAsync<IReadOnlyList<ScheduledPipeline>>(async connection =>
    {
        var marks = await ScheduleMark.AllAsync(connection);
        var saved = await connection.QueryAsync<(string Body, long CreatedAt)>("SELECT body, created_at FROM definitions WHERE kind = 'pipeline' ORDER BY name");
        return
        [
            .. saved.Select(row => (Definition: DefinitionJson.Read<PipelineDefinition>(row.Body), row.CreatedAt))
                .Select(row => new ScheduledPipeline(row.Definition, DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt), [.. marks[row.Definition.Name]])),
        ];
    }, cancellationToken);

    /// <summary>Whether a setting of a connector is encrypted at rest and never shown.</summary>
    public bool IsSecret(string connector, string setting) =>
        Connectors.Find(connector) is not { } known || known.Spec.Find(setting) is { IsSecret: true };

    /// <summary>Names in a pipeline that its source is known not to have.</summary>
    /// <param name="connection">The catalog.</param>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="drafts">Sources that are about to be saved.</param>
    internal async Task<IReadOnlyList<DefinitionMistake>> MistakesAsync(
        DbConnection connection, PipelineDefinition pipeline, IReadOnlyList<SourceDefinition> drafts)
    {
        var source = drafts.FirstOrDefault(draft => draft.Name == pipeline.Source) ?? await SavedAsync(connection, pipeline.Source);
        return source is null ? [] : [.. TransferRules.OfSource(pipeline, source, Connectors), .. await PipelineStreams.MistakesAsync(pipeline, source, Connections)];
    }

    /// <summary>By name, what each pipeline follows.</summary>
    /// <param name="connection">The catalog.</param>
    /// <param name="drafts">Pipelines that are about to be saved.</param>
    internal static async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> AfterAsync(
        DbConnection connection, IEnumerable<PipelineDefinition> drafts) =>
        (await connection.QueryAsync<string>("SELECT body FROM definitions WHERE kind = 'pipeline'")).Select(DefinitionJson.Read<PipelineDefinition>).Concat(drafts).GroupBy(pipeline => pipeline.Name, StringComparer.Ordinal)
            .ToDictionary(same => same.Key, same => same.Last().After, StringComparer.Ordinal);

    /// <summary>A source with its secrets; null where it is not there, or the key for them is not.</summary>
    private async Task<SourceDefinition?> SavedAsync(DbConnection connection, string name)
    {
        try
        {
            return await Sources.FindOrDefaultAsync(connection, name);
        }
        catch (TidemarkException)
        {
            return null;
        }
    }

    /// <summary>The connector of a role.</summary>
    /// <exception cref="TidemarkException"><c>connector.unknown</c> (usage).</exception>
    public static TConnector ConnectorOf<TConnector>(ConnectorCatalog connectors, string name)
        where TConnector : class, IConnector =>
        connectors.Find<TConnector>(name) ?? throw new TidemarkException(FailureKind.Usage, "connector.unknown", $"There is no connector {name} for this.")
        {
            Hint = NearestName.Hint(name, connectors.Names<TConnector>()),
        };

    private void CheckSettings<T, TConnector>(T definition)
        where T : IDefinition<T>
        where TConnector : class, IConnector
    {
        if (definition.Connector!.Length == 0) return; // a rule of its own
        var problems = new List<Problem>();
        SettingsBinder.Bind(ConnectorOf<TConnector>(Connectors, definition.Connector).Spec, definition.Settings, $"{T.Kind} \"{definition.Name}\"", problems);
        if (problems.Count > 0) throw TidemarkException.ForAll(problems);
    }

    private IReadOnlyDictionary<string, string> Rooted<T>(T definition)
        where T : IDefinition<T> =>
        definition.Connector is { } connector && Connectors.Find(connector) is { } known
            ? SettingsBinder.Rooted(known.Spec, definition.Settings, Environment.CurrentDirectory) : definition.Settings;
}
