using System.Data.Common;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;

namespace Tidemark.Engine.Definitions;

/// <summary>What applying a file did with one definition.</summary>
/// <param name="Kind"><c>source</c>, <c>destination</c>, <c>pipeline</c>, <c>channel</c> or <c>alert</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Change">What saving it changed.</param>
public sealed record AppliedDefinition(string Kind, string Name, DefinitionChange Change)
{
    /// <summary>What differs, field by field, where that was asked for.</summary>
    public IReadOnlyList<FieldDifference> Fields { get; init; } = [];
}

/// <summary>Applies definitions from a document in YAML or JSON, and exports them as YAML.</summary>
/// <param name="catalog">The catalog that keeps them.</param>
/// <param name="environment">Value of an environment variable, null where it is not set; settings may name them as
/// <c>${NAME}</c> or <c>${NAME:-default}</c>.</param>
public sealed class DefinitionFile(DefinitionCatalog catalog, Func<string, string?> environment)
{
    /// <summary>Stands for a secret in an export; applying it keeps the secret that is stored.</summary>
    public const string SecretMarker = "<secret>";

    /// <summary>Bytes that a document may have.</summary>
    public const int MaxBytes = DefinitionText.MaxBytes;

    /// <summary>
    /// Saves every definition of a file, or none. Definitions that the file does not name stay as they are. Names,
    /// connectors and settings are checked here; whether vendors answer is not.
    /// </summary>
    /// <param name="text">YAML without tags and anchors, or JSON of the same shape; at most <see cref="MaxBytes"/>.</param>
    /// <param name="cancellationToken">Nothing is saved where it throws.</param>
    /// <returns>In the order sources, destinations, pipelines, channels, alerts, each as in the file.</returns>
    /// <exception cref="TidemarkException">Every problem at once (configuration), or
    /// <c>definitions.malformed</c> with the line, or <c>definitions.too_large</c>.</exception>
    public Task<IReadOnlyList<AppliedDefinition>> ApplyAsync(string text, CancellationToken cancellationToken) => ApplyAsync(text, [], cancellationToken);

    /// <summary>Saves the definitions of a file and removes others, all or nothing.</summary>
    /// <param name="text">As for the other.</param>
    /// <param name="removals">Definitions to remove, as <see cref="CompareAsync"/> has shown them.</param>
    /// <param name="cancellationToken">Nothing is saved where it throws.</param>
    /// <exception cref="TidemarkException">As for the other; <c>source.in_use</c> and its like for one that a pipeline of the file uses.</exception>
    public async Task<IReadOnlyList<AppliedDefinition>> ApplyAsync(
        string text, IReadOnlyList<AppliedDefinition> removals, CancellationToken cancellationToken)
    {
        var file = new DefinitionReader(text, environment);
        return await catalog.Database.WriteAsync<IReadOnlyList<AppliedDefinition>>(async connection =>
        {
            var (sources, destinations, channels) = await CheckAsync(connection, file);
            List<AppliedDefinition> applied =
            [
                .. await SaveAsync(connection, catalog.Sources, sources),
                .. await SaveAsync(connection, catalog.Destinations, destinations),
                .. await SaveAsync(connection, catalog.Pipelines, file.Pipelines.Select(draft => draft.Definition)),
                .. await SaveAsync(connection, catalog.Channels, channels),
                .. await SaveAsync(connection, catalog.Alerts, file.Alerts.Select(draft => draft.Definition)),
            ];
            // Pipelines and alerts first: what they use cannot be removed.
            applied.AddRange(await RemoveAsync(connection, catalog.Pipelines, removals));
            applied.AddRange(await RemoveAsync(connection, catalog.Sources, removals));
            applied.AddRange(await RemoveAsync(connection, catalog.Destinations, removals));
            applied.AddRange(await RemoveAsync(connection, catalog.Alerts, removals));
            applied.AddRange(await RemoveAsync(connection, catalog.Channels, removals));
            return applied;
        }, cancellationToken);
    }

