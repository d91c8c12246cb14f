using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Engine.Errors;
using Xunit;

namespace Tidemark.Tests.Oracle;

public sealed class OracleReadingTests
{
    private static readonly string[] Streams = ["opportunities", "accounts", "contacts", "leads", "activities"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(9)]
    public async Task Every_framework_version_gives_every_record_under_its_own_filter_syntax(int version)
    {
        await using var bench = await OracleBench.StartAsync();
        await using var source = bench.Open(("framework_version", $"{version}"));

        (await source.CheckAsync(Stop)).Problems.ShouldBeEmpty();
        foreach (var stream in Streams)
        {
            var (records, _) = await bench.ReadAsync(source, stream);
            records.Keys.ShouldBe((await bench.TruthAsync(stream)).Keys, stream);
        }
    }

    [Theory]
    [InlineData("seconds")]
    [InlineData("milliseconds")]
    [InlineData("bare")]
    public async Task Times_are_understood_in_every_form(string form)
    {
        await using var bench = await OracleBench.StartAsync();
        await bench.SetAsync(new { date_form = form });
        await using var source = bench.Open();

        var (records, _) = await bench.ReadAsync(source, "contacts");

        records.Keys.ShouldBe((await bench.TruthAsync("contacts")).Keys);
    }

    [Fact]
    public async Task Only_the_declared_and_the_extra_fields_are_asked_for()
    {
        await using var bench = await OracleBench.StartAsync(size: 5);
        await using var source = bench.Open(
            ("extra_fields", "opportunities.Practice_c, opportunities.Score_c:decimal"));

        var schema = (await source.DiscoverAsync(Stop))[0];
        var (records, _) = await bench.ReadAsync(source, "opportunities");

        var record = records.First().Value.AsObject();
        record["Practice_c"].ShouldNotBeNull();
        record["Score_c"].ShouldNotBeNull();
        record["GEO_c"].ShouldBeNull();
        record["links"].ShouldBeNull();
        schema.Fields.ShouldContain(field => field.Name == "score_c");
        schema.Fields.ShouldNotContain(field => field.Name == "practice_c");
    }

    [Fact]
    public async Task S2_2_a_scan_of_the_keys_asks_for_every_record_and_next_to_nothing_of_it()
    {
        await using var bench = await OracleBench.StartAsync();
        await using var source = bench.Open();
        foreach (var stream in new[] { "opportunities", "contacts" })
        {
            var schema = (await source.DiscoverAsync(Stop)).Single(known => known.Name == stream);
            var (id, records) = (schema.Fields[schema.KeyPositions[0]].Path, new HashSet<string>());
            await foreach (var page in source.ReadAsync(new(schema, null) { IsFull = true, KeysOnly = true }, Stop))
            {
                using (page)
                {
                    foreach (var place in page.Records)
                    {
                        var record = JsonNode.Parse(page.Bytes.Span.Slice(place.Start, place.Length))!.AsObject();
                        records.Add(record[id]!.ToString());
                        record.Select(property => property.Key).ShouldBeSubsetOf([id, "CreationDate"]);
                    }
                }
            }

            records.ShouldBe((await bench.TruthAsync(stream)).Values.Select(record => record[id]!.ToString()), ignoreOrder: true);
        }
    }

