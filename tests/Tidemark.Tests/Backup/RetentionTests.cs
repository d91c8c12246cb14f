using Shouldly;
using Tidemark.Engine.Backup;
using Xunit;

namespace Tidemark.Tests.Backup;

public sealed class RetentionTests
{
    [Theory]
    [InlineData(30, 0, "1 10 29 30 31 40", "31 40")]
    [InlineData(0, 2, "1 2 3 4", "3 4")]
    [InlineData(3, 3, "1 2 3 4 5", "4 5")]
    [InlineData(30, 0, "100 200", "200")] // the newest good one stays, however old
    [InlineData(30, 0, "1? 100 200", "200")] // a newer one that is damaged does not stand in for it
    [InlineData(0, 1, "1? 2? 3 4", "2? 4")]
    [InlineData(0, 0, "1 1000", "")]
    [InlineData(1, 1, "", "")]
    public void S1_15_old_and_surplus_backups_go_and_never_the_only_verified_one(int keepDays, int keep, string ages, string expired)
    {
        var now = new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

        Retention.Expired(
            ages.Split(' ', StringSplitOptions.RemoveEmptyEntries), age => now.AddDays(-int.Parse(age.TrimEnd('?'))),
            age => !age.EndsWith('?'), keepDays, keep, now).ShouldBe(expired.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }
}
