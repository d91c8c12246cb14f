using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Serving;

/// <summary>The way of every request at a vendor's port: noted, disturbed, limited, answered.</summary>
internal sealed class VendorDoor(Vendor vendor)
{
    private const ulong RequestIdKey = 0x7265_715F;

    private readonly IdCodec _requestIds = new("req_Tmd", RequestIdKey);

    public void Open(WebApplication app) => app.Run(AnswerAsync);

    private async Task AnswerAsync(HttpContext http)
    {
        await RequestBody.BufferAsync(http);
        var kind = vendor.Describe(http.Request);
        var entry = vendor.Requests.Begin(http.Request, kind.Route);
        var requestId = _requestIds.Text(entry.Number);
        try
        {
            http.Response.Headers.Date = vendor.Clock.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
            vendor.Sign(http, requestId);
            var fired = vendor.Faults.Fire(http.Request.Path.Value ?? "/", kind.Page);
            if (fired.Find(FaultKind.Delay) is { } delay)
                await Task.Delay(delay.Pause, vendor.Clock, http.RequestAborted);

            using var answer = Decide(http, fired);
            entry.Status = answer.Status;
            await BrokenAnswer.WriteAsync(http, answer, fired, vendor.Clock);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client left; the log shows the request without a status.
        }
        finally
        {
            vendor.Requests.End(entry, requestId);
        }
    }

    private Answer Decide(HttpContext http, FiredFaults fired)
    {
        if (fired.Find(FaultKind.Status) is { } refusal)
        {
            SetRetryAfter(http, refusal.RetryAfter);
            return vendor.Refuse(refusal.Status);
        }

        if (!vendor.Limit.TryPass(out var wait))
        {
            SetRetryAfter(http, wait);
            return vendor.Refuse(StatusCodes.Status429TooManyRequests);
        }

        return vendor.Handle(http.Request, fired);
    }

    private static void SetRetryAfter(HttpContext http, int? seconds)
    {
        if (seconds is { } value)
            http.Response.Headers.RetryAfter = value.ToString(CultureInfo.InvariantCulture);
    }
}
