using Tidemark.Engine.Errors;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Close;

/// <summary>What Close's answers mean.</summary>
/// <remarks>https://developer.close.com/api/overview/http-response-codes.</remarks>
internal static class CloseErrors
{
    /// <summary>A cursor is no longer accepted: it has expired, or led further than Close goes.</summary>
    public const string CursorGone = "close.cursor_gone";

    /// <summary>There is no object of that id any more.</summary>
    public const string NotFound = "close.not_found";

    /// <summary>The organization's plan does not include what was asked for.</summary>
    public const string PlanLimit = "close.plan_limit";

    private static readonly string[] WordsAt = ["error/message", "error", "errors", "field-errors", "message"];

    /// <summary>
    /// Codes: Configuration <c>close.unauthorized</c>, <c>close.forbidden</c>, <c>close.plan_limit</c>; Transient
    /// <c>close.rate_limited</c>, <c>close.unavailable</c>; Upstream <c>close.not_found</c>, <c>close.skip_limit</c>,
    /// <c>close.cursor_gone</c>, <c>close.refused</c>.
    /// </summary>
    public static HttpVerdict Classify(HttpAnswer answer) => answer.Status switch
    {
        >= 200 and < 300 => CloseRate.AfterLast(answer) is { } wait ? HttpVerdict.OkThenWait(wait) : HttpVerdict.Ok,
        429 => HttpVerdict.SlowDown(Say(answer, FailureKind.Transient, "rate_limited"), CloseRate.AfterRefusal(answer)),
        408 or >= 500 => HttpVerdict.Retry(Say(answer, FailureKind.Transient, "unavailable"), answer.RetryAfter),
        400 => HttpVerdict.Fail(Refused(answer)),
        401 => HttpVerdict.Fail(Say(answer, FailureKind.Configuration, "unauthorized",
            "Set api_key to a key from Close, Settings, Developer, API Keys; it may have been deleted.")),
        402 => HttpVerdict.Fail(Say(answer, FailureKind.Configuration, "plan_limit",
            "The plan of this organization does not include it; leave the stream out or change the plan.")),
        403 => HttpVerdict.Fail(Say(answer, FailureKind.Configuration, "forbidden",
            "Use the key of a user whose role may see all leads, or leave the stream out.")),
        404 => HttpVerdict.Fail(Say(answer, FailureKind.Upstream, "not_found")),
        _ => HttpVerdict.Fail(Say(answer, FailureKind.Upstream, "refused")),
    };

    /// <summary>The records of a page are not in the order that the next page is asked for by.</summary>
    public static TidemarkException OutOfOrder(string field) =>
        new(FailureKind.Upstream, "close.out_of_order",
            $"A page is not ordered by {field}; going on from it could leave records out.");

    private static TidemarkException Refused(HttpAnswer answer)
    {
        // Followed by the figure, which differs by resource.
        if (answer.Quote("error") is { } said && said.Contains("max_skip", StringComparison.Ordinal))
        {
            return Say(answer, FailureKind.Upstream, "skip_limit",
                "More records share one second, or one list, than Close lets anybody page through.");
        }

        return Say(answer, FailureKind.Upstream, HasCursor(answer.Call) ? "cursor_gone" : "refused");
    }

    /// <summary>
    /// How Close words the refusal of a cursor is not documented: any refusal of a call with one counts.
    /// </summary>
    private static bool HasCursor(HttpCall call) =>
        call.Query.Any(pair => pair.Key == CloseEvents.CursorParameter) || CloseSearch.HasCursor(call);

    private static TidemarkException Say(HttpAnswer answer, FailureKind kind, string what, string? hint = null) =>
        new(kind, $"close.{what}", $"{answer.Call.Label} was answered with {answer.Status}{Words(answer)}.")
        {
            Hint = hint,
        };

    /// <summary>Close's own words, from whichever of its error bodies it is.</summary>
    private static string Words(HttpAnswer answer)
    {
        var said = WordsAt.Select(answer.Quote)
            .FirstOrDefault(text => text is { Length: > 0 } and not "[]" and not "{}");
        return said is null ? "" : $": {said.TrimEnd('.')}";
    }
}