    /// <summary>What applying a file would change, field by field. Saves nothing.</summary>
    /// <param name="text">As for <see cref="ApplyAsync(string, CancellationToken)"/>.</param>
    /// <param name="prunes">Whether definitions that the file does not name are shown as removed.</param>
    /// <param name="cancellationToken">Cancels the comparison.</param>
    /// <exception cref="TidemarkException">As for applying.</exception>
    public async Task<IReadOnlyList<AppliedDefinition>> CompareAsync(string text, bool prunes, CancellationToken cancellationToken)
    {
        var file = new DefinitionReader(text, environment);
        return await catalog.Database.ReadAsync<IReadOnlyList<AppliedDefinition>>(async connection =>
        {
            var (sources, destinations, channels) = await CheckAsync(connection, file);
            List<AppliedDefinition> compared = [];
            foreach (var source in sources) compared.Add(await catalog.Sources.CompareAsync(connection, source));
            foreach (var destination in destinations) compared.Add(await catalog.Destinations.CompareAsync(connection, destination));
            foreach (var draft in file.Pipelines) compared.Add(await catalog.Pipelines.CompareAsync(connection, draft.Definition));
            foreach (var channel in channels) compared.Add(await catalog.Channels.CompareAsync(connection, channel));
            foreach (var draft in file.Alerts) compared.Add(await catalog.Alerts.CompareAsync(connection, draft.Definition));
            if (!prunes) return compared;
            return
            [
                .. compared,
                .. await UnnamedAsync<PipelineDefinition>(connection, Names(file.Pipelines)),
                .. await UnnamedAsync<SourceDefinition>(connection, Names(file.Sources)),
                .. await UnnamedAsync<DestinationDefinition>(connection, Names(file.Destinations)),
                .. await UnnamedAsync<AlertDefinition>(connection, Names(file.Alerts)),
                .. await UnnamedAsync<ChannelDefinition>(connection, Names(file.Channels)),
            ];
        }, cancellationToken);
    }

    /// <summary>Every definition, with <c>&lt;secret&gt;</c> in the place of each secret. Needs the key.</summary>
    public async Task<string> ExportAsync(CancellationToken cancellationToken)
    {
        var writer = new DefinitionWriter(catalog.IsSecret);
        return writer.Write(
            await catalog.Sources.ListAsync(cancellationToken),
            await catalog.Destinations.ListAsync(cancellationToken),
            await catalog.Pipelines.ListAsync(cancellationToken),
            await catalog.Channels.ListAsync(cancellationToken),
            await catalog.Alerts.ListAsync(cancellationToken));
    }

    /// <summary>The sources, destinations and channels of a file, checked with its pipelines and alerts.</summary>
    private async Task<(List<SourceDefinition> Sources, List<DestinationDefinition> Destinations, List<ChannelDefinition> Channels)> CheckAsync(
        DbConnection connection, DefinitionReader file)
    {
        var problems = file.Problems;
        var sources = await ResolveAsync<SourceDefinition, IOriginConnector>(
            connection, catalog.Sources, file.Sources, problems);
        var destinations = await ResolveAsync<DestinationDefinition, IEndConnector>(
            connection, catalog.Destinations,
            file.Destinations.Select(draft => DatabaseAddress.Resolve(draft, catalog.Connectors.All)).ToList(), problems);
        var channels = await ResolveAsync<ChannelDefinition, IChannelConnector>(connection, catalog.Channels, file.Channels, problems);
        await CheckEndsAsync(connection, file);
        await CheckChannelsAsync(connection, file);
        var after = await DefinitionCatalog.AfterAsync(connection, file.Pipelines.Select(draft => draft.Definition));
        foreach (var draft in file.Pipelines)
        {
            foreach (var mistake in await catalog.MistakesAsync(connection, draft.Definition, sources)) draft.Node.Report(mistake);
            foreach (var mistake in PipelineOrder.Mistakes(draft.Definition, after)) draft.Node.Report(mistake);
        }

        return problems.Count == 0 ? (sources, destinations, channels) : throw TidemarkException.ForAll(problems);
    }

    private static async Task<IEnumerable<AppliedDefinition>> UnnamedAsync<T>(DbConnection connection, IEnumerable<string> named)
        where T : IDefinition<T> =>
        (await DefinitionSet<T>.NamesAsync(connection)).Except(named, StringComparer.Ordinal)
            .Select(name => new AppliedDefinition(T.Kind, name, DefinitionChange.Removed));

    private static async Task<List<AppliedDefinition>> RemoveAsync<T>(
        DbConnection connection, DefinitionSet<T> set, IReadOnlyList<AppliedDefinition> removals)
        where T : IDefinition<T>
    {
        var removed = removals.Where(removal => removal.Kind == T.Kind && removal.Change == DefinitionChange.Removed).ToList();
        foreach (var removal in removed) await set.RemoveAsync(connection, removal.Name, removed.ConvertAll(gone => gone.Name));
        return removed;
    }

