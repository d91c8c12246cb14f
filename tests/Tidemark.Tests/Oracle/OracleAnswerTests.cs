using System.Text;
using Shouldly;
using Tidemark.Connectors.Oracle;
using Tidemark.Engine.Errors;
using Xunit;

namespace Tidemark.Tests.Oracle;

public sealed class OracleAnswerTests
{
    private const string ErrorMedia = "application/vnd.oracle.adf.error+json";

    [Theory]
    [InlineData("Invalid operation create.", "Invalid operation create.")]
    [InlineData("", null)]
    [InlineData("  \r\n", null)]
    [InlineData("<html><body>Login</body></html>", null)]
    [InlineData("""{"title":"Bad Request","status":"400"}""", "Bad Request")]
    [InlineData(
        """{"title":"Bad Request","o:errorDetails":[{"detail":"Too long","o:errorCode":"27021","o:errorPath":"/Name"}]}""",
        "/Name: Too long: 27021")]
    [InlineData("""{"title":"Bad Request","o:errorDetails":[{"detail":"One"},{"detail":"Two"}]}""", "One; Two")]
    [InlineData("""{"title":"Bad Request","o:errorDetails":[7]}""", "Bad Request")]
    [InlineData("""{"cut":""", """{"cut":""")]
    public void Words_of_an_error_are_found_in_every_kind_of_body(string body, string? words) =>
        OracleErrors.Words(Encoding.UTF8.GetBytes(body)).ShouldBe(words);

    [Fact]
    public async Task A_blank_refusal_is_asked_again()
    {
        await using var bench = await OracleBench.StartAsync(size: 30);
        await bench.FaultAsync(new { fault = "status", status = 400, times = 2 });
        await using var source = bench.Open();

        (await bench.ReadAsync(source, "opportunities")).Records.Count.ShouldBe(30);
    }

    [Fact]
    public async Task A_refusal_that_stays_blank_ends_the_reading()
    {
        await using var bench = await OracleBench.StartAsync(size: 30);
        await bench.FaultAsync(new { fault = "status", status = 400, times = -1 });
        await using var source = bench.Open(("retries", "1"));

        var error = await Should.ThrowAsync<TidemarkException>(() => bench.ReadAsync(source, "opportunities"));

        error.Code.ShouldBe("oracle.blank_refusal");
        error.Kind.ShouldBe(FailureKind.Transient);
    }

    [Theory]
    [InlineData(3, ErrorMedia, "text/plain")]
    [InlineData(4, ErrorMedia, ErrorMedia)]
    [InlineData(4, "application/json", "text/plain")]
    public async Task The_stand_in_structures_errors_from_version_4_on_where_they_are_accepted(
        int version, string accept, string media)
    {
        await using var bench = await OracleBench.StartAsync(size: 5);

        var (status, found, text) = await bench.AskAsync("opportunities?fields=Nowhere_c", version, accept);

        status.ShouldBe(400);
        found.ShouldBe(media);
        text.ShouldContain("Nowhere_c");
    }

    [Theory]
    [InlineData("q=StatusCode=OPEN;WinProb=10", 2, 400)]
    [InlineData("q=CreationDate > '2024-01-01T00:00:00%2B00:00' and StatusCode = 'OPEN'", 2, 200)]
    [InlineData("q=CreationDate > '2024-01-01T00:00:00%2B00:00' and StatusCode = 'OPEN'", 1, 400)]
    [InlineData("q=CreationDate>2024-01-01T00:00Z and <=2024-02-01T00:00Z;StatusCode=OPEN", 1, 200)]
    [InlineData("orderBy=Name:sideways", 4, 400)]
    [InlineData("finder=NoFinder", 4, 400)]
    [InlineData("colour=blue", 4, 400)]
    public async Task The_stand_in_takes_filters_in_the_syntax_of_the_version_only(
        string query, int version, int status)
    {
        await using var bench = await OracleBench.StartAsync(size: 5);

        (await bench.AskAsync($"opportunities?{query}", version)).Status.ShouldBe(status);
    }

    [Fact]
    public async Task The_stand_in_pages_by_offset_and_caps_a_page_at_500()
    {
        await using var bench = await OracleBench.StartAsync(size: 300);

        var first = await bench.ListAsync("activities?limit=600&orderBy=ActivityId:asc&onlyData=true");
        var second = await bench.ListAsync("activities?limit=600&offset=500&orderBy=ActivityId:asc&totalResults=true");

        first.GetProperty("count").GetInt32().ShouldBe(500);
        first.GetProperty("limit").GetInt32().ShouldBe(500);
        first.GetProperty("hasMore").GetBoolean().ShouldBeTrue();
        first.GetProperty("items")[0].TryGetProperty("links", out _).ShouldBeFalse();
        second.GetProperty("count").GetInt32().ShouldBe(100);
        second.GetProperty("hasMore").GetBoolean().ShouldBeFalse();
        second.GetProperty("totalResults").GetInt32().ShouldBe(600);
        second.GetProperty("items")[0].TryGetProperty("links", out _).ShouldBeTrue();
        (await bench.ListAsync("accounts")).GetProperty("count").GetInt32().ShouldBe(25);
    }

    [Fact]
    public async Task The_stand_in_shows_the_callers_open_and_current_opportunities_without_a_finder()
    {
        await using var bench = await OracleBench.StartAsync(size: 400);

        var page = await bench.ListAsync("opportunities?limit=500");
        var all = await bench.ListAsync("opportunities?limit=500&finder=MyOpportunitiesFinder;RecordSet='ALLOPTIES'");

        all.GetProperty("count").GetInt32().ShouldBe(400);
        page.GetProperty("count").GetInt32().ShouldBeInRange(1, 60);
        page.GetProperty("items").EnumerateArray()
            .ShouldAllBe(item => item.GetProperty("StatusCode").GetString() == "OPEN");
    }
}
