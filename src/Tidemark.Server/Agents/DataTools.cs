using Tidemark.Engine.Access;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Wire;
using Tidemark.Server.Api;

namespace Tidemark.Server.Agents;

/// <summary>Tools that show records and rows: of a source, of a table, of a run, in quarantine, in backups.</summary>
internal static class DataTools
{
    public static IEnumerable<AgentTool> All =>
    [
        AgentTool.Of("read_table", "Reads rows of a table that a pipeline has written, as they are stored.",
            Role.Viewer, AgentJson.Default.TableArguments, ApiJson.Default.DataAnswer, TableAsync),
        AgentTool.Of("list_run_rows", "Lists rows that a run created, changed or deleted, and counts them all.",
            Role.Viewer, AgentJson.Default.RunRowsArguments, ApiJson.Default.RowsAnswer, RunRowsAsync),
        AgentTool.Of("list_quarantine", "Lists the records that could not be written, the latest first, without their payload.",
            Role.Viewer, AgentJson.Default.QuarantineArguments, ApiJson.Default.ListPageQuarantineAnswer, (call, given, cancellationToken) =>
                QuarantineApi.PageAsync(call.Home, call.Caller, new() { Pipeline = given.Pipeline, Stream = given.Stream }, withPayload: false, given.Size(), given.Cursor, cancellationToken)),
        AgentTool.Of("show_quarantined", "Shows a record in quarantine, with the beginning of its payload.",
            Role.Viewer, AgentJson.Default.RecordArguments, ApiJson.Default.QuarantineAnswer, QuarantinedAsync),
        AgentTool.Of("list_backups", "Lists the backups, the newest first.",
            Role.Viewer, AgentJson.Default.BackupsArguments, ApiJson.Default.ListPageBackupAnswer, (call, given, cancellationToken) =>
                BackupsApi.PageAsync(call.Home, call.Caller, given.Pipeline, given.Search, given.Size(), given.Cursor, cancellationToken)),
        AgentTool.Of("list_streams", "Asks a source for its streams and their columns, with their first records as they would be written if wanted.",
            Role.Operator, AgentJson.Default.StreamsArguments, ApiJson.Default.IReadOnlyListStreamShownAnswer, StreamsAsync),
    ];

    private static Task<DataAnswer> TableAsync(AgentCall call, TableArguments given, CancellationToken cancellationToken) => DataApi.PageAsync(
        call.Home, call.Caller, new(given.Table, given.Size())
        {
            Columns = given.Columns ?? [],
            Conditions = [.. (given.Filters ?? []).Select(filter => new RowCondition(filter.Column, filter.Op, filter.Value))],
        }, given.Sort ?? [], given.Pipeline, given.Cursor, cancellationToken);

    private static async Task<RowsAnswer> RunRowsAsync(AgentCall call, RunRowsArguments given, CancellationToken cancellationToken)
    {
        var run = await call.RunAsync(given.Run, cancellationToken);
        return RowsAnswer.Of(run, await call.Home.TouchedAsync(run, given.Stream, given.Limit ?? ListArguments.UsualLimit, cancellationToken));
    }

    private static async Task<QuarantineAnswer> QuarantinedAsync(AgentCall call, RecordArguments given, CancellationToken cancellationToken)
    {
        var entry = await call.Home.Quarantine.GetAsync(given.Id, cancellationToken);
        call.Caller.Require(entry.Pipeline);
        return QuarantineAnswer.Of(entry, withPayload: true);
    }

    private static async Task<IReadOnlyList<StreamShownAnswer>> StreamsAsync(AgentCall call, StreamsArguments given, CancellationToken cancellationToken)
    {
        call.Caller.RequireAll();
        await call.Home.Definitions.Sources.FindAsync(given.Source, cancellationToken); // an address is for those who own the machine
        var shown = await call.Home.PreviewAsync(given.Source, _ => null, given.Stream, given.Preview ?? 0, settings: null, cancellationToken);
        return [.. shown.Select(StreamShownAnswer.Of)];
    }
}
