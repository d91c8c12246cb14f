using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Pipeline;

/// <summary>
/// A plan on disk: one line of JSON a change, and a last line that says what the plan is for and sums it up. It appears
/// under its name when it is complete. It holds rows, so only its owner may read it.
/// </summary>
internal sealed class PlanFile : IAsyncDisposable
{
    private readonly string _path;
    private readonly string _temporary;
    private readonly FileStream _stream;

    private PlanFile(string path)
    {
        _path = Path.GetFullPath(path);
        _temporary = $"{_path}.{Guid.NewGuid():N}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        _stream = new FileStream(_temporary, options);
    }

    /// <exception cref="TidemarkException"><c>plan.cannot_write</c> (usage).</exception>
    public static PlanFile Create(string path)
    {
        try
        {
            return new PlanFile(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new TidemarkException(FailureKind.Usage, "plan.cannot_write", $"The plan cannot be written: {failure.Message}", failure);
        }
    }

    public ValueTask WriteAsync(string table, RowChange change) =>
        LineAsync(ChangeAnswer.Of(change) with { Table = table }, RunJsonTypes.Default.ChangeAnswer);

    /// <summary>Writes the last line, and puts the file in its place.</summary>
    public async Task FinishAsync(SavedPlan plan)
    {
        var changes = plan.Changes.Streams.Select(PlanAnswer.Of).ToList();
        await LineAsync(new PlanFileAnswer(plan.Pipeline, plan.Mode, plan.MadeAt, changes), RunJsonTypes.Default.PlanFileAnswer);
        _stream.Flush(flushToDisk: true);
        await _stream.DisposeAsync();
        File.Move(_temporary, _path, overwrite: true);
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        File.Delete(_temporary);
    }

    /// <exception cref="TidemarkException"><c>plan.unreadable</c> (usage).</exception>
    public static async Task<SavedPlan> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            var last = "";
            await foreach (var line in File.ReadLinesAsync(path, cancellationToken)) last = line;
            var plan = JsonSerializer.Deserialize(last, RunJsonTypes.Default.PlanFileAnswer)
                ?? throw new JsonException("its last line is null");
            return new SavedPlan(
                plan.Pipeline, plan.Mode, plan.MadeAt, new RunPlan([.. plan.Plan.Select(stream => stream.ToChanges())]));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new TidemarkException(FailureKind.Usage, "plan.unreadable", $"{path} is not a plan: {failure.Message}", failure)
            {
                Hint = "A plan is made by a dry run that saves it.",
                Next = new(NextAct.MakePlan),
            };
        }
    }

    private async ValueTask LineAsync<T>(T line, JsonTypeInfo<T> type)
    {
        await _stream.WriteAsync(JsonText.Bytes(line, type));
        await _stream.WriteAsync("\n"u8.ToArray());
    }
}

/// <summary>A plan that somebody has looked at.</summary>
/// <param name="Pipeline">Name of the pipeline.</param>
/// <param name="Mode">How rows are to become live.</param>
/// <param name="MadeAt">When it was made.</param>
/// <param name="Changes">What it says would change.</param>
public sealed record SavedPlan(string Pipeline, WriteMode Mode, DateTimeOffset MadeAt, RunPlan Changes)
{
    /// <exception cref="TidemarkException"><c>plan.unreadable</c> (usage).</exception>
    public static Task<SavedPlan> ReadAsync(string path, CancellationToken cancellationToken) =>
        PlanFile.ReadAsync(path, cancellationToken);

    /// <summary>Where what would change now differs from what the plan says.</summary>
    public IEnumerable<Problem> Differences(RunPlan now)
    {
        foreach (var stream in Changes.Streams)
        {
            var current = now.Streams.FirstOrDefault(each => each.Stream == stream.Stream);
            if (current is null || current.Table != stream.Table || current.Digest != stream.Digest
                || (current.Adds, current.Updates, current.Deletes) != (stream.Adds, stream.Updates, stream.Deletes))
            {
                yield return new Problem(
                    "plan.moved_on", stream.Stream,
                    $"The plan says {Tell(stream)}; now it would be {(current is null ? "nothing" : Tell(current))}. The source or the destination has moved on.",
                    "Make a new plan and look at it.");
            }
        }

        static string Tell(StreamChanges changes) => string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{changes.Adds} adds, {changes.Updates} updates, {changes.Deletes} deletes ({changes.Digest})");
    }
}
