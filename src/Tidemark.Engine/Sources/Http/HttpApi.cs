namespace Tidemark.Engine.Sources.Http;

/// <summary>What a vendor's API allows and wants, independent of what is read from it.</summary>
/// <param name="BaseAddress">Scheme, host and what all paths begin with, e.g. <c>https://api.stripe.com</c>.</param>
public sealed record HttpApi(Uri BaseAddress)
{
    /// <summary>Sent with every request, e.g. the version that is pinned. No credentials.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public HttpAuthentication Authentication { get; init; } = HttpAuthentication.None;

    /// <summary>Requests per second that all streams of this source share. Zero is no limit. Default 0.</summary>
    public double RequestsPerSecond { get; init; }

    /// <summary>Requests on their way at once. Default 8.</summary>
    public int MaxConcurrent { get; init; } = 8;

    /// <summary>For one attempt, from connecting to the last byte of the body. Default 60 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Largest body, decompressed. Default 32 MB.</summary>
    public int MaxBytes { get; init; } = 32 << 20;

    /// <summary>How often a call is asked again before its failure is thrown. Default 5.</summary>
    public int Retries { get; init; } = 5;

    /// <summary>Wait before the first retry; doubles up to 60 seconds, with jitter. Default 1 second.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A vendor that asks to wait longer than this ends the run instead. Default 5 minutes.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Whether loopback and private addresses may be called, and plain http with them. Default false.
    /// </summary>
    public bool AllowsPrivateNetwork { get; init; }

    /// <summary>Judges an answer. Pure: the same answer, the same verdict. Default: by status alone.</summary>
    public Func<HttpAnswer, HttpVerdict> Classify { get; init; } = answer => HttpVerdict.ByStatus(answer, "source");
}
