using System.Data.Common;
using System.Security.Cryptography;
using Dapper;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Secrets;

/// <summary>
/// Secrets at rest. The key is looked for only when a secret is touched, and is made at the first secret where the
/// operator gave none.
/// </summary>
/// <param name="catalog">Database of the secrets.</param>
/// <param name="folder">Folder of the key file.</param>
/// <param name="givenKey">The value of <c>TIDEMARK_ENCRYPTION_KEY</c>: base64 of 32 bytes or a passphrase of at least
/// 16 letters. Null or empty: the file <c>key</c> in the home folder.</param>
public sealed class SecretVault(CatalogDatabase catalog, HomeFolder folder, string? givenKey)
{
    // Rotations that meet one reading.
    private const int ReadAttempts = 10;

    /// <summary>The kind of what is encrypted and only kept for a while, under the id of a run. It may be lost, and holds no key.</summary>
    internal const string Passing = "run";

    // How many owners of secrets a message names.
    private const int NamedOwners = 20;

    /// <summary>The kind of the key of hashes that take the place of values.</summary>
    public const string Masks = "masks";

    /// <summary>The kind of the key of what browsers carry while they are at an OpenID provider.</summary>
    public const string Logins = "logins";

    private const string OwnKey = "key";
    private const int OwnKeyBytes = 32;

    private readonly KeyFile _file = new(folder);
    private readonly bool _isGiven = !string.IsNullOrEmpty(givenKey);
    private volatile EncryptionKey? _key;

    /// <summary>Keeps a secret of, e.g., <c>source</c>, <c>Italy Stripe</c>, <c>api_key</c>, within the caller's
    /// write transaction.</summary>
    /// <exception cref="TidemarkException"><c>secrets.wrong_key</c>, <c>secrets.key_missing</c>,
    /// <c>secrets.key_too_short</c>, <c>secrets.key_unreadable</c> (configuration).</exception>
    public async Task KeepAsync(DbConnection connection, string kind, string owner, string setting, string plain)
    {
        var key = await KeyForWritingAsync(connection);
        await InsertAsync(
            connection,
            new() { Kind = kind, Owner = owner, Setting = setting, Sealed = SealedText.Seal(key, Subject(kind, owner, setting), plain) });
    }

    private static Task<int> InsertAsync(DbConnection connection, SecretRow row) =>
        connection.ExecuteAsync("""
            INSERT INTO secrets (kind, owner, setting, sealed) VALUES (@Kind, @Owner, @Setting, @Sealed)
            ON CONFLICT (kind, owner, setting) DO UPDATE SET sealed = excluded.sealed
            """, row);

    /// <summary>All secrets of one owner, by setting.</summary>
    /// <exception cref="TidemarkException">As for keeping, and <c>secrets.altered</c> where a stored text was changed
    /// or moved.</exception>
    public async Task<IReadOnlyDictionary<string, string>> RevealAsync(
        DbConnection connection, string kind, string owner)
    {
        for (var attempt = 1; ; attempt++)
        {
            // One statement: secrets, and the key that they are encrypted with at that moment.
            var rows = (await connection.QueryAsync<SecretRow>("""
                SELECT kind AS Kind, owner AS Owner, setting AS Setting, sealed AS Sealed,
                    (SELECT value FROM facts WHERE name = 'key_id') AS KeyId
                FROM secrets WHERE kind = @kind AND owner = @owner
                """, new { kind, owner })).AsList();
            if (rows.Count == 0) return new Dictionary<string, string>();
            var id = rows[0].KeyId ?? "";
            var key = await LoadedAsync(connection, id);
            // A rotation may have taken the key away since: then the secrets are looked at again, under the new one.
            if (key is null && attempt < ReadAttempts && await RecordedIdAsync(connection) != id) continue;
            key ??= await FittingKeyAsync(connection, id);
            return rows.ToDictionary(row => row.Setting, row => Open(key, row), StringComparer.Ordinal);
        }
    }

    /// <summary>Forgets all secrets of one owner.</summary>
    public static Task ForgetAsync(DbConnection connection, string kind, string owner) =>
        connection.ExecuteAsync("DELETE FROM secrets WHERE kind = @kind AND owner = @owner", new { kind, owner });

