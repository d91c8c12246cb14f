using Shouldly;
using Tidemark.Engine.Errors;
using Xunit;

namespace Tidemark.Tests.Errors;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("amout", "amount")]
    [InlineData("amuont", "amount")]
    [InlineData("custmers", "customers")]
    [InlineData("Amount", "amount")]
    [InlineData("idd", null)]
    [InlineData("amount_c", null)]
    [InlineData("address_2", null)]
    [InlineData("period", null)]
    [InlineData("status", null)]
    public void A_slip_of_the_keyboard_is_told_from_a_name_of_its_own(string written, string? meant) =>
        NearestName.Slip(written, ["id", "amount", "customers", "address_1", "period_end", "state"]).ShouldBe(meant);
}
