using System.Globalization;
using Shouldly;
using Xunit;

namespace Tidemark.Tests.Close;

public sealed class CloseCountTests
{
    [Theory]
    [InlineData("leads")]
    [InlineData("opportunities")]
    public async Task What_was_made_before_the_start_date_is_neither_read_nor_counted(string stream)
    {
        var start = TimeProvider.System.GetUtcNow().AddMonths(-9).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        await using var bench = await CloseBench.StartAsync(120, ("start_date", start));
        var truth = await bench.TruthAsync(stream);
        var wanted = truth.Values.Count(record => string.CompareOrdinal(record["date_created"]!.ToString(), start) >= 0);
        wanted.ShouldBeInRange(1, truth.Count - 1);

        (await bench.TestAsync()).Streams.Single(each => each.Name == stream).EstimatedCount.ShouldBe(wanted);
    }
}