    /// <summary>
    /// The key of hashes that take the place of values: made at the first use, kept as a secret, and the same through every
    /// rotation.
    /// </summary>
    /// <exception cref="TidemarkException">As for keeping.</exception>
    public Task<byte[]> MaskKeyAsync(CancellationToken cancellationToken) => OwnKeyAsync(Masks, cancellationToken);

    /// <summary>The key of what browsers carry while they are at an OpenID provider, the same for every server of the catalog; made and kept likewise.</summary>
    /// <exception cref="TidemarkException">As for keeping.</exception>
    public Task<byte[]> LoginKeyAsync(CancellationToken cancellationToken) => OwnKeyAsync(Logins, cancellationToken);

    private async Task<byte[]> OwnKeyAsync(string kind, CancellationToken cancellationToken) =>
        await catalog.ReadAsync(connection => FindAsync(connection, kind), cancellationToken) ?? await catalog.WriteAsync(async connection =>
        {
            if (await FindAsync(connection, kind) is { } made) return made;
            var key = RandomNumberGenerator.GetBytes(OwnKeyBytes);
            await KeepAsync(connection, kind, kind, OwnKey, Convert.ToBase64String(key));
            return key;
        }, cancellationToken);

    private async Task<byte[]?> FindAsync(DbConnection connection, string kind) =>
        (await RevealAsync(connection, kind, kind)).TryGetValue(OwnKey, out var key) ? Convert.FromBase64String(key) : null;

    /// <summary>
    /// Encrypts every secret anew in one transaction. With a new key the operator sets it as TIDEMARK_ENCRYPTION_KEY
    /// afterwards; without one, a new key file takes the place of the old.
    /// </summary>
    /// <param name="newKey">The new key, in the form of TIDEMARK_ENCRYPTION_KEY; null for a new key file.</param>
    /// <param name="cancellationToken">Leaves everything under the old key.</param>
    /// <exception cref="TidemarkException"><c>secrets.new_key_needed</c> (usage) where the old key was given and no new
    /// one is.</exception>
    public async Task<KeyRotation> RotateAsync(string? newKey, CancellationToken cancellationToken)
    {
        if (newKey is null && _isGiven)
        {
            throw new TidemarkException(FailureKind.Usage, "secrets.new_key_needed",
                "The encryption key comes from TIDEMARK_ENCRYPTION_KEY, so the new one must be given too.");
        }

        var rotation = await catalog.WriteAsync(async connection =>
        {
            var from = await KeyForWritingAsync(connection);
            var to = newKey is null
                ? EncryptionKey.Generate() : EncryptionKey.FromText(newKey, await SaltAsync(connection));
            var passing = (await AllAsync(connection, passing: true)).Where(row => Opens(from, row)).ToList();
            await connection.ExecuteAsync("DELETE FROM secrets WHERE kind = @Passing", new { Passing });
            foreach (var row in passing) await InsertAsync(connection, row with { Sealed = SealedText.Seal(to, row.Subject, Open(from, row)) });
            var rows = await AllAsync(connection);
            await connection.ExecuteAsync(
                "UPDATE secrets SET sealed = @Sealed WHERE kind = @Kind AND owner = @Owner AND setting = @Setting",
                rows.Select(row => row with { Sealed = SealedText.Seal(to, row.Subject, Open(from, row)) }));
            await connection.ExecuteAsync(
                "UPDATE facts SET value = @id WHERE name = 'key_id'", new { id = to.Id });
            if (newKey is null)
            {
                _file.Settle(from.Id); // or the only key that fits would be written over
                _file.WriteNext(to);
            }

            return (Key: to, Result: new KeyRotation(from.Id, to.Id, rows.Count));
        }, cancellationToken);

        _key = rotation.Key;
        if (newKey is null) await SettleAsync();
        return rotation.Result;
    }

