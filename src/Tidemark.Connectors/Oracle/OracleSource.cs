using System.Globalization;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Oracle;

/// <summary>
/// Reads as any HTTP source does; the preflight also reports what is known to be unreliable in Oracle.
/// </summary>
internal sealed class OracleSource(OracleOptions options, HttpExchange exchange, TimeProvider clock) : ISource, IWaiting
{
    private static readonly PageShape Versions = new("items") { OmitsEmpty = true };

    private readonly HttpSource _inner = new(exchange, OracleStreams.All(options), clock)
    {
        Facts =
        [
            new("resources", options.ApiVersion),
            new("framework", options.FrameworkVersion.ToString(CultureInfo.InvariantCulture)),
            new("scope", OracleScope.Describe(options)),
        ],
    };

    public Action<Wait>? OnWait
    {
        set => exchange.OnWait = value;
    }

    public long Requests => exchange.Requests;

    public IReadOnlyList<StreamSchema> KnownStreams => _inner.KnownStreams;

    public Task<IReadOnlyList<StreamSchema>> DiscoverAsync(CancellationToken cancellationToken) =>
        _inner.DiscoverAsync(cancellationToken);

    public Task<long?> EstimateAsync(string stream, CancellationToken cancellationToken) =>
        _inner.EstimateAsync(stream, cancellationToken);

    public IReadOnlyList<string>? OutOfSight(string stream, Cursor? earlier, Cursor later) => _inner.OutOfSight(stream, earlier, later);

    public Cursor Beside(Cursor cursor) => _inner.Beside(cursor);

    public string? RangeOf(string stream) => _inner.RangeOf(stream);

    public bool ProvesEnd(string stream, Cursor after) => _inner.ProvesEnd(stream, after);

    public bool CanResume(string stream, Cursor cursor) => _inner.CanResume(stream, cursor);

    public bool CanExtend(string stream, Cursor cursor) => _inner.CanExtend(stream, cursor);

    public IReadOnlyList<string> Remarks => _inner.Remarks;

    public bool ReadsAll(string stream, Cursor from) => _inner.ReadsAll(stream, from);

    public IAsyncEnumerable<Page> ReadAsync(ReadRequest request, CancellationToken cancellationToken) =>
        _inner.ReadAsync(request, cancellationToken);

    /// <summary>
    /// Asks every stream for one record by the fields and filters of the reading, then which framework versions the pod
    /// allows.
    /// </summary>
    public async Task<SourceCheck> CheckAsync(CancellationToken cancellationToken)
    {
        var check = await _inner.CheckAsync(cancellationToken);
        if (check.Problems.Count > 0) return check;
        return await FrameworkAsync(cancellationToken) is { } notAllowed ? check with { Problems = [notAllowed] } : check;
    }

    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    /// <summary>
    /// A problem where the pod lists the framework versions that it allows, and ours is not among them.
    /// </summary>
    private async Task<Problem?> FrameworkAsync(CancellationToken cancellationToken)
    {
        try
        {
            var catalog = HttpCall.Get("/crmRestApi/resources/");
            using var page = await exchange.ProbeAsync(catalog, Versions, cancellationToken);
            var (name, ours) = options.ApiVersion == "latest" ? ("isLatest", "true") : ("version", options.ApiVersion);
            var allowed = Enumerable.Range(0, page.Records.Count)
                .Where(index => page.Value(index, name) == ours)
                .Select(index => page.Value(index, "adf:extension/allowedFrameworkVersions")).FirstOrDefault();
            return OracleFramework.IsAllowed(options.FrameworkVersion, allowed) ? null : new Problem(
                "oracle.framework_not_allowed", "setting framework_version",
                $"This pod does not allow framework version {options.FrameworkVersion}; it allows {allowed}.",
                "Set framework_version to one of them.");
        }
        catch (TidemarkException)
        {
            // Who may read the resources need not be allowed to list their versions.
            return null;
        }
    }
}
