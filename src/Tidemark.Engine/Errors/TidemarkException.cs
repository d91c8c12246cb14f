using Tidemark.Engine.Json;

namespace Tidemark.Engine.Errors;

/// <summary>The one exception of Tidemark: its kind says who must act, its code never changes.</summary>
/// <param name="kind">Who must act.</param>
/// <param name="code">Stable and searchable, e.g. <c>postgres.unreachable</c>: area, dot, what happened.</param>
/// <param name="message">One sentence for a person. Never holds a secret.</param>
/// <param name="cause">The exception beneath, if there is one.</param>
public sealed class TidemarkException(FailureKind kind, string code, string message, Exception? cause = null)
    : Exception(PlainLine.Of(message), cause)
{
    public FailureKind Kind { get; } = kind;

    public string Code { get; } = code;

    /// <summary>What to do next, in one sentence. Shown as it is.</summary>
    public string? Hint { get; init; }

    /// <summary>The act that the hint ends with, for a door to offer; null for none.</summary>
    public NextStep? Next { get; init; }

    /// <summary>Every problem that was found, where a check collects them all; else empty.</summary>
    public IReadOnlyList<Problem> Problems { get; init; } = [];

    /// <summary>
    /// One exception for all problems of a check. One problem keeps its own code; several have one of their kind, e.g.
    /// <c>configuration.problems</c>. If all may pass, so may the whole: <c>transient.problems</c>.
    /// </summary>
    public static TidemarkException ForAll(IReadOnlyList<Problem> problems, FailureKind kind = FailureKind.Configuration)
    {
        if (problems.All(problem => problem.IsTransient)) kind = FailureKind.Transient;
        return problems.Count == 1
            ? new(kind, problems[0].Code, problems[0].Message)
            {
                Hint = problems[0].Hint,
                Next = problems[0].Next,
                Problems = problems,
            }
            : new(kind, $"{EnumWord.Of(kind)}.problems", $"{problems.Count} problems were found.")
            {
                Problems = problems,
            };
    }
}
