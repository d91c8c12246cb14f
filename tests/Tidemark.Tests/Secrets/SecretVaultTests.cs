using Shouldly;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Tests.Catalog;
using Xunit;

namespace Tidemark.Tests.Secrets;

public abstract class SecretVaultTests : IDisposable
{
    private readonly TestHome _home;

    private protected SecretVaultTests(TestHome home) => _home = home;

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("correct horse battery staple")]
    [InlineData("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")]
    public async Task A_secret_comes_back_in_another_process_with_the_same_key(string? key)
    {
        _home.Key = key;
        await SaveAsync("a", "sk_ä🌊");

        (await ReadAsync("a")).ShouldBe("sk_ä🌊");
        File.Exists(Path.Combine(_home.Folder, "key")).ShouldBe(key is null);
    }

    [Fact]
    public async Task The_key_file_is_for_its_owner_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        await SaveAsync("a", "sk_secret_value");

        if (OperatingSystem.IsWindows()) return;
        File.GetUnixFileMode(Path.Combine(_home.Folder, "key"))
            .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task No_secret_is_to_be_found_in_the_bytes_of_the_home()
    {
        await SaveAsync("a", "sk_needle_in_the_haystack");
        await SaveAsync("a", "sk_needle_number_two");

        (await _home.AllBytesAsync()).ShouldContain("haystack_free");
        (await _home.AllBytesAsync()).ShouldNotContain("needle");
    }

    [Fact]
    public async Task A_wrong_key_is_named_in_one_sentence()
    {
        _home.Key = "the first passphrase";
        await SaveAsync("a", "sk_secret_value");
        _home.Key = "another passphrase!!";

        var wrong = await Should.ThrowAsync<TidemarkException>(() => ReadAsync("a"));
        (wrong.Kind, wrong.Code).ShouldBe((FailureKind.Configuration, "secrets.wrong_key"));
        wrong.Message.ShouldContain("does not fit");
        (await Should.ThrowAsync<TidemarkException>(() => SaveAsync("b", "x"))).Code.ShouldBe("secrets.wrong_key");
    }

    [Fact]
    public async Task A_lost_key_file_is_not_replaced_by_a_new_key()
    {
        await SaveAsync("a", "sk_secret_value");
        File.Delete(Path.Combine(_home.Folder, "key"));

        (await Should.ThrowAsync<TidemarkException>(() => ReadAsync("a"))).Code.ShouldBe("secrets.key_missing");
        (await Should.ThrowAsync<TidemarkException>(() => SaveAsync("b", "x"))).Code.ShouldBe("secrets.key_missing");
    }

    [Fact]
    public async Task A_catalog_whose_key_is_lost_begins_anew_once_its_secrets_are_removed()
    {
        await SaveAsync("a", "sk_secret_value");
        File.Delete(Path.Combine(_home.Folder, "key"));
        await (await _home.DefinitionsAsync()).Sources.RemoveAsync("a", TestHome.Cancelled);

        await SaveAsync("b", "sk_other");
        (await ReadAsync("b")).ShouldBe("sk_other");
    }

    [Fact]
    public async Task Secrets_that_were_swapped_do_not_open_and_saving_mends_them()
    {
        await SaveAsync("a", "sk_a");
        await SaveAsync("b", "sk_b");
        await _home.ExecuteAsync(
            "UPDATE secrets SET sealed = (SELECT sealed FROM secrets WHERE owner = 'b') WHERE owner = 'a'");

        (await Should.ThrowAsync<TidemarkException>(() => ReadAsync("a"))).Code.ShouldBe("secrets.altered");
        await SaveAsync("a", "sk_a");
        (await ReadAsync("a")).ShouldBe("sk_a");
    }

    [Fact]
    public async Task Too_short_a_passphrase_is_refused()
    {
        _home.Key = "short";
        (await Should.ThrowAsync<TidemarkException>(() => SaveAsync("a", "x"))).Code.ShouldBe("secrets.key_too_short");
    }

    [Fact]
    public async Task Rotating_the_key_file_keeps_every_secret_readable()
    {
        await SaveAsync("a", "sk_a");
        await SaveAsync("b", "sk_b");
        var longRunning = await _home.DefinitionsAsync();
        await longRunning.Sources.ListAsync(TestHome.Cancelled);
        var before = await File.ReadAllTextAsync(Path.Combine(_home.Folder, "key"), TestHome.Cancelled);

        var rotation = await (await _home.VaultAsync()).RotateAsync(newKey: null, TestHome.Cancelled);

        rotation.Secrets.ShouldBe(2);
        rotation.NewKeyId.ShouldNotBe(rotation.OldKeyId);
        (await File.ReadAllTextAsync(Path.Combine(_home.Folder, "key"), TestHome.Cancelled)).ShouldNotBe(before);
        (await ReadAsync("a")).ShouldBe("sk_a");
        (await longRunning.Sources.FindAsync("b", TestHome.Cancelled)).Settings["api_key"].ShouldBe("sk_b");
    }

    [Fact]
    public async Task H6_a_rotation_that_died_after_its_commit_is_read_as_it_lies_and_ended_by_the_next_writer()
    {
        await SaveAsync("a", "sk_a");
        var (key, next, old) = await DieAfterTheCommitAsync();

        (await ReadAsync("a")).ShouldBe("sk_a");
        File.Exists(next).ShouldBeTrue("who only reads renames nothing");
        (await File.ReadAllTextAsync(key, TestHome.Cancelled)).ShouldBe(old);
        await SaveAsync("b", "sk_b");
        File.Exists(next).ShouldBeFalse();
        (await ReadAsync("a")).ShouldBe("sk_a");
    }

    [Fact]
    public async Task H6_a_second_rotation_keeps_the_only_key_that_fits_until_its_own_fits()
    {
        await SaveAsync("a", "sk_a");
        var (key, next, _) = await DieAfterTheCommitAsync();
        var knows = await _home.VaultAsync();
        await using (var connection = await (await _home.OpenAsync()).ConnectAsync(TestHome.Cancelled))
            await knows.RevealAsync(connection, "source", "a"); // it has the key in memory, and need not look for it

        var fits = await File.ReadAllTextAsync(next, TestHome.Cancelled);
        await _home.ExecuteAsync("UPDATE secrets SET sealed = 'x'"); // so that the rotation ends before its commit
        await Should.ThrowAsync<TidemarkException>(() => knows.RotateAsync(newKey: null, TestHome.Cancelled));
        Directory.GetFiles(_home.Folder, "key*").Select(File.ReadAllText).ShouldContain(fits);

        await SaveAsync("a", "sk_a");
        await knows.RotateAsync(newKey: null, TestHome.Cancelled);
        Directory.GetFiles(_home.Folder, "key*").ShouldBe([key]);
        (await ReadAsync("a")).ShouldBe("sk_a");
    }

    /// <summary>Leaves the files as a rotation does whose process ends right after its commit.</summary>
    private async Task<(string Key, string Next, string Old)> DieAfterTheCommitAsync()
    {
        var key = Path.Combine(_home.Folder, "key");
        var old = await File.ReadAllTextAsync(key, TestHome.Cancelled);
        await (await _home.VaultAsync()).RotateAsync(newKey: null, TestHome.Cancelled);
        File.Move(key, key + ".next");
        await File.WriteAllTextAsync(key, old, TestHome.Cancelled);
        return (key, key + ".next", old);
    }

    [Fact]
    public async Task Rotating_a_given_key_needs_the_new_one_and_then_only_the_new_one_fits()
    {
        _home.Key = "the first passphrase";
        await SaveAsync("a", "sk_a");
        var vault = await _home.VaultAsync();

        (await Should.ThrowAsync<TidemarkException>(() => vault.RotateAsync(null, TestHome.Cancelled)))
            .Code.ShouldBe("secrets.new_key_needed");
        await vault.RotateAsync("the second passphrase", TestHome.Cancelled);

        (await Should.ThrowAsync<TidemarkException>(() => ReadAsync("a"))).Code.ShouldBe("secrets.wrong_key");
        _home.Key = "the second passphrase";
        (await ReadAsync("a")).ShouldBe("sk_a");
    }

    [Fact]
    public async Task Every_setting_of_an_unknown_connector_is_kept_as_a_secret()
    {
        var catalog = await _home.DefinitionsAsync();
        await catalog.Sources.SaveAsync(new("a", "gone", new Dictionary<string, string> { ["x"] = "needle" }),
            TestHome.Cancelled);

        (await _home.AllBytesAsync()).ShouldNotContain("needle");
        (await catalog.Sources.FindAsync("a", TestHome.Cancelled)).Settings["x"].ShouldBe("needle");
    }

    private async Task SaveAsync(string name, string secret) => await (await _home.DefinitionsAsync()).Sources.SaveAsync(
        new SourceDefinition(name, "shop", new Dictionary<string, string>
        {
            ["api_key"] = secret,
            ["region"] = "haystack_free",
        }), TestHome.Cancelled);

    private async Task<string> ReadAsync(string name) =>
        (await (await _home.DefinitionsAsync()).Sources.FindAsync(name, TestHome.Cancelled)).Settings["api_key"];
}

public sealed class SqliteSecretVaultTests() : SecretVaultTests(new SqliteHome());

public sealed class PostgresSecretVaultTests() : SecretVaultTests(new PostgresHome());
