using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Runs;

/// <summary>
/// A run as one line of JSON, the same for the command line, the API and the catalog. <c>problems</c>, a stream's
/// <c>error</c> and its <c>receipt</c> are there only where there are any.
/// </summary>
public static class RunJson
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One line, without a line break.</summary>
    public static string Write(RunResult result)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Relaxed)) Write(json, result);
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    /// <summary>The run as one object of a larger document.</summary>
    public static void Write(Utf8JsonWriter json, RunResult result)
    {
        json.WriteStartObject();
        json.WriteString("run", result.Run);
        json.WriteString("pipeline", result.Pipeline);
        json.WriteString("kind", Word(result.Kind));
        json.WriteString("mode", Word(result.Mode));
        json.WriteString("status", Word(result.Status));
        json.WriteStartArray("streams");
        foreach (var stream in result.Streams) WriteStream(json, stream);
        json.WriteEndArray();
        json.WriteStartObject("receipt");
        json.WriteBoolean("verified", result.IsVerified);
        json.WriteEndObject();
        json.WriteNumber("seconds", Math.Round(result.Seconds, 3));
        result.Refresh?.Write(json);
        if (result.Problems.Count > 0)
        {
            json.WriteStartArray("problems");
            foreach (var problem in result.Problems) WriteProblem(json, problem);
            json.WriteEndArray();
        }

        if (result.Plan is { } plan)
        {
            json.WriteStartArray("plan");
            foreach (var stream in plan.Streams) RunPlanJson.Write(json, stream);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>What <see cref="Write(RunResult)"/> wrote. Seconds come back in milliseconds' precision; of the cause, the kind.</summary>
    public static RunResult Read(string text)
    {
        using var document = JsonDocument.Parse(text);
        var run = document.RootElement;
        return new(Text(run, "run"), Text(run, "pipeline"), Enum.Parse<WriteMode>(Text(run, "mode"), ignoreCase: true),
            Enum.Parse<RunStatus>(Text(run, "status"), ignoreCase: true),
            [.. run.GetProperty("streams").EnumerateArray().Select(ReadStream)], run.GetProperty("seconds").GetDouble())
        {
            Cause = run.TryGetProperty("kind", out var kind) && kind.GetString() is { } word && word != Word(RunKind.Sync) ? word : "command",
            Refresh = run.TryGetProperty("refresh", out var refresh) ? RefreshFigures.Read(refresh) : null,
            Problems = run.TryGetProperty("problems", out var problems)
                ? [.. problems.EnumerateArray().Select(ReadProblem)] : [],
            Plan = run.TryGetProperty("plan", out var plan)
                ? new RunPlan([.. plan.EnumerateArray().Select(RunPlanJson.Read)]) : null,
        };
    }

    /// <summary>A status as users see it, e.g. <c>succeeded</c>.</summary>
    public static string Word(RunStatus status) => status.ToString().ToLowerInvariant();

    /// <summary>A kind as users see it, e.g. <c>undo</c>.</summary>
    public static string Word(RunKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary>A mode as users write it, e.g. <c>merge</c>.</summary>
    public static string Word(WriteMode mode) => mode.ToString().ToLowerInvariant();

    private static void WriteStream(Utf8JsonWriter json, StreamFigures figures)
    {
        json.WriteStartObject();
        json.WriteString("stream", figures.Stream);
        json.WriteString("table", figures.Table);
        json.WriteNumber("read", figures.Read);
        json.WriteNumber("created", figures.Created);
        json.WriteNumber("updated", figures.Updated);
        json.WriteNumber("unchanged", figures.Unchanged);
        json.WriteNumber("skipped", figures.Skipped);
        json.WriteNumber("quarantined", figures.Quarantined);
        json.WriteNumber("deleted", figures.Deleted);
        json.WriteNumber("written_back", figures.WrittenBack);
        if (figures.IsFull) json.WriteBoolean("full", true);
        json.WriteNumber("seconds", Math.Round(figures.Seconds, 3));
        if (figures.Error is { } error)
        {
            json.WritePropertyName("error");
            WriteProblem(json, error);
        }

        if (figures.Receipt is { } receipt)
        {
            json.WriteStartObject("receipt");
            json.WriteBoolean("verified", receipt.IsVerified);
            WriteChecksum(json, "expected", receipt.Expected);
            WriteChecksum(json, "found", receipt.Found);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteChecksum(Utf8JsonWriter json, string name, Checksum checksum)
    {
        json.WriteStartObject(name);
        json.WriteNumber("rows", checksum.Rows);
        json.WriteNumber("low", checksum.Low);
        json.WriteNumber("high", checksum.High);
        json.WriteEndObject();
    }

    private static void WriteProblem(Utf8JsonWriter json, Problem problem)
    {
        json.WriteStartObject();
        json.WriteString("code", problem.Code);
        json.WriteString("subject", problem.Subject);
        json.WriteString("message", problem.Message);
        json.WriteString("hint", problem.Hint);
        if (problem.Next is { } next)
        {
            json.WriteStartObject("next");
            json.WriteString("act", JsonNamingPolicy.SnakeCaseLower.ConvertName(next.Act.ToString()));
            json.WriteString("of", next.Of);
            if (next.Command is { } command) json.WriteString("command", command);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static StreamFigures ReadStream(JsonElement stream) => new(Text(stream, "stream"), Text(stream, "table"))
    {
        Read = stream.GetProperty("read").GetInt64(),
        Created = stream.GetProperty("created").GetInt64(),
        Updated = stream.GetProperty("updated").GetInt64(),
        Unchanged = stream.GetProperty("unchanged").GetInt64(),
        Skipped = stream.GetProperty("skipped").GetInt64(),
        Quarantined = stream.GetProperty("quarantined").GetInt64(),
        Deleted = stream.GetProperty("deleted").GetInt64(),
        WrittenBack = stream.GetProperty("written_back").GetInt64(),
        IsFull = stream.TryGetProperty("full", out _),
        Seconds = stream.GetProperty("seconds").GetDouble(),
        Error = stream.TryGetProperty("error", out var error) ? ReadProblem(error) : null,
        Receipt = stream.TryGetProperty("receipt", out var receipt)
            ? new(ReadChecksum(receipt.GetProperty("expected")), ReadChecksum(receipt.GetProperty("found"))) : null,
    };

    private static Checksum ReadChecksum(JsonElement checksum) => new(checksum.GetProperty("rows").GetInt64(),
        checksum.GetProperty("low").GetInt64(), checksum.GetProperty("high").GetInt64());

    private static Problem ReadProblem(JsonElement problem) => new(Text(problem, "code"), Text(problem, "subject"),
        Text(problem, "message"), problem.GetProperty("hint").GetString())
    {
        Next = problem.TryGetProperty("next", out var next) ? ReadNext(next) : null,
    };

    // A newer version may know acts that this one does not.
    private static NextStep? ReadNext(JsonElement next) =>
        Enum.TryParse<NextAct>(Text(next, "act").Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var act)
            ? new(act, next.GetProperty("of").GetString()) : null;

    private static string Text(JsonElement parent, string name) => parent.GetProperty(name).GetString()!;
}