    /// <summary>Puts the new key in its place. Where the lock is not to be had, whoever writes next does so.</summary>
    private async Task SettleAsync()
    {
        try
        {
            await catalog.WriteAsync(async connection => _file.Settle(await RecordedIdAsync(connection) ?? ""), CancellationToken.None);
        }
        catch (TidemarkException busy) when (busy.Kind == FailureKind.Transient)
        {
            // The rotation itself is done, and the key is found where it lies.
        }
    }

    private async Task<EncryptionKey> KeyForWritingAsync(DbConnection connection)
    {
        if (await RecordedIdAsync(connection) is { } id)
        {
            if (!_isGiven) _file.Settle(id);
            return await FittingKeyAsync(connection, id);
        }

        var key = await LoadAsync(connection, id: null);
        if (key is null) _file.WriteCurrent(key = EncryptionKey.Generate());
        await connection.ExecuteAsync("""
            INSERT INTO facts (name, value) VALUES ('key_id', @Id) ON CONFLICT (name) DO UPDATE SET value = @Id
            """, new { key.Id });
        return _key = key;
    }

    /// <summary>The key with this id. It is looked for again where another process has rotated it meanwhile.</summary>
    private async Task<EncryptionKey> FittingKeyAsync(DbConnection connection, string id)
    {
        if (await LoadedAsync(connection, id) is { } known) return known;
        var key = await LoadAsync(connection, id);
        if (key?.Id == id) return _key = key;
        var names = await NamesAsync(connection);
        if (key is null)
        {
            throw Lost("secrets.key_missing",
                $"The secrets of this catalog are encrypted with the key {id}, and {_file.FullName} is not there. They are {names}.",
                "Set TIDEMARK_ENCRYPTION_KEY to that key, or put the key file back");
        }

        throw Lost("secrets.wrong_key",
            $"The encryption key does not fit: the secrets were encrypted with the key {id}, this is {key.Id}. They are {names}.",
            _isGiven
                ? "Set TIDEMARK_ENCRYPTION_KEY to the key that the secrets were saved with"
                : $"Put the key that the secrets were saved with back into {_file.FullName}, or set TIDEMARK_ENCRYPTION_KEY to it");
    }

    private static TidemarkException Lost(string code, string message, string hint) =>
        new(FailureKind.Configuration, code, message)
        {
            Hint = $"{hint}. If the key is lost, forget these secrets, and set them again; definitions, runs and checkpoints stay",
            Next = new(NextAct.ForgetSecrets),
        };

    /// <summary>What is encrypted, e.g. <c>source shop (api_key)</c>.</summary>
    private static async Task<string> NamesAsync(DbConnection connection)
    {
        var all = (await AllAsync(connection)).GroupBy(row => (row.Kind, row.Owner))
            .Select(owner => $"{owner.Key.Kind} {owner.Key.Owner} ({string.Join(", ", owner.Select(row => row.Setting))})").ToList();
        return string.Join(", ", all.Take(NamedOwners)) + (all.Count > NamedOwners ? $" and {all.Count - NamedOwners} more" : "");
    }

    private static async Task<IReadOnlyList<SecretRow>> AllAsync(DbConnection connection, bool passing = false) =>
        (await connection.QueryAsync<SecretRow>($"""
            SELECT kind AS Kind, owner AS Owner, setting AS Setting, sealed AS Sealed FROM secrets
            WHERE kind {(passing ? "=" : "<>")} @Passing ORDER BY kind, owner, setting
            """, new { Passing })).AsList();

    /// <summary>The secrets that cannot be read with the key that is here: it is lost or another, or they were changed outside.</summary>
    public Task<IReadOnlyList<LostSecret>> LostAsync(CancellationToken cancellationToken) => catalog.ReadAsync(LostAsync, cancellationToken);

    /// <summary>
    /// Forgets the secrets that cannot be read, so that they can be set again. Where none is left, the next secret is encrypted with
    /// the key that is given or in the key file, or with a new one; a key file that holds no key is moved aside.
    /// </summary>
    /// <returns>What was forgotten.</returns>
    public Task<IReadOnlyList<LostSecret>> ForgetLostAsync(CancellationToken cancellationToken) =>
        catalog.WriteAsync(async connection =>
        {
            var lost = await LostAsync(connection);
            await connection.ExecuteAsync("DELETE FROM secrets WHERE kind = @Kind AND owner = @Owner AND setting = @Setting", lost);
            if (!_isGiven && await RecordedIdAsync(connection) is null) _file.SetAside();
            return lost;
        }, cancellationToken);

