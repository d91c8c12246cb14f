using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Sources;

namespace Tidemark.Engine.Pipeline.Planning;

/// <summary>
/// Turns a request into a plan: binds settings, opens source and destination, picks streams, and asks both sides whether
/// they would work. All problems are reported at once, before anything is written.
/// </summary>
/// <param name="definitions">The definitions.</param>
/// <param name="connections">Opens both ends.</param>
/// <param name="maskKey">The key of hashes that take the place of values; asked for only where there are some.</param>
public sealed class SyncPlanner(DefinitionCatalog definitions, Connections connections, Func<CancellationToken, Task<byte[]>> maskKey)
{
    /// <exception cref="TidemarkException">Configuration, with every problem; Usage for unknown names.</exception>
    internal async Task<SyncPlan> PlanAsync(ResolvedSync request, RunContext run)
    {
        var cancellationToken = run.Stop;
        var pipeline = request.Pipeline;
        var from = await definitions.Sources.FindAsync(pipeline.Source, cancellationToken);
        var to = await definitions.Destinations.FindAsync(pipeline.Destination, cancellationToken);
        var problems = new List<Problem>();
        if (!from.IsActive)
        {
            problems.Add(new("source.inactive", $"source \"{from.Name}\"", $"The source {from.Name} is not active.",
                "Set active: true in its definition."));
        }

        var source = connections.OpenSource(from.With(request.SourceSettings), problems);
        var destination = connections.OpenDestination(to, problems);
        if (source is not null) run.Watch(source);
        if (destination is not null) run.Watch(destination);
        try
        {
            var tables = source is null ? [] : await KeyedAsync(await TablesAsync(request, source, problems, cancellationToken), maskKey, cancellationToken);
            var writeBack = source is null ? null : new WriteBackPlanning(source, problems);
            writeBack?.Check(tables);
            if (destination is not null)
            {
                problems.AddRange(DestinationAbilities.Missing(
                    destination, $"destination \"{to.Name}\"", tables, request is { Mode: WriteMode.Refresh, IsDryRun: false }));
            }

            var checks = await Task.WhenAll(
                SourceProblemsAsync(source, from, tables, cancellationToken),
                DestinationProblemsAsync(destination, to.Name, tables, cancellationToken));
            problems.AddRange(checks.SelectMany(found => found));
            // A problem of the source would only be reported twice.
            var losing = writeBack is not null && problems.Count == 0 ? await writeBack.AskAsync(tables, cancellationToken) : [];
            if (problems.Count > 0) throw TidemarkException.ForAll(problems);
            var streams = tables.Select(table => new StreamPlan(table)
            {
                TimeLimit = ShapeOf(pipeline, table.Stream.Name).TimeLimit,
                LosesWrittenBack = losing.Contains(table),
            });
            return new SyncPlan(pipeline.Name, source!, destination!, [.. streams])
            {
                Mode = request.Mode,
                Continues = request.Continues,
                Limits = pipeline.Limits,
                IgnoresLimits = request.IgnoresLimits,
                IsDryRun = request.IsDryRun,
                IsAside = request.Range is not null || (request.SourceSettings is not null && request.Mode == WriteMode.Merge),
                Range = request.Range,
                SaveAs = request.SaveAs,
                HeldTo = request.HeldTo,
                // Rows that refer to others come after them.
                InOrder = pipeline.InOrder || tables.Any(table => table.References.Count > 0),
            };
        }
        catch
        {
            if (source is not null) await source.DisposeAsync();
            if (destination is not null) await destination.DisposeAsync();
            throw;
        }
    }

    /// <summary>The tables of a pipeline, with everything that would keep a run from writing them; the source itself is asked for its streams alone.</summary>
    internal static async Task<IReadOnlyList<TablePlan>> LookAsync(
        PipelineDefinition pipeline, ISource source, IDestination destination, List<Problem> problems, CancellationToken cancellationToken)
    {
        var tables = await TablesAsync(ResolvedSync.ForLooking(pipeline, []), source, problems, cancellationToken);
        new WriteBackPlanning(source, problems).Check(tables);
        problems.AddRange(DestinationAbilities.Missing(destination, $"destination \"{pipeline.Destination}\"", tables, pipeline.Mode == WriteMode.Refresh));
        problems.AddRange(await DestinationProblemsAsync(destination, pipeline.Destination, tables, cancellationToken));
        return tables;
    }

