using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Transfers;

namespace Tidemark.Engine.Pipeline.Transferring;

/// <summary>Begins a transfer: opens both ends, looks at both databases and names everything that keeps it from being done.</summary>
internal sealed class TransferStart(
    DefinitionCatalog definitions, Connections connections, RunStore runs, Func<CancellationToken, Task<byte[]>> maskKey, TimeProvider clock)
{
    /// <param name="pipeline">The pipeline; it transfers tables.</param>
    /// <param name="request">A transfer, or a dry run of one; of a parked one where it is continued.</param>
    /// <param name="parked">What the run that is continued has shown; null where none is.</param>
    /// <param name="run">The run, whose step <c>plan</c> goes on.</param>
    public async Task<RunStatus> RunAsync(PipelineDefinition pipeline, RunRequest request, RunRecord? parked, RunContext run)
    {
        var transfer = (TransferRun)(request is DryRun dry ? dry.Of : request);
        var policy = transfer.Policy ?? pipeline.Transfer!;
        if (transfer.Streams.Count > 0) policy = policy with { Tables = transfer.Streams, Exclude = [] };
        await using var ends = await OpenAsync(pipeline, policy, run);
        var shapes = await Task.WhenAll(
            NamedAsync(ends.Source.DescribeAsync(run.Stop), $"source \"{pipeline.Source}\""),
            NamedAsync(ends.Target.DescribeAsync(run.Stop), $"destination \"{pipeline.Destination}\""));
        var plan = TransferPlanner.Of(shapes[0], shapes[1], policy);
        if (plan.Problems.Count > 0) throw TidemarkException.ForAll(plan.Problems);
        foreach (var remark in plan.Remarks) await run.Journal.LogAsync(RunLogLevel.Warning, null, remark, run.Stop);
        await run.Journal.StepAsync(RunExecutor.Planning, null, StepStatus.Done, null, run.Stop);
        var work = new TransferWork(pipeline, policy, ends.Source, ends.Target, plan.Tables, Sequences(shapes[0], plan.Tables, policy))
        {
            IsDryRun = request is DryRun,
            IgnoresLimits = transfer.IgnoresLimits || parked is not null,
            Approved = parked?.Result.Plan,
            TargetName = shapes[1].Database,
        };
        if (!work.IsDryRun) await runs.SupersedeParkedAsync(run.Journal.Run, plan.Tables.Select(table => table.Label), old => old.Request is TransferRun, CancellationToken.None);
        return await new Transfer(work, run, clock).RunAsync();
    }

    /// <summary>The sequences of the tables; those of nobody too where every table is meant.</summary>
    private static HashSet<string> Sequences(DatabaseShape source, IReadOnlyList<TransferTable> tables, TransferPolicy policy)
    {
        var names = tables.Select(table => table.Name).ToHashSet();
        return [.. source.Sequences.Where(sequence => sequence.Owner is { } owner ? names.Contains(owner) : policy.Tables.Count == 0).Select(sequence => sequence.Name.ToString())];
    }

    private async Task<Ends> OpenAsync(PipelineDefinition pipeline, TransferPolicy policy, RunContext run)
    {
        var problems = new List<Problem>();
        var from = await definitions.Sources.FindAsync(pipeline.Source, run.Stop);
        var to = await definitions.Destinations.FindAsync(pipeline.Destination, run.Stop);
        if (!from.IsActive)
        {
            problems.Add(new("source.inactive", $"source \"{from.Name}\"", $"The source {from.Name} is not active.",
                "Set active: true in its definition."));
        }

        var key = policy.Mask.Values.Contains(ColumnMask.Hash) ? await maskKey(run.Stop) : null;
        var source = connections.OpenEnd(from, policy, key, problems);
        var target = connections.OpenEnd(to, policy, problems);
        if (source is not null && target is not null && problems.Count == 0)
        {
            run.Watch(source);
            run.Watch(target);
            return new(source, target);
        }

        if (source is not null) await source.DisposeAsync();
        if (target is not null) await target.DisposeAsync();
        throw TidemarkException.ForAll(problems);
    }

    /// <summary>A failure says which of the two databases it is about.</summary>
    private static async Task<DatabaseShape> NamedAsync(Task<DatabaseShape> describing, string subject)
    {
        try
        {
#pragma warning disable VSTHRD003 // Begun by the caller for this, beside the other one.
            return await describing;
#pragma warning restore VSTHRD003
        }
        catch (TidemarkException failure) when (failure.Problems.Count == 0)
        {
            throw TidemarkException.ForAll([Problem.From(failure, subject)], failure.Kind);
        }
    }

    private sealed record Ends(ITransferEnd Source, ITransferEnd Target) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Source.DisposeAsync();
            await Target.DisposeAsync();
        }
    }
}
