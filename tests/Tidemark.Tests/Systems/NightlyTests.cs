using Shouldly;
using Xunit;

namespace Tidemark.Tests.Systems;

/// <summary>
/// Every template as cron has it: written, filled in, applied, tested, and its everyday call a first time, once more where nothing has changed, and
/// where something has.
/// </summary>
public sealed class NightlyTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Templates
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var template in Tidemark.Connectors.Templates.DefinitionTemplate.All)
            {
                all.Add(template.Name, SystemBench.Sqlite);
                all.Add(template.Name, SystemBench.Postgres);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Templates))]
    public async Task Every_night_ends_with_code_0_and_says_nothing_and_changes_arrive(string template, string database)
    {
        await using var bench = await SystemBench.StartAsync(template, "stripe", database);
        await bench.DoAsync("test");
        var calls = CallsOf(await File.ReadAllTextAsync(bench.TemplateFile, Stop), template);
        calls.ShouldNotBeEmpty("the template has its line for cron");

        await NightAsync(calls);
        var first = await FiguresAsync();
        first.Created.ShouldBeGreaterThan(0);

        await NightAsync(calls);
        var second = await FiguresAsync();
        (second.Created, second.Updated, second.Deleted).ShouldBe((first.Created, 0, 0), "nothing has changed");

        await ChangeAsync(bench, template);
        await NightAsync(calls);
        var third = await FiguresAsync();
        third.Created.ShouldBeGreaterThan(second.Created);
        third.Updated.ShouldBeGreaterThan(0);
        (await bench.DoAsync("status")).Lines.Select(line => line.GetProperty("standing").GetString()).ShouldAllBe(standing => standing == "proven");

        async Task NightAsync(IEnumerable<string[]> lines)
        {
            foreach (var line in lines)
            {
                var answer = await bench.TypeAsync(line);
                (answer.Code, answer.Output, answer.Error).ShouldBe((0, "", ""), string.Join(' ', line));
            }
        }

        async Task<(long Created, long Updated, long Deleted)> FiguresAsync()
        {
            var streams = (await bench.DoAsync("runs", "--limit", "100")).Lines.SelectMany(run => run.GetProperty("streams").EnumerateArray()).ToList();
            return (Sum("created"), Sum("updated"), Sum("deleted"));

            long Sum(string figure) => streams.Sum(stream => stream.GetProperty(figure).GetInt64());
        }
    }

    /// <summary>The lines for cron that stand in the template, without the path of the program and the folder; of several pipelines, one line each.</summary>
    private static List<string[]> CallsOf(string yaml, string template)
    {
        const string program = "/usr/local/bin/tidemark ";
        var calls = yaml.Split('\n').Where(line => line.StartsWith("#   ", StringComparison.Ordinal) && line.Contains(program, StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf(program, StringComparison.Ordinal) + program.Length)..].Trim())
            .Select(line => line.Replace(" --home /srv/tidemark", "", StringComparison.Ordinal).Split(' ')).ToList();
        calls.ShouldAllBe(call => call.Contains("--quiet"));
        return template == "revops" ? [.. new[] { "stripe", "close", "shop" }.Select(pipeline => calls[0].Select(word => word == "stripe" ? pipeline : word).ToArray())] : calls;
    }

    private static async Task ChangeAsync(SystemBench bench, string template)
    {
        var waiting = new Dictionary<string, object> { ["Sync_to_Payment_App"] = "Pending Sync", ["Fully_Onboarded"] = true };
        (string Vendor, string Stream, object Change)[] changes = template switch
        {
            "payments" => [("zoho", "contacts", new { update = new { count = 70, set = waiting } })],
            "opportunities" => [("oracle", "opportunities", new { create = 3, update = new { count = 5 }, delete = new { count = 2 } })],
            "retail" => [("square", "orders", new { create = 3, update = new { count = 2 } }), ("square", "catalog_items", new { create = 1, update = new { count = 2 } })],
            "revops" =>
            [
                ("stripe", "customers", new { create = 3, update = new { count = 5 }, delete = new { count = 2 } }),
                ("close", "leads", new { create = 2, update = new { count = 3 }, delete = new { count = 1 } }), ("graphql", "customers", new { create = 2, update = new { count = 3 } }),
            ],
            "stripe" => [("stripe", "customers", new { create = 3, update = new { count = 5 }, delete = new { count = 2 } })],
            _ => throw new InvalidOperationException($"Say how the vendor of {template} changes."),
        };
        foreach (var (vendor, stream, change) in changes) await bench.Of(vendor).MutateAsync(stream, change);
    }
}
