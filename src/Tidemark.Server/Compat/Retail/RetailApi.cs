using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tidemark.Engine;
using Tidemark.Engine.Access;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Server.Access;

namespace Tidemark.Server.Compat.Retail;

/// <summary>The addresses of the earlier tool that brought Square's catalog and orders into PostgreSQL: the pipeline <c>retail</c>.</summary>
internal static class RetailApi
{
    public const string Pipeline = "retail";

    private const string Orders = "orders";
    private const string LineItems = "order_line_items";
    private const string FirstOrders = "2018-01-01";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/admin/complete-sync", SyncAsync).Acts("retail.sync", Role.Operator).Produces<RetailSyncAnswer>().WithSummary("Syncs locations, catalog and inventory");
        app.MapPost("/admin/historical-orders-sync", OrdersAsync).Acts("retail.orders", Role.Operator).Produces<RetailSyncAnswer>()
            .WithSummary($"Reads all orders since {FirstOrders}");
        app.MapPost("/admin/migrate-order-line-items", MigrateAsync).Acts("retail.migrate", Role.Admin).Produces<RetailSyncAnswer>()
            .WithSummary("Brings the table of line items to the current schema and fills it");
    }

    private static async Task<IResult> SyncAsync(HttpContext http, Home home, TimeProvider clock, CompleteSync sync)
    {
        var call = new OldCall(http, home, clock);
        var pipeline = await call.PipelineAsync(Pipeline);
        var caller = Caller.Of(http);
        if (sync.FullRefresh && caller.Role < Role.Admin)
        {
            throw new TidemarkException(FailureKind.Usage, "access.role", $"{caller.Name} may not start a full refresh.")
            {
                Hint = "Ask an administrator, or sync what changed: {\"full_refresh\": false}.",
            };
        }

        var run = await call.RunAsync(
            new SyncRun(Pipeline)
            {
                Mode = sync.FullRefresh ? WriteMode.Refresh : WriteMode.Merge,
                Streams = [.. pipeline.Streams.Where(stream => stream is not (Orders or LineItems))],
            }, isLong: true);
        return Answer(RetailFigures.Of(run, sync.FullRefresh ? "full_refresh" : "incremental"));
    }

    private static async Task<IResult> OrdersAsync(HttpContext http, Home home, TimeProvider clock)
    {
        var call = new OldCall(http, home, clock);
        await call.PipelineAsync(Pipeline);
        // A replace reads from the beginning in windows, resumes where it was interrupted, and publishes a difference.
        var run = await call.RunAsync(
            new SyncRun(Pipeline)
            {
                Mode = WriteMode.Replace,
                Streams = [Orders, LineItems],
                SourceSettings = new Dictionary<string, string>(StringComparer.Ordinal) { ["start_date"] = FirstOrders },
            }, isLong: true);
        return Answer(RetailFigures.Of(run, "historical_orders"));
    }

    private static async Task<IResult> MigrateAsync(HttpContext http, Home home, TimeProvider clock)
    {
        var call = new OldCall(http, home, clock);
        var pipeline = await call.PipelineAsync(Pipeline);
        var before = await ColumnsAsync(call, pipeline);
        var run = await call.RunAsync(new SyncRun(Pipeline) { Mode = WriteMode.Replace, Streams = [LineItems] }, isLong: true);
        return Answer(RetailFigures.Of(run, "migration") with { ColumnsAdded = [.. (await ColumnsAsync(call, pipeline)).Except(before, StringComparer.Ordinal)] });
    }

    private static async Task<IReadOnlyList<string>> ColumnsAsync(OldCall call, PipelineDefinition pipeline)
    {
        try
        {
            var page = await call.Home.QueryAsync(new(pipeline.TableOf(LineItems), 1), Pipeline, _ => true, call.Gone);
            return [.. page.Columns.Select(column => column.Name)];
        }
        catch (TidemarkException missing) when (missing.Code is "data.table_unknown" or "data.no_key")
        {
            return [];
        }
    }

    private static IResult Answer(RetailSyncAnswer answer) => OldCall.Answer(answer, CompatJson.Default.RetailSyncAnswer);
}