    private async Task<IReadOnlyList<LostSecret>> LostAsync(DbConnection connection)
    {
        var key = await RecordedIdAsync(connection) is { } id ? await UsableAsync(connection, id) : null;
        return [.. (await AllAsync(connection)).Where(row => key is null || !Opens(key, row)).Select(row => new LostSecret(row.Kind, row.Owner, row.Setting))];
    }

    private async Task<EncryptionKey?> UsableAsync(DbConnection connection, string id)
    {
        try
        {
            return await LoadedAsync(connection, id);
        }
        catch (TidemarkException unreadable) when (unreadable.Code == "secrets.key_unreadable")
        {
            return null;
        }
    }

    private static bool Opens(EncryptionKey key, SecretRow row)
    {
        try
        {
            SealedText.Open(key, row.Subject, row.Sealed);
            return true;
        }
        catch (Exception wrong) when (wrong is CryptographicException or FormatException)
        {
            return false;
        }
    }

    /// <summary>The key with this id; null where there is none such here.</summary>
    private async Task<EncryptionKey?> LoadedAsync(DbConnection connection, string id)
    {
        if (_key is { } known && known.Id == id) return known;
        return await LoadAsync(connection, id) is { } key && key.Id == id ? _key = key : null;
    }

    private async Task<EncryptionKey?> LoadAsync(DbConnection connection, string? id) =>
        _isGiven ? EncryptionKey.FromText(givenKey!, await SaltAsync(connection)) : _file.Read(id);

    /// <summary>Null where there are no secrets: then a catalog whose key is lost may begin anew.</summary>
    private static Task<string?> RecordedIdAsync(DbConnection connection) =>
        connection.QuerySingleOrDefaultAsync<string>(
            "SELECT value FROM facts WHERE name = 'key_id' AND EXISTS (SELECT 1 FROM secrets WHERE kind <> @Passing)", new { Passing });

    private static async Task<byte[]> SaltAsync(DbConnection connection) =>
        Convert.FromHexString(await connection.QuerySingleAsync<string>(
            "SELECT value FROM facts WHERE name = 'passphrase_salt'"));

    private static string Open(EncryptionKey key, SecretRow row)
    {
        try
        {
            return SealedText.Open(key, row.Subject, row.Sealed);
        }
        catch (Exception wrong) when (wrong is CryptographicException or FormatException)
        {
            throw new TidemarkException(FailureKind.Configuration, "secrets.altered",
                $"The stored setting {row.Setting} of {row.Kind} {row.Owner} was changed or moved outside Tidemark.",
                wrong)
            {
                Hint = "Forget the secrets that cannot be read, and set them again",
                Next = new(NextAct.ForgetSecrets),
            };
        }
    }

    private static string Subject(string kind, string owner, string setting) => $"{kind}/{owner}/{setting}";

    private sealed record SecretRow
    {
        public required string Kind { get; init; }

        public required string Owner { get; init; }

        public required string Setting { get; init; }

        public required string Sealed { get; init; }

        public string? KeyId { get; init; }

        public string Subject => SecretVault.Subject(Kind, Owner, Setting);
    }
}

/// <summary>A secret that cannot be read.</summary>
/// <param name="Kind">E.g. <c>source</c>; <see cref="SecretVault.Masks"/> and <see cref="SecretVault.Logins"/> for keys that Tidemark has made itself.</param>
/// <param name="Owner">Name of the source or destination.</param>
/// <param name="Setting">Name of the setting.</param>
public sealed record LostSecret(string Kind, string Owner, string Setting);

/// <summary>What a rotation did.</summary>
/// <param name="OldKeyId">Id of the key until now.</param>
/// <param name="NewKeyId">Id of the key from now on.</param>
/// <param name="Secrets">How many secrets were encrypted anew.</param>
public sealed record KeyRotation(string OldKeyId, string NewKeyId, int Secrets);
