using System.Data.Common;
using System.Text.Json;
using Dapper;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;
using Tidemark.Engine.Secrets;

namespace Tidemark.Engine.Runs;

/// <summary>
/// The first changes of a dry run, a parked run or a plan, for a person to look at. They hold values of records: they are encrypted with the
/// home's key, and go after a week.
/// </summary>
internal sealed class RunSamples(CatalogDatabase database, SecretVault vault, TimeProvider clock)
{
    private const string Setting = "samples";

    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(7);

    /// <summary>Keeps those of a run that is over, in the transaction that writes its end. Without a key none are kept: that ends no run.</summary>
    public async Task KeepAsync(DbConnection connection, RunResult result)
    {
        if (result.Plan is not { } plan || plan.Streams.All(stream => stream.Samples.Count == 0)) return;
        try
        {
            var text = JsonText.Line([.. plan.Streams.Select(PlanAnswer.Of)], RunJsonTypes.Default.ListPlanAnswer);
            await vault.KeepAsync(connection, SecretVault.Passing, result.Run, Setting, text);
        }
        catch (TidemarkException keyless) when (keyless.Kind == FailureKind.Configuration)
        {
            // The run is what it is; its report has shown them.
        }
    }

    /// <summary>The run with its samples, where they are still kept and can be read.</summary>
    public Task<RunRecord> InAsync(RunRecord run, CancellationToken cancellationToken) => run.Result.Plan is null
        ? Task.FromResult(run) : database.ReadAsync(connection => InAsync(connection, run), cancellationToken);

    /// <summary>Removes those of runs that ended more than a week ago.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var values = new { kind = SecretVault.Passing, before = (clock.GetUtcNow() - KeptFor).ToUnixTimeMilliseconds() };
        const string Old = "FROM secrets WHERE kind = @kind AND owner NOT IN (SELECT id FROM runs WHERE finished_at IS NULL OR finished_at >= @before)";
        // Nearly always there is nothing to do, and looking takes no lock.
        if (await database.ReadAsync(connection => connection.ExecuteScalarAsync<long>($"SELECT count(*) {Old}", values), cancellationToken) == 0) return;
        await database.WriteAsync(connection => connection.ExecuteAsync($"DELETE {Old}", values), cancellationToken);
    }

    private async Task<RunRecord> InAsync(DbConnection connection, RunRecord run)
    {
        try
        {
            var kept = await vault.RevealAsync(connection, SecretVault.Passing, run.Id);
            if (!kept.TryGetValue(Setting, out var text)) return run;
            var plan = JsonSerializer.Deserialize(text, RunJsonTypes.Default.ListPlanAnswer)!;
            return run with { Result = run.Result with { Plan = new ChangeSummary([.. plan.Select(stream => stream.ToChanges())]) } };
        }
        catch (TidemarkException keyless) when (keyless.Kind == FailureKind.Configuration)
        {
            return run;
        }
    }
}
