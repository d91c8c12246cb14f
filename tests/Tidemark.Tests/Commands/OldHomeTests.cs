using Shouldly;
using Tidemark.Sandbox;
using Tidemark.Tests.Catalog;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>A home that an older build has worked in is opened by this one, and nothing of its runs is lost.</summary>
public sealed class OldHomeTests : IAsyncLifetime
{
    private readonly CommandBench _bench = new();
    private SandboxServer _sandbox = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxServer.StartAsync(new() { Size = 40, Port = 0 }, CommandBench.Cancel);
        await _bench.SaveEndsAsync(_sandbox.Vendors["stripe"]);
        await _bench.DoAsync("pipeline", "set", "payments", "--source", "shop", "--destination", "db", "--streams", "customers,plans");
    }

    public async ValueTask DisposeAsync()
    {
        await _sandbox.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task Runs_of_an_older_build_are_what_they_were_and_can_be_repeated()
    {
        await _bench.DoAsync("sync", "payments", "customers", "--full");
        await _bench.DoAsync("sync", "payments", "customers", "--dry-run", "--save", _bench.File("plan"));
        await _bench.DoAsync("sync", "payments", "customers", "--deletions", "--dry-run");
        await _bench.DoAsync("sync", "payments", "customers", "--deletions");
        await _bench.DoAsync("apply", "--plan", _bench.File("plan"));
        var backup = (await _bench.DoAsync("backup", "create", "payments", "--json")).Line.GetProperty("filename").GetString()!;
        await _bench.DoAsync("backup", "restore", backup, "--exact");
        await _bench.DoAsync("run", "undo", await _bench.LatestAsync());
        await _bench.DoAsync("sync", "payments", "customers", "--full");
        var before = (await RunsAsync()).Where(run => run.Kind != "backup").ToList();
        await OldCatalog.MakeAsync(_bench.Home);

        (await RunsAsync()).ShouldBe(before);
        before.Select(run => run.Kind).ShouldBe(["sync", "undo", "restore", "plan", "deletions", "dry_run", "dry_run", "sync"]);
        (await _bench.DoAsync("run", "show", before[1].Id)).Output.ShouldContain($"(undo of {before[2].Id}, r-");
        (await _bench.DoAsync("run", "show", before[2].Id)).Output.ShouldContain($"(restore of {backup}, r-");

        (await RetryAsync(before[0])).ShouldBe(("sync", "replace", "succeeded", "customers"));
        (await RetryAsync(before[4])).ShouldBe(("deletions", "replace", "succeeded", "customers"));
        (await RetryAsync(before[5])).ShouldBe(("dry_run", "replace", "planned", "customers"));
        (await RetryAsync(before[6])).ShouldBe(("dry_run", "merge", "planned", "customers"));
        foreach (var refused in before[1..4])
            (await _bench.RunAsync("run", "retry", refused.Id, "--json")).ErrorCode.ShouldBe("run.not_a_sync");
    }

    [Fact]
    public async Task A_run_that_an_older_build_parked_is_approved_and_what_it_did_is_taken_back()
    {
        await _bench.DoAsync("sync", "payments", "customers", "--full");
        using var control = new HttpClient { BaseAddress = _sandbox.Control };
        using var gone = new StringContent("""{"delete":{"count":30}}""", mediaType: new("application/json"));
        using var answer = await control.PostAsync(new Uri("mutate/stripe/customers", UriKind.Relative), gone, CommandBench.Cancel);
        answer.IsSuccessStatusCode.ShouldBeTrue();
        (await _bench.RunAsync("sync", "payments", "customers", "--full")).Code.ShouldBe(4);
        await OldCatalog.MakeAsync(_bench.Home);

        var approved = (await _bench.DoAsync("run", "approve", "last", "--json")).Line;
        approved.GetProperty("streams")[0].GetProperty("deleted").GetInt64().ShouldBe(30);
        await OldCatalog.MakeAsync(_bench.Home);
        var run = approved.GetProperty("run").GetString()!;
        (await RunsAsync())[0].ShouldBe(new(run, "approve", "replace", "succeeded"));

        var undone = (await _bench.DoAsync("run", "undo", run, "--json")).Line;
        undone.GetProperty("streams")[0].GetProperty("created").GetInt64().ShouldBe(30);
    }

    private async Task<(string Kind, string Mode, string Status, string Streams)> RetryAsync(Run run)
    {
        var again = (await _bench.DoAsync("run", "retry", run.Id, "--json")).Line;
        var streams = again.GetProperty("streams").EnumerateArray().Select(stream => stream.GetProperty("stream").GetString());
        return (again.GetProperty("kind").GetString()!, again.GetProperty("mode").GetString()!, again.GetProperty("status").GetString()!,
            string.Join(',', streams));
    }

    private async Task<List<Run>> RunsAsync() =>
    [
        .. (await _bench.DoAsync("runs", "--json")).Lines.Select(run => new Run(
            run.GetProperty("run").GetString()!, run.GetProperty("kind").GetString()!, run.GetProperty("mode").GetString()!,
            run.GetProperty("status").GetString()!)),
    ];

    private sealed record Run(string Id, string Kind, string Mode, string Status);
}
