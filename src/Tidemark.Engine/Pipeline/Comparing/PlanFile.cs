using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Settings;

namespace Tidemark.Engine.Pipeline.Comparing;

/// <summary>
/// A plan on disk: one line of JSON a change, and a last line that says what the plan is for, sums it up, and ends with a digest
/// of all that stands before it. It appears under its name when it is complete. It holds rows, so only its owner may read it.
/// </summary>
public sealed class PlanFile : IAsyncDisposable
{
    private readonly string _path;
    private readonly string _temporary;
    private readonly FileStream _stream;
    private readonly IncrementalHash _sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

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
        var last = JsonText.Bytes(PlanFileAnswer.Of(plan), RunJsonTypes.Default.PlanFileAnswer);
        _sum.AppendData(last.Span);
        await _stream.WriteAsync(PlanDigest.Seal(last.Span, _sum.GetHashAndReset()));
        _stream.Flush(flushToDisk: true);
        await _stream.DisposeAsync();
        File.Move(_temporary, _path, overwrite: true);
    }

    public async ValueTask DisposeAsync()
    {
        _sum.Dispose();
        await _stream.DisposeAsync();
        File.Delete(_temporary);
    }

    /// <summary>The plan in a file, which has to be what was written, to the letter.</summary>
    /// <exception cref="TidemarkException"><c>plan.unreadable</c>, <c>plan.altered</c>, <c>plan.without_digest</c> (usage).</exception>
    public static async Task<SavedPlan> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            RegularFile.RequireRegular(RegularFile.KindBehind(path), path);
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
            var last = await PlanDigest.LastLineAsync(file, path, cancellationToken);
            var plan = JsonSerializer.Deserialize(last, RunJsonTypes.Default.PlanFileAnswer) ?? throw new JsonException("its last line is null");
            return Read(plan);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
        {
            throw PlanDigest.Refused("plan.unreadable", $"{path} is not a plan: {failure.Message}", failure);
        }
    }

    /// <summary>A plan that somebody sends, as its file has it on the last line.</summary>
    /// <exception cref="TidemarkException"><c>plan.unreadable</c> (usage).</exception>
    public static SavedPlan Of(PlanFileAnswer plan)
    {
        try
        {
            return Read(plan);
        }
        catch (JsonException wrong)
        {
            throw PlanDigest.Refused("plan.unreadable", $"This is no plan: {wrong.Message}.", wrong);
        }
    }

    private static SavedPlan Read(PlanFileAnswer plan)
    {
        Require(plan);
        return new(plan.Pipeline, plan.Mode, plan.MadeAt, new ChangeSummary([.. plan.Plan.Select(stream => stream.ToChanges())]));
    }

    private static void Require(PlanFileAnswer plan)
    {
        if (plan.Plan.Count == 0) throw new JsonException("it says nothing of any stream");
        if (plan.Plan.Any(stream => stream is null || stream.Samples.Any(change => change is null || change.Fields.Any(field => field is null))))
            throw new JsonException("null stands where a stream, a change or a field belongs");
        if (plan.Plan.DistinctBy(stream => stream.Stream).Count() < plan.Plan.Count) throw new JsonException("it names a stream twice");
        if (!Enum.IsDefined(plan.Mode)) throw new JsonException("its mode is unknown");
        if (plan.Plan.Any(stream => stream.Digest.Length == 0 || long.Min(long.Min(stream.Adds, stream.Updates), stream.Deletes) < 0))
            throw new JsonException("a stream has no digest, or counts below 0");
    }

    private async ValueTask LineAsync<T>(T line, JsonTypeInfo<T> type)
    {
        byte[] bytes = [.. JsonText.Bytes(line, type).Span, (byte)'\n'];
        _sum.AppendData(bytes);
        await _stream.WriteAsync(bytes);
    }
}
