using System.Text.Json.Serialization;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Errors;

/// <summary>What may be done next.</summary>
public sealed record NextAnswer
{
    /// <summary>E.g. <c>approve_run</c>. A text and no enum: a newer build may have stored an act that this one does not know.</summary>
    public required string Act { get; init; }

    /// <summary>Run, pipeline or name that the act is done with; null for the one that the problem is about.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Of { get; init; }

    /// <summary>The command that does it; absent but in answers of the command line.</summary>
    public string? Command { get; init; }

    public static NextAnswer From(NextStep next) => new()
    {
        Act = EnumWord.Of(next.Act),
        Of = next.Of,
        Command = next.Command,
    };

    /// <summary>The step without its command; null where this build does not know the act.</summary>
    public NextStep? ToStep() =>
        Enum.TryParse<NextAct>(Act.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var act)
            ? new(act, Of) : null;
}