    /// <summary>The tables of a request's streams; their faults are added to the problems.</summary>
    internal static async Task<IReadOnlyList<TablePlan>> TablesAsync(
        ResolvedSync request, ISource source, List<Problem> problems, CancellationToken cancellationToken)
    {
        var pipeline = request.Pipeline;
        IReadOnlyList<StreamSchema> known;
        try
        {
            known = await source.DiscoverAsync(cancellationToken);
        }
        catch (TidemarkException failure)
        {
            problems.Add(Problem.From(failure, $"source \"{pipeline.Source}\""));
            return [];
        }

        var names = request.Streams.Count > 0 ? request.Streams
            : pipeline.Streams.Count > 0 ? pipeline.Streams : [.. known.Select(stream => stream.Name)];
        var tables = new List<TablePlan>();
        foreach (var name in names.Distinct(StringComparer.Ordinal))
        {
            if (known.FirstOrDefault(stream => stream.Name == name) is not { } stream)
            {
                problems.Add(new("stream.unknown", $"source \"{pipeline.Source}\"", $"There is no stream {name}.",
                    NearestName.Hint(name, known.Select(stream => stream.Name))));
                continue;
            }

            tables.Add(Table(request, stream, problems));
        }

        problems.AddRange(tables.GroupBy(table => table.Table, StringComparer.OrdinalIgnoreCase).Where(same => same.Count() > 1).Select(same => new Problem(
            "table.not_unique", $"pipeline \"{pipeline.Name}\"",
            $"The streams {string.Join(" and ", same.Select(table => table.Stream.Name))} would share the table {same.Key}.",
            "Put {stream} into the setting tables.")));
        foreach (var table in tables)
        {
            if (ColumnNames.TableMistake(table.Table) is { } mistake)
                problems.Add(new("table.invalid_name", $"stream \"{table.Stream.Name}\"", mistake, "Give it another with the setting table."));
        }

        var referred = tables.SelectMany(table => table.References.Values).ToHashSet(StringComparer.Ordinal);
        return tables.ConvertAll(table => table with { IsReferredTo = referred.Contains(table.Table) });
    }

    /// <summary>The tables with the key of their hashes, where they have some.</summary>
    internal static async Task<IReadOnlyList<TablePlan>> KeyedAsync(
        IReadOnlyList<TablePlan> tables, Func<CancellationToken, Task<byte[]>> maskKey, CancellationToken cancellationToken)
    {
        if (!tables.Any(table => table.Masks.Any(mask => mask.Masking == Masking.Hash))) return tables;
        var key = await maskKey(cancellationToken);
        return [.. tables.Select(table => table with { MaskKey = key })];
    }

    private static TablePlan Table(ResolvedSync request, StreamSchema stream, List<Problem> problems)
    {
        var pipeline = request.Pipeline;
        var shape = ShapeOf(pipeline, stream.Name);
        var deletes = shape.Deletes ?? pipeline.Deletes;
        var mistakes = new List<DefinitionMistake>();
        var shaping = new StreamShaping(stream, shape, deletes, mistakes);
        var shaped = shaping.Run();
        problems.AddRange(mistakes.Select(mistake => mistake.In($"stream \"{stream.Name}\"")));
        var mode = request.Mode;
        if (mode == WriteMode.Merge && shape.Mode is { } own) mode = own;
        var table = new TablePlan(pipeline.TableOf(stream.Name), shaped)
        {
            Mode = mode == WriteMode.Refresh ? WriteMode.Replace : mode,
            KeepsRaw = shape.Raw ?? pipeline.Raw,
            SyncedAt = shape.SyncedAt,
            SchemaChanges = shaping.IsListed ? SchemaChanges.Discard : pipeline.SchemaChanges,
            EmptyText = pipeline.EmptyText,
            Deletes = deletes,
            References = shape.References,
            Adopts = shape.Adopt,
            Masks = shaping.Masks,
            WriteBack = shape.WriteBack,
            UndoRuns = pipeline.UndoRuns,
            KeysOnly = request.KeysOnly,
        };

        // A staging of keys must never be resumed by a run that would publish them as rows.
        return table.Compared(request.IsDryRun || request.HeldTo is not null || request.KeysOnly);
    }

    private static StreamShape ShapeOf(PipelineDefinition pipeline, string stream) =>
        pipeline.Shapes.FirstOrDefault(each => each.Stream == stream) ?? new StreamShape(stream);

    private static async Task<IReadOnlyList<Problem>> DestinationProblemsAsync(
        IDestination? destination, string name, IReadOnlyList<TablePlan> tables, CancellationToken cancellationToken)
    {
        try
        {
            return destination is null ? [] : await destination.CheckAsync(tables, cancellationToken);
        }
        catch (TidemarkException failure)
        {
            return [Problem.From(failure, $"destination \"{name}\"")];
        }
    }

    private static async Task<IReadOnlyList<Problem>> SourceProblemsAsync(
        ISource? source, SourceDefinition definition, IReadOnlyList<TablePlan> tables, CancellationToken cancellationToken)
    {
        if (source is null) return [];
        var check = await source.CheckAsync(cancellationToken);
        var wanted = tables.Select(table => table.Stream.Name).ToHashSet(StringComparer.Ordinal);
        return [.. check.Problems.Where(problem => problem.Streams.Count == 0 || problem.Streams.Any(wanted.Contains)).Select(problem => problem with { Subject = $"source \"{definition.Name}\", {problem.Subject}" })];
    }
}