    /// <summary>Puts stored secrets in the place of their markers and checks connector and settings.</summary>
    private async Task<List<T>> ResolveAsync<T, TConnector>(
        DbConnection connection, DefinitionSet<T> saved, IEnumerable<DefinitionDraft<T>> drafts,
        List<Problem> problems)
        where T : IDefinition<T>
        where TConnector : class, IConnector
    {
        var definitions = new List<T>();
        foreach (var (node, definition, settings) in drafts)
        {
            if (catalog.Connectors.Find<TConnector>(definition.Connector!) is not { } connector)
            {
                if (definition.Connector!.Length > 0) // a missing one is reported already
                {
                    node.Report("connector.unknown",
                        $"There is no {T.Kind} connector {definition.Connector}.",
                        NearestName.Hint(definition.Connector, catalog.Connectors.Names<TConnector>()));
                }

                continue;
            }

            await KeepMarkedAsync(connection, saved, node, definition, settings, problems);
            var bindable = settings.Values.Where(setting => !settings.Unset.Contains(setting.Key)).ToDictionary();
            var found = new List<Problem>();
            SettingsBinder.Bind(connector.Spec, bindable, node.Subject, found);
            problems.AddRange(found.Where(problem =>
                !settings.Unset.Any(name => problem.Subject == $"{node.Subject}, setting {name}")));
            definitions.Add(definition);
        }

        return definitions;
    }

    private async Task KeepMarkedAsync<T>(
        DbConnection connection, DefinitionSet<T> saved, DefinitionNode node, T definition, DraftSettings settings,
        List<Problem> problems)
        where T : IDefinition<T>
    {
        var secrets = settings.Marked.Where(name => catalog.IsSecret(definition.Connector!, name)).ToList();
        if (secrets.Count == 0) return;
        var stored = await saved.FindOrDefaultAsync(connection, definition.Name);
        foreach (var name in secrets)
        {
            // A secret of another connector's account is not handed to this one.
            if (stored?.Connector == definition.Connector && stored?.Settings.GetValueOrDefault(name) is { } value)
            {
                settings.Values[name] = value;
                continue;
            }

            settings.Unset.Add(name);
            problems.Add(new("setting.secret_needed", $"{node.Subject}, setting {name}",
                $"The setting {name} says {SecretMarker}, and no secret is stored to keep.",
                $"Name an environment variable instead, e.g. ${{{name.ToUpperInvariant()}}}."));
        }
    }

    /// <summary>The ends of a pipeline are in this file or in the catalog.</summary>
    private static async Task CheckEndsAsync(DbConnection connection, DefinitionReader file)
    {
        var sources = (await DefinitionSet<SourceDefinition>.NamesAsync(connection))
            .Union(Names(file.Sources), StringComparer.Ordinal).ToHashSet();
        var destinations = (await DefinitionSet<DestinationDefinition>.NamesAsync(connection))
            .Union(Names(file.Destinations), StringComparer.Ordinal).ToHashSet();
        foreach (var (node, pipeline, _) in file.Pipelines)
        {
            if (pipeline.Source.Length > 0 && !sources.Contains(pipeline.Source))
            {
                node.Report("source.unknown", $"There is no source {pipeline.Source}.",
                    NearestName.Hint(pipeline.Source, sources));
            }

            string?[] wanted = [pipeline.Destination, pipeline.Backup.Upload];
            foreach (var name in wanted.OfType<string>().Where(name => name.Length > 0 && !destinations.Contains(name)))
                node.Report("destination.unknown", $"There is no destination {name}.", NearestName.Hint(name, destinations));
        }
    }

    /// <summary>The channels of an alert are in this file or in the catalog.</summary>
    private static async Task CheckChannelsAsync(DbConnection connection, DefinitionReader file)
    {
        var channels = (await DefinitionSet<ChannelDefinition>.NamesAsync(connection)).Union(Names(file.Channels), StringComparer.Ordinal).ToHashSet();
        foreach (var (node, alert, _) in file.Alerts)
        {
            foreach (var name in alert.Channels.Where(name => !channels.Contains(name)))
                node.Report("channel.unknown", $"There is no channel {name}.", NearestName.Hint(name, channels));
        }
    }

    private static IEnumerable<string> Names<T>(IEnumerable<DefinitionDraft<T>> drafts) =>
        drafts.Select(draft => draft.Node.Name).Where(name => name.Length > 0);

    private static async Task<List<AppliedDefinition>> SaveAsync<T>(
        DbConnection connection, DefinitionSet<T> set, IEnumerable<T> definitions)
        where T : IDefinition<T>
    {
        var applied = new List<AppliedDefinition>();
        foreach (var definition in definitions)
            applied.Add(new(T.Kind, definition.Name, await set.SaveCheckedAsync(connection, definition)));
        return applied;
    }
}
