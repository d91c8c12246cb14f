using Tidemark.Engine.Runs;

namespace Tidemark.Server.Compat.Retail;

/// <summary>Runs in the words of the earlier tool: by the steps that people know, in their order.</summary>
internal static class RetailFigures
{
    private static readonly string[] Steps = ["locations", "catalog", "inventory", "orders"];

    public static RetailSyncAnswer Of(RunRecord run, string mode)
    {
        var streams = run.Result.Streams;
        var error = run.Status == RunStatus.Succeeded ? null : run.Result.Problems is [var first, ..] ? first.Message : RunJson.Word(run.Status);
        return new(
            run.Status == RunStatus.Succeeded, run.Id, run.Status == RunStatus.Succeeded ? "completed" : RunJson.Word(run.Status), mode, run.StartedAt, run.FinishedAt,
            Math.Round(run.Result.Seconds, 3),
            [.. Steps.Select(step => (step, Of: streams.Where(stream => StepOf(stream.Stream) == step).ToList())).Where(step => step.Of.Count > 0).Select(step => Step(step.step, step.Of))],
            error);
    }

    private static RetailStep Step(string step, List<StreamFigures> streams)
    {
        var (fetched, seconds) = (streams.Sum(stream => stream.Read), streams.Sum(stream => stream.Seconds));
        var error = streams.Select(stream => stream.Error).OfType<Engine.Errors.Problem>().FirstOrDefault();
        var status = error is { Code: var code } ? code == "stream.not_reached" ? "skipped" : "failed"
            : streams.All(stream => stream.Receipt is null) ? "skipped" : "completed";
        return new(
            step, status, fetched, streams.Sum(stream => stream.Created), streams.Sum(stream => stream.Updated), streams.Sum(stream => stream.Deleted),
            Math.Round(seconds, 3), seconds > 0 ? Math.Round(fetched / seconds, 1) : 0,
            [.. streams.Select(stream => new RetailTable(stream.Table, stream.Read, stream.Created, stream.Updated, stream.Unchanged, stream.Deleted))], error?.Message);
    }

    private static string StepOf(string stream) => stream switch
    {
        "locations" => "locations",
        "catalog_inventory" => "inventory",
        _ when stream.StartsWith("catalog_", StringComparison.Ordinal) => "catalog",
        _ => "orders",
    };
}
