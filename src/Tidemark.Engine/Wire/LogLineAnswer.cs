using System.Text.Json.Serialization;
using Tidemark.Engine.Json;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Wire;

/// <summary>One line of a run's log.</summary>
/// <param name="Seq">Counts from 1 within the run.</param>
/// <param name="At">When it was logged.</param>
/// <param name="Level">How much it matters.</param>
/// <param name="Stream">Null where it is about the whole run.</param>
/// <param name="Message">What happened.</param>
public sealed record LogLineAnswer(
    long Seq, [property: JsonConverter(typeof(OffsetConverter))] DateTimeOffset At, RunLogLevel Level,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Stream, string Message)
{
    public static LogLineAnswer Of(RunLogLine line) => new(line.Seq, line.At, line.Level, line.Stream, line.Message);

    public RunLogLine ToLine() => new(Seq, At, Level, Stream, Message);
}

/// <summary>Runs whose steps and log lines were removed.</summary>
/// <param name="Pruned">How many.</param>
public sealed record PrunedRunsAnswer(int Pruned);
