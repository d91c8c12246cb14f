using Shouldly;
using Tidemark.Engine.Records;
using Xunit;

namespace Tidemark.Tests.Records;

public sealed class ValueTextTests
{
    [Theory]
    [InlineData("1", "1.0", true)]
    [InlineData("1e3", "1000", true)]
    [InlineData("-1.50E-7", "-0.00000015", true)]
    [InlineData("0", "-0.000e9", true)]
    [InlineData("+12", "12", true)]
    [InlineData("100000000000000000000", "1e20", true)]
    [InlineData("1", "-1", false)]
    [InlineData("10", "1", false)]
    [InlineData("0.1", "0.10000000000000000001", false)]
    [InlineData("NaN", "0", false)]
    [InlineData("", "0", false)]
    [InlineData(null, "0", false)]
    [InlineData(null, null, true)]
    public void Decimals_are_compared_by_value(string? left, string? right, bool same)
    {
        ValueText.AreSame(FieldType.Decimal, left, right).ShouldBe(same);
        ValueText.AreSame(FieldType.Decimal, right, left).ShouldBe(same);
    }

    [Fact]
    public void Instants_are_compared_by_moment_and_texts_to_the_letter()
    {
        ValueText.AreSame(FieldType.Timestamp, "2026-11-22T10:15:30.000000Z", "2026-11-22T12:15:30+02:00").ShouldBeTrue();
        ValueText.AreSame(FieldType.Timestamp, "2026-11-22T10:15:30.000000Z", "infinity").ShouldBeFalse();
        ValueText.AreSame(FieldType.Text, "1", "1.0").ShouldBeFalse();
    }
}
