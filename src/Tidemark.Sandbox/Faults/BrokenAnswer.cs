using System.Text;
using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Faults;

/// <summary>Writes an answer to the wire, whole or in the way that a fault wants.</summary>
internal static class BrokenAnswer
{
    private const int Pieces = 20;
    // The kernel drops what it has not sent yet when a connection is reset.
    private static readonly TimeSpan TimeToSend = TimeSpan.FromMilliseconds(50);

    public static Task WriteAsync(HttpContext http, Answer answer, FiredFaults fired, TimeProvider clock)
    {
        var response = http.Response;
        response.StatusCode = answer.Status;
        response.ContentType = answer.MediaType;
        if (fired.Has(FaultKind.NoBody))
        {
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }

        if (fired.Has(FaultKind.WrongContent)) return WriteHtmlAsync(http);

        var body = answer.Body.Written;
        if (fired.Has(FaultKind.HalfJson)) body = body[..(body.Length / 2)];
        if (fired.Find(FaultKind.Rewrite) is { } rewrite) body = Rewrite(body, rewrite.Definition);
        response.ContentLength = body.Length;
        if (HttpMethods.IsHead(http.Request.Method)) return Task.CompletedTask;
        if (fired.Has(FaultKind.BreakOff)) return BreakOffAsync(http, body);
        if (fired.Find(FaultKind.SlowBody) is { } slow) return TrickleAsync(http, body, slow.Pause, clock);
        return response.Body.WriteAsync(body, http.RequestAborted).AsTask();
    }

    private static byte[] Rewrite(ReadOnlyMemory<byte> body, FaultDefinition fault) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body.Span).Replace(fault.Find!, fault.With!, StringComparison.Ordinal));

    private static async Task WriteHtmlAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Response.ContentType = "text/html; charset=utf-8";
        await http.Response.WriteAsync(
            "<!DOCTYPE html><html><body><h1>We will be back soon</h1></body></html>", http.RequestAborted);
    }

    private static async Task BreakOffAsync(HttpContext http, ReadOnlyMemory<byte> body)
    {
        await http.Response.Body.WriteAsync(body[..(body.Length / 2)], http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
        await Task.Delay(TimeToSend, http.RequestAborted);
        http.Abort();
    }

    private static async Task TrickleAsync(
        HttpContext http, ReadOnlyMemory<byte> body, TimeSpan pause, TimeProvider clock)
    {
        var size = Math.Max(1, (body.Length + Pieces - 1) / Pieces);
        for (var start = 0; start < body.Length; start += size)
        {
            var piece = body.Slice(start, Math.Min(size, body.Length - start));
            await http.Response.Body.WriteAsync(piece, http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await Task.Delay(pause, clock, http.RequestAborted);
        }
    }
}
