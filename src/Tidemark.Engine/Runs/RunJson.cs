using System.Text.Json;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Runs;

/// <summary>A run as one line of JSON: <see cref="RunAnswer"/> has its keys.</summary>
public static class RunJson
{
    /// <summary>The run with its times, for programs to read. Without a line break.</summary>
    public static string Write(RunRecord run) => JsonText.Line(RunAnswer.Of(run), RunJsonTypes.Default.RunAnswer);

    /// <summary>The result alone, as the catalog stores it: without values of records. Without a line break.</summary>
    public static string Write(RunResult result) =>
        JsonText.Line(RunAnswer.Of(result with { Plan = result.Plan?.WithoutSamples() }), RunJsonTypes.Default.RunAnswer);

    /// <summary>What <see cref="Write(RunResult)"/> wrote, in this build or an older one; unknown keys are passed over.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static RunResult Read(string text) => JsonSerializer.Deserialize(text, RunJsonTypes.Default.RunAnswer)!.ToResult();

    /// <summary>A status as users see it, e.g. <c>succeeded</c>.</summary>
    public static string Word(RunStatus status) => status.ToString().ToLowerInvariant();

    /// <summary>A kind as users see it, e.g. <c>dry_run</c>.</summary>
    public static string Word(RunKind kind) => EnumWord.Of(kind);

    /// <summary>A trigger as users see it, e.g. <c>schedule</c>.</summary>
    public static string Word(RunTrigger trigger) => trigger.ToString().ToLowerInvariant();

    /// <summary>A mode as users write it, e.g. <c>merge</c>.</summary>
    public static string Word(WriteMode mode) => mode.ToString().ToLowerInvariant();
}
