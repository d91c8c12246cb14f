using System.Data.Common;
using System.Text.Json.Nodes;
using Dapper;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Secrets;

namespace Tidemark.Engine.Definitions;

/// <summary>What saving a definition changed.</summary>
public enum DefinitionChange
{
    Created,
    Updated,
    Unchanged,
    Removed,
}

/// <summary>All definitions of one kind. Secret settings are encrypted at rest and come back in the clear.</summary>
/// <typeparam name="T">Source, destination, pipeline, channel or alert; its kind begins the error codes.</typeparam>
public sealed class DefinitionSet<T>
    where T : IDefinition<T>
{
    private readonly CatalogDatabase _database;
    private readonly SecretVault _vault;
    private readonly Func<T, string, bool> _isSecret;
    private readonly Func<T, IReadOnlyDictionary<string, string>> _rooted;
    private readonly Func<DbConnection, T, Task> _checkReferences;
    private readonly TimeProvider _clock;

    internal DefinitionSet(
        CatalogDatabase database, SecretVault vault, Func<T, string, bool> isSecret,
        Func<T, IReadOnlyDictionary<string, string>> rooted, Func<DbConnection, T, Task> checkReferences, TimeProvider clock)
    {
        (_database, _vault, _isSecret, _rooted) = (database, vault, isSecret, rooted);
        (_checkReferences, _clock) = (checkReferences, clock);
    }

    /// <summary>Refuses a connector that there is not, and settings that do not fit it.</summary>
    internal Action<T> CheckSettings { get; init; } = _ => { };

    /// <summary>Called in the transaction that has saved one that differs from what was there.</summary>
    internal Func<DbConnection, T, Task> Saved { get; init; } = (_, _) => Task.CompletedTask;

    /// <summary>Called in the transaction that has removed the one with this name.</summary>
    internal Func<DbConnection, string, Task> Removed { get; init; } = (_, _) => Task.CompletedTask;

    /// <summary>All of them, by name.</summary>
    /// <exception cref="TidemarkException"><c>secrets.wrong_key</c> and its like.</exception>
    public Task<IReadOnlyList<T>> ListAsync(CancellationToken cancellationToken) => _database.ReadAsync(ListAsync, cancellationToken);

    /// <summary>All names, in order. Needs no key.</summary>
    public Task<IReadOnlyList<string>> NamesAsync(CancellationToken cancellationToken) =>
        _database.ReadAsync(NamesAsync, cancellationToken);

    /// <summary>The one with exactly this name.</summary>
    /// <exception cref="TidemarkException"><c>source.unknown</c>, <c>destination.unknown</c>,
    /// <c>pipeline.unknown</c> (usage), with the nearest name.</exception>
    public Task<T> FindAsync(string name, CancellationToken cancellationToken) => _database.ReadAsync(
        async connection => await FindOrDefaultAsync(connection, name) ?? throw await UnknownAsync(connection, name), cancellationToken);

    /// <summary>As <see cref="FindAsync"/>; null where there is none.</summary>
    public Task<T?> FindOrDefaultAsync(string name, CancellationToken cancellationToken) =>
        _database.ReadAsync(connection => FindOrDefaultAsync(connection, name), cancellationToken);

    /// <summary>
    /// Inserts the definition, or puts it in the place of the one with its name. Paths of files become absolute, from the
    /// current folder.
    /// </summary>
    /// <exception cref="TidemarkException">Every rule that it breaks (usage), e.g. <c>definition.name_invalid</c>;
    /// <c>source.unknown</c> or <c>destination.unknown</c> for a pipeline whose ends are not there (usage).</exception>
    public Task<DefinitionChange> SaveAsync(T definition, CancellationToken cancellationToken) =>
        _database.WriteAsync(connection => SaveAsync(connection, definition), cancellationToken);

    /// <summary>Changes keys of the definition with this name, and makes it where there is none; what is not named stays as it is.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="changes">By key of its written form, what it becomes; null for its usual value. Settings are changed one by one, and go where the
    /// connector changes.</param>
    /// <param name="cancellationToken">Nothing is saved where it throws.</param>
    /// <exception cref="TidemarkException">As for saving; <c>definition.unknown_key</c>, <c>connector.unknown</c> (usage); every setting that does not fit
    /// (configuration).</exception>
    public Task<DefinitionChange> ChangeAsync(string name, JsonObject changes, CancellationToken cancellationToken) => _database.WriteAsync(async connection =>
    {
        var changed = DefinitionPatch.Apply(name, await FindOrDefaultAsync(connection, name), changes);
        CheckSettings(changed);
        return await SaveAsync(connection, changed);
    }, cancellationToken);

    /// <summary>Removes a definition and its secrets. Checkpoints and runs stay.</summary>
    /// <exception cref="TidemarkException"><c>source.unknown</c> and its like; <c>source.in_use</c>,
    /// <c>destination.in_use</c> (usage) naming the pipelines; <c>pipeline.in_use</c> (transient) while it runs.
    /// </exception>
    public Task RemoveAsync(string name, CancellationToken cancellationToken) =>
        _database.WriteAsync(connection => RemoveAsync(connection, name, [name]), cancellationToken);

    /// <param name="connection">The catalog, in a transaction that writes.</param>
    /// <param name="name">Which to remove.</param>
    /// <param name="together">Names of all that are removed with it: that they use it is in nobody's way.</param>
    internal async Task RemoveAsync(DbConnection connection, string name, IReadOnlyCollection<string> together)
    {
        await RequireAsync(connection, name);
        await RefuseIfInUseAsync(connection, name, together);
        await SecretVault.ForgetAsync(connection, T.Kind, name);
        await connection.ExecuteAsync("DELETE FROM definitions WHERE kind = @kind AND name = @name", new { kind = T.Kind, name });
        await Removed(connection, name);
    }

    /// <summary>What saving a definition would change, field by field. Saves nothing.</summary>
    internal async Task<AppliedDefinition> CompareAsync(DbConnection connection, T definition)
    {
        definition = definition.WithSettings(_rooted(definition));
        T? before;
        try
        {
            before = await FindOrDefaultAsync(connection, definition.Name);
        }
        catch (TidemarkException wrong) when (wrong.Code == "secrets.altered")
        {
            return new(T.Kind, definition.Name, DefinitionChange.Updated); // what it was cannot be read any more
        }

        var fields = DefinitionDifference.Of(before, definition, setting => _isSecret(definition, setting));
        return new(T.Kind, definition.Name, before is null ? DefinitionChange.Created : fields.Count > 0 ? DefinitionChange.Updated : DefinitionChange.Unchanged)
        {
            Fields = before is null ? [] : fields,
        };
    }

    internal async Task<IReadOnlyList<T>> ListAsync(DbConnection connection)
    {
        var bodies = await connection.QueryAsync<string>(
            "SELECT body FROM definitions WHERE kind = @kind ORDER BY name", new { kind = T.Kind });
        var definitions = new List<T>();
        foreach (var body in bodies) definitions.Add(await ReadAsync(connection, body));
        return definitions;
    }

    internal static async Task<IReadOnlyList<string>> NamesAsync(DbConnection connection) =>
        (await connection.QueryAsync<string>(
            "SELECT name FROM definitions WHERE kind = @kind ORDER BY name", new { kind = T.Kind })).AsList();

    internal async Task<T?> FindOrDefaultAsync(DbConnection connection, string name) =>
        await connection.QuerySingleOrDefaultAsync<string>(
            "SELECT body FROM definitions WHERE kind = @kind AND name = @name", new { kind = T.Kind, name = CatalogText.Encode(name) }) is { } body
            ? await ReadAsync(connection, body) : default;

    /// <summary>Throws if there is none of this name. Needs no key.</summary>
    internal async Task RequireAsync(DbConnection connection, string name)
    {
        if (await connection.ExecuteScalarAsync<long>(
            "SELECT count(*) FROM definitions WHERE kind = @kind AND name = @name", new { kind = T.Kind, name = CatalogText.Encode(name) }) == 0)
            throw await UnknownAsync(connection, name);
    }

    internal async Task<DefinitionChange> SaveAsync(DbConnection connection, T definition)
    {
        var mistakes = definition.Mistakes().Select(mistake => mistake.In($"{T.Kind} \"{definition.Name}\"")).ToList();
        if (mistakes.Count > 0) throw TidemarkException.ForAll(mistakes, FailureKind.Usage);
        await _checkReferences(connection, definition);
        return await SaveCheckedAsync(connection, definition);
    }

    /// <summary>Saves a definition that keeps to its rules, and whose references were checked.</summary>
    internal async Task<DefinitionChange> SaveCheckedAsync(DbConnection connection, T definition)
    {
        definition = definition.WithSettings(_rooted(definition));
        var isNew = !(await NamesAsync(connection)).Contains(definition.Name, StringComparer.Ordinal);
        if (!isNew && await IsUnchangedAsync(connection, definition)) return DefinitionChange.Unchanged;

        var plain = definition.Settings.Where(setting => !_isSecret(definition, setting.Key)).ToDictionary();
        await connection.ExecuteAsync("""
            INSERT INTO definitions (kind, name, body, created_at, updated_at) VALUES (@kind, @Name, @body, @now, @now)
            ON CONFLICT (kind, name) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at
            """, new
        {
            kind = T.Kind,
            definition.Name,
            body = DefinitionJson.Write(definition.WithSettings(plain)),
            now = _clock.GetUtcNow().ToUnixTimeMilliseconds(),
        });
        await SecretVault.ForgetAsync(connection, T.Kind, definition.Name);
        foreach (var (setting, value) in definition.Settings.Where(setting => !plain.ContainsKey(setting.Key)))
            await _vault.KeepAsync(connection, T.Kind, definition.Name, setting, value);
        await Saved(connection, definition);
        return isNew ? DefinitionChange.Created : DefinitionChange.Updated;
    }

    private async Task<T> ReadAsync(DbConnection connection, string body)
    {
        var definition = DefinitionJson.Read<T>(body);
        var secrets = await _vault.RevealAsync(connection, T.Kind, definition.Name);
        return secrets.Count == 0
            ? definition : definition.WithSettings(definition.Settings.Concat(secrets).ToDictionary());
    }

    private async Task<bool> IsUnchangedAsync(DbConnection connection, T definition)
    {
        try
        {
            var before = await FindOrDefaultAsync(connection, definition.Name);
            if (DefinitionJson.Write(before!) != DefinitionJson.Write(definition)) return false;
        }
        catch (TidemarkException wrong) when (wrong.Code == "secrets.altered")
        {
            return false; // saving it again is how the operator mends it
        }

        // A newer version of a connector may call a setting secret that was saved in the clear.
        var sealedSettings = await connection.QueryAsync<string>(
            "SELECT setting FROM secrets WHERE kind = @kind AND owner = @Name", new { kind = T.Kind, definition.Name });
        return sealedSettings.ToHashSet(StringComparer.Ordinal)
            .SetEquals(definition.Settings.Keys.Where(setting => _isSecret(definition, setting)));
    }

    private static async Task RefuseIfInUseAsync(DbConnection connection, string name, IReadOnlyCollection<string> together)
    {
        var users = await UsersAsync(connection, name, together);
        if (users.Count > 0)
        {
            throw new TidemarkException(FailureKind.Usage, $"{T.Kind}.in_use",
                $"The {T.Kind} {name} is used by {string.Join(", ", users)}.")
            {
                Hint = typeof(T) == typeof(PipelineDefinition) ? "They follow it. Remove them first, or let them follow another."
                    : typeof(T) == typeof(ChannelDefinition) ? "Remove the alerts first, or let them use another." : "Remove the pipelines first, or let them use another.",
            };
        }

        var run = await connection.QuerySingleOrDefaultAsync<string>(
            "SELECT leases.run FROM leases JOIN runs ON runs.id = leases.run WHERE runs.pipeline = @name AND @kind = 'pipeline' LIMIT 1", new { kind = T.Kind, name });
        if (run is not null)
        {
            throw new TidemarkException(FailureKind.Transient, "pipeline.in_use",
                $"The pipeline {name} is being run by {run}.")
            {
                Hint = "Wait for it, or stop it.",
                Next = new(NextAct.CancelRun, run),
            };
        }
    }

    /// <summary>Names of the definitions that use one.</summary>
    private static async Task<List<string>> UsersAsync(DbConnection connection, string name, IReadOnlyCollection<string> together)
    {
        var ofAlerts = typeof(T) == typeof(ChannelDefinition);
        var bodies = await connection.QueryAsync<string>(
            "SELECT body FROM definitions WHERE kind = @kind ORDER BY name", new { kind = ofAlerts ? "alert" : "pipeline" });
        return ofAlerts
            ? [.. bodies.Select(DefinitionJson.Read<AlertDefinition>).Where(alert => alert.Channels.Contains(name, StringComparer.Ordinal)).Select(alert => alert.Name)]
            : [.. bodies.Select(DefinitionJson.Read<PipelineDefinition>).Where(pipeline => Uses(pipeline, name, together)).Select(pipeline => pipeline.Name)];
    }

    private static bool Uses(PipelineDefinition pipeline, string name, IReadOnlyCollection<string> together) =>
        (typeof(T) == typeof(SourceDefinition) && pipeline.Source == name)
        || (typeof(T) == typeof(DestinationDefinition) && (pipeline.Destination == name || pipeline.Backup.Upload == name))
        || (typeof(T) == typeof(PipelineDefinition) && pipeline.After.Contains(name, StringComparer.Ordinal) && !together.Contains(pipeline.Name));

    private async Task<TidemarkException> UnknownAsync(DbConnection connection, string name) =>
        new(FailureKind.Usage, $"{T.Kind}.unknown", $"There is no {T.Kind} {name}.")
        {
            Hint = await NamesAsync(connection) is { Count: > 0 } known ? NearestName.Hint(name, known)
                : $"There are none yet in {_database.Place}.",
        };
}
