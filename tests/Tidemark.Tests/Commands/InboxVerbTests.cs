using Shouldly;
using Xunit;

namespace Tidemark.Tests.Commands;

public sealed class InboxVerbTests : IAsyncLifetime
{
    private readonly PaymentsBench _payments = new(size: 20);

    public ValueTask InitializeAsync() => _payments.InitializeAsync();

    public ValueTask DisposeAsync() => _payments.DisposeAsync();

    [Fact]
    public async Task A_run_that_failed_waits_in_the_inbox_until_it_is_retried()
    {
        await FailAsync();
        var listed = (await _payments.DoAsync("inbox", "list", "payments", "--json")).Line;
        var id = listed.GetProperty("run").GetString()!;
        (await _payments.DoAsync("inbox", "list")).Output.ShouldContain("products");

        await _payments.Vendor.ClearFaultsAsync();
        var retried = (await _payments.DoAsync("inbox", "retry", id[2..], "--json")).Line;

        retried.GetProperty("streams").EnumerateArray().ShouldHaveSingleItem().GetProperty("stream").GetString().ShouldBe("products");
        (await _payments.DoAsync("inbox", "list")).Output.ShouldContain("No failed run waits for anybody.");
        (await _payments.DoAsync("inbox", "list", "--over")).Output.ShouldContain(retried.GetProperty("run").GetString()!);
        (await _payments.DoAsync("inbox", "retry", id)).Output.ShouldContain("Nothing is open of these runs.");
    }

    [Fact]
    public async Task A_person_settles_a_run_with_a_note_and_an_unknown_one_changes_nothing()
    {
        await FailAsync();
        var id = await _payments.LatestAsync();

        var none = await _payments.RunAsync("inbox", "settle", id, "r-none", "--note", "why", "--json");
        (none.Code, none.ErrorCode).ShouldBe((2, "run.unknown"));
        (await _payments.RunAsync("inbox", "settle", id)).Code.ShouldBe(2);
        (await _payments.DoAsync("inbox", "list", "--json")).Lines.Count.ShouldBe(1);

        (await _payments.DoAsync("inbox", "settle", id, "--note", "the vendor was down")).Output.ShouldContain($"{id}: settled");

        (await _payments.DoAsync("inbox", "settle", id, "--note", "once more")).Output.ShouldContain($"{id}: was over already");
        (await _payments.DoAsync("inbox", "list", "--json")).Output.ShouldBeEmpty();
        (await _payments.DoAsync("inbox", "list", "--over")).Output.ShouldContain("the vendor was down");
        (await _payments.DoAsync("audit", "--action", "inbox.", "--json")).Line.GetProperty("subject").GetString()!.ShouldContain(id);
    }

    private async Task FailAsync()
    {
        await _payments.DoAsync("pipeline", "set", "payments", "--source", "shop", "--destination", "db", "--streams", "customers,products");
        await _payments.Vendor.FaultAsync(new { fault = "status", status = 403, path = "/v1/products", after = 1, times = -1 });
        (await _payments.RunAsync("sync", "payments")).Code.ShouldNotBe(0);
    }
}
