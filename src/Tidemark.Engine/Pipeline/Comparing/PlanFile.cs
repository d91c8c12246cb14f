using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Pipeline.Comparing;

/// <summary>
/// A plan on disk: one line of JSON a change, and a last line that says what the plan is for and sums it up. It appears
/// under its name when it is complete. It holds rows, so only its owner may read it.
/// </summary>
public sealed class PlanFile : IAsyncDisposable
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
    internal static PlanFile Create(string path)
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

    internal ValueTask WriteAsync(string table, RowChange change) =>
        LineAsync(ChangeAnswer.Of(change) with { Table = table }, RunJsonTypes.Default.ChangeAnswer);

    /// <summary>Writes the last line, and puts the file in its place.</summary>
    internal async Task FinishAsync(SavedPlan plan)
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

    /// <summary>The plan in a file.</summary>
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
                plan.Pipeline, plan.Mode, plan.MadeAt, new ChangeSummary([.. plan.Plan.Select(stream => stream.ToChanges())]));
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