    [Fact]
    public async Task A_declared_field_that_the_tenant_lacks_can_be_left_out()
    {
        await using var bench = await OracleBench.StartAsync(size: 5);
        await using var source = bench.Open(("skip_fields", "opportunities.Revenue,opportunities.OptyId"));

        var schema = (await source.DiscoverAsync(Stop))[0];
        var (records, _) = await bench.ReadAsync(source, "opportunities");

        schema.Fields.ShouldNotContain(field => field.Path == "Revenue");
        schema.Fields.ShouldContain(field => field.Path == "OptyId", "the key stays");
        records.First().Value["Revenue"].ShouldBeNull();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Children_come_whole_and_as_plain_arrays(int version)
    {
        await using var bench = await OracleBench.StartAsync(size: 60);
        await using var source = bench.Open(("children", "ChildRevenue"), ("framework_version", $"{version}"));

        var (records, _) = await bench.ReadAsync(source, "opportunities");

        var truth = await bench.TruthAsync("opportunities");
        truth.Values.ShouldContain(record => record["ChildRevenue"]!.AsArray().Count > 25);
        foreach (var (number, record) in truth) JsonNode.DeepEquals(records[number], record).ShouldBeTrue(number);
    }

    [Fact]
    public async Task A_second_that_fills_pages_is_read_whole()
    {
        await using var bench = await OracleBench.StartAsync(size: 20);
        var import = Enumerable.Range(0, 205).Select(_ => new { CreationDate = "2025-05-05T05:05:05+00:00" });
        await bench.MutateAsync("leads", new { create = import });
        foreach (var pageSize in new[] { "2", "30", "205", "500" })
        {
            await using var source = bench.Open(("page_size", pageSize));
            var (records, _) = await bench.ReadAsync(source, "leads");
            records.Keys.ShouldBe((await bench.TruthAsync("leads")).Keys, pageSize);
        }
    }

    [Fact]
    public async Task A_limit_that_is_lowered_silently_loses_nothing()
    {
        await using var bench = await OracleBench.StartAsync();
        await bench.SetAsync(new { page_cap = 17 });
        await using var source = bench.Open(("page_size", "500"));

        var (records, _) = await bench.ReadAsync(source, "contacts");

        records.Keys.ShouldBe((await bench.TruthAsync("contacts")).Keys);
    }

    [Theory]
    [InlineData("has_more_lie_false", 3)]
    [InlineData("has_more_lie_false", 500)]
    [InlineData("has_more_lie_true", 1)]
    [InlineData("empty_page", 1)]
    public async Task What_the_service_says_of_the_end_is_not_believed(string fault, int times)
    {
        await using var bench = await OracleBench.StartAsync();
        await bench.SetAsync(new { page_cap = 17 });
        await bench.FaultAsync(new { fault, times });
        await using var source = bench.Open();

        var (records, _) = await bench.ReadAsync(source, "opportunities");

        records.Keys.ShouldBe((await bench.TruthAsync("opportunities")).Keys);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_empty_collection_is_empty_with_and_without_items(bool omits)
    {
        await using var bench = await OracleBench.StartAsync();
        await bench.MutateAsync("leads", new { delete = new { count = 1000 } });
        await bench.SetAsync(new { omits_empty = omits });
        await using var source = bench.Open();

        (await source.CheckAsync(Stop)).Problems.ShouldBeEmpty();
        (await bench.ReadAsync(source, "leads")).Records.ShouldBeEmpty();
    }

    [Fact]
    public async Task P4_no_content_is_no_collection_as_Oracle_documents_no_such_answer()
    {
        await using var bench = await OracleBench.StartAsync();
        await bench.MutateAsync("leads", new { delete = new { count = 1000 } });
        await bench.SetAsync(new { empty_is_no_content = true });
        await using var source = bench.Open();

        (await Should.ThrowAsync<TidemarkException>(() => bench.ReadAsync(source, "leads"))).Code.ShouldBe("source.no_body");
    }

    [Fact]
    public async Task A_service_that_does_not_sort_is_refused_rather_than_half_read()
    {
        await using var bench = await OracleBench.StartAsync();
        await bench.SetAsync(new { ignores_order = true });
        await using var source = bench.Open();

        var error = await Should.ThrowAsync<TidemarkException>(() => bench.ReadAsync(source, "contacts"));

        error.Code.ShouldBe("oracle.not_in_order");
    }

    [Fact]
    public async Task Incremental_reading_gives_what_was_created_and_updated_and_no_more()
    {
        await using var bench = await OracleBench.StartAsync();
        await using var source = bench.Open(("overlap", "0"));
        var (before, cursor) = await bench.ReadAsync(source, "accounts");
        await Task.Delay(TimeSpan.FromSeconds(1.1), Stop);
        var changed = await bench.MutateAsync("accounts", new
        {
            create = 2,
            update = new { count = 3, set = new { OrganizationName = "Renamed" } },
            delete = new { count = 1 },
        });

        source.CanResume("accounts", cursor).ShouldBeTrue();
        var (after, _) = await bench.ReadAsync(source, "accounts", cursor, isFull: false);

        var gone = changed["deleted"]!.AsArray().Single()!.GetValue<string>();
        var expected = changed["created"]!.AsArray().Concat(changed["updated"]!.AsArray())
            .Select(number => number!.GetValue<string>()).Where(number => number != gone).Order(StringComparer.Ordinal);
        after.Keys.ShouldBe(expected);
        before.Keys.ShouldContain(gone);
        (await bench.ReadAsync(source, "accounts")).Records.Keys.ShouldBe((await bench.TruthAsync("accounts")).Keys);
    }

    [Fact]
    public async Task A_record_that_moves_on_while_the_list_is_read_is_not_lost()
    {
        await using var bench = await OracleBench.StartAsync();
        await bench.FaultAsync(new { fault = "delay", milliseconds = 20, times = -1 });
        await using var source = bench.Open(("parallel", "1"), ("page_size", "10"));

        var reading = bench.ReadAsync(source, "opportunities");
        for (var round = 0; round < 10 && !reading.IsCompleted; round++)
        {
            var set = new { Name = $"Moved {round}" };
            await bench.MutateAsync("opportunities", new { update = new { count = 15, set } });
        }

        var (records, _) = await reading;

        records.Keys.ShouldBe((await bench.TruthAsync("opportunities")).Keys);
    }

    [Fact]
    public async Task Ranges_are_read_by_several_workers_and_offsets_are_never_used()
    {
        await using var bench = await OracleBench.StartAsync(size: 600);
        await bench.FaultAsync(new { fault = "delay", milliseconds = 30, times = -1 });
        await using var source = bench.Open(("parallel", "4"));

        var (records, _) = await bench.ReadAsync(source, "activities");

        records.Count.ShouldBe(1200);
        var log = await bench.RequestsAsync();
        log["max_concurrent"]!.GetValue<int>().ShouldBe(4);
        log["recent"]!.AsArray().ShouldAllBe(request => !request!["query"]!.GetValue<string>().Contains("offset"));
    }

    [Fact]
    public async Task Numbers_beyond_a_double_keep_every_digit()
    {
        await using var bench = await OracleBench.StartAsync(size: 60);
        foreach (var version in new[] { "4", "9" })
        {
            await using var source = bench.Open(("framework_version", version));
            var (records, _) = await bench.ReadAsync(source, "opportunities");
            records.Values.Select(record => record["Revenue"]!.ToString())
                .ShouldContain(revenue => revenue.StartsWith("90071992547409") && revenue.EndsWith(".37"));
        }
    }
}
