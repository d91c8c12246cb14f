using System.Diagnostics.Metrics;

namespace Tidemark.Engine.Sources.Http;

/// <summary>What the calls of vendors come to, for those who measure, by the vendor's host.</summary>
internal static class HttpTelemetry
{
    private static readonly Meter Meter = new("Tidemark");
    private static readonly Counter<long> Requests = Meter.CreateCounter<long>("tidemark.source.requests", "{request}", "Requests to vendors, retries among them");
    private static readonly Counter<long> Bytes = Meter.CreateCounter<long>("tidemark.source.bytes", "By", "Bytes of answers of vendors, after decompression");

    public static void Answered(Uri? address, long bytes)
    {
        var host = new KeyValuePair<string, object?>("host", address?.Host);
        Requests.Add(1, host);
        Bytes.Add(bytes, host);
    }
}
