using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Tidemark.Sandbox.Records;
using Xunit;

namespace Tidemark.Tests.Sandbox;

public sealed class SeededDataTests
{
    private static readonly DateTimeOffset End = new(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_id_leads_back_to_its_index_and_to_no_other() => Prop
        .ForAll<long, ulong>((number, key) =>
        {
            var index = number & long.MaxValue;
            var ids = new IdCodec("cus_", key);
            return ids.TryIndex(ids.Text(index), out var back) && back == index;
        })
        .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("")]
    [InlineData("cus_")]
    [InlineData("sub_00000000001")]
    [InlineData("cus_0000000000-")]
    [InlineData("cus_000000000001")]
    [InlineData("cus_zzzzzzzzzzz")] // more than 64 bits
    public void What_is_not_an_id_leads_nowhere(string text) =>
        new IdCodec("cus_", 1).TryIndex(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1000, 8)]
    [InlineData(200_000, 8)]
    [InlineData(200_000, 1)]
    public void Time_never_goes_back_and_stays_before_the_end(int count, int burst)
    {
        var line = new Timeline(count, End, burst);

        var times = Enumerable.Range(0, count).Select(index => line.CreatedAt(index)).ToList();

        times.Zip(times.Skip(1)).ShouldAllBe(pair => pair.First <= pair.Second);
        times[^1].ShouldBeLessThan(End.ToUnixTimeSeconds());
        times.Count(time => time > (times[0] + times[^1]) / 2).ShouldBeGreaterThanOrEqualTo(count / 2);
    }

    [Fact]
    public void Draws_are_even_enough()
    {
        var counts = new int[10];
        for (var index = 0; index < 100_000; index++) counts[new Draws(Draws.Key(1, 2), index).Below(10)]++;

        counts.ShouldAllBe(count => count > 9_500 && count < 10_500);
    }
}
