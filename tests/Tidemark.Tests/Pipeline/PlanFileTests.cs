using System.Text;
using System.Text.RegularExpressions;
using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Pipeline.Comparing;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Pipeline;

/// <summary>H4: a saved plan is what was made, to the letter, or nothing is carried out.</summary>
public sealed class PlanFileTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Path => _folder.File("plan.jsonl");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_plan_is_read_as_it_was_written()
    {
        var written = await WriteAsync();

        var plan = await PlanFile.ReadAsync(Path, Stop);

        (plan.Pipeline, plan.Mode, plan.MadeAt).ShouldBe((written.Pipeline, written.Mode, written.MadeAt));
        plan.Changes.Streams.Select(stream => (stream.Stream, stream.Adds, stream.Digest)).ShouldBe([("people", 1, "00000000000000ab")]);
    }

    [Fact]
    public async Task Whatever_letter_is_changed_and_whatever_is_missing_the_plan_is_refused()
    {
        await WriteAsync();
        var bytes = await File.ReadAllBytesAsync(Path, Stop);
        for (var at = 0; at < bytes.Length - 1; at++)
        {
            (await RefusalAsync([.. bytes[..at], (byte)(bytes[at] ^ 1), .. bytes[(at + 1)..]])).ShouldStartWith("plan.");
            if (at < bytes.Length - 2) (await RefusalAsync(bytes[..at])).ShouldStartWith("plan.");
        }

        var text = Encoding.UTF8.GetString(bytes);
        (await RefusalAsync(text.Replace("\"adds\":1", "\"adds\":2", StringComparison.Ordinal))).ShouldBe("plan.altered");
        (await RefusalAsync(text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..])).ShouldBe("plan.altered");
    }

    [Theory]
    [InlineData("\"plan\":[{", "\"plan\":[],\"was\":[{")]
    [InlineData("\"plan\":[", "\"plan\":[null,")]
    [InlineData("\"samples\":[", "\"samples\":[null,")]
    [InlineData("\"fields\":[", "\"fields\":[null,")]
    [InlineData("\"mode\":\"merge\"", "\"mode\":\"wipe\"")]
    [InlineData("\"mode\":\"merge\"", "\"mode\":7")]
    [InlineData("\"mode\":\"merge\"", "\"mode\":null")]
    [InlineData("\"pipeline\":\"p\"", "\"pipeline\":null")]
    [InlineData("\"adds\":1", "\"adds\":-1")]
    [InlineData("\"digest\":\"00000000000000ab\"", "\"digest\":\"\"")]
    [InlineData("\"table\":\"people\"", "\"table\":null")]
    public async Task A_plan_with_a_digest_that_fits_is_validated_all_the_same(string was, string says)
    {
        await WriteAsync();
        var lines = await File.ReadAllLinesAsync(Path, Stop);
        var last = Regex.Replace(lines[^1], ",\"file_digest\":\"[0-9a-f]+\"}$", "}", RegexOptions.None, TimeSpan.FromSeconds(1));
        last.ShouldContain(was);
        last = last.Replace(was, says, StringComparison.Ordinal);
        var before = string.Concat(lines[..^1].Select(line => line + "\n"));
        var sum = System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(before + last));

        (await RefusalAsync([.. Encoding.UTF8.GetBytes(before), .. PlanDigest.Seal(Encoding.UTF8.GetBytes(last), sum)])).ShouldBe("plan.unreadable");
    }

    [Fact]
    public async Task A_plan_of_an_older_version_is_refused_and_says_how_to_make_one()
    {
        await File.WriteAllTextAsync(Path, """{"pipeline":"p","mode":"merge","made_at":"2026-11-22T10:15:30+00:00","plan":[]}""" + "\n", Stop);

        var refused = await Should.ThrowAsync<TidemarkException>(() => PlanFile.ReadAsync(Path, Stop));

        (refused.Code, refused.Kind).ShouldBe(("plan.without_digest", FailureKind.Usage));
        refused.Hint!.ShouldContain("Make the plan again");
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("half a li")]
    public async Task What_is_no_plan_is_called_so(string text) => (await RefusalAsync(text)).ShouldBe("plan.unreadable");

    [Fact]
    public async Task What_has_no_end_and_what_is_no_file_is_no_plan()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such files.");
        foreach (var path in new[] { "/dev/zero", _folder.Path, _folder.File("missing") })
            (await Should.ThrowAsync<TidemarkException>(() => PlanFile.ReadAsync(path, Stop))).Code.ShouldBe("plan.unreadable");
    }

    private async Task<SavedPlan> WriteAsync()
    {
        var change = new RowChange(ChangeKind.Add, "a", [new FieldChange("name", null, "Ada")]);
        var plan = new SavedPlan("p", WriteMode.Merge, new DateTimeOffset(2026, 11, 22, 10, 15, 30, TimeSpan.Zero), new ChangeSummary(
        [
            new StreamChanges("people", "people") { Adds = 1, Digest = "00000000000000ab", Samples = [change] },
        ]));
        await using var file = PlanFile.Create(Path);
        await file.WriteAsync("people", change);
        await file.FinishAsync(plan);
        return plan;
    }

    private Task<string> RefusalAsync(string text) => RefusalAsync(Encoding.UTF8.GetBytes(text));

    private async Task<string> RefusalAsync(byte[] bytes)
    {
        await File.WriteAllBytesAsync(Path, bytes, Stop);
        return (await Should.ThrowAsync<TidemarkException>(() => PlanFile.ReadAsync(Path, Stop))).Code;
    }
}
