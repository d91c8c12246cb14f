using System.Globalization;
using System.Runtime.CompilerServices;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Zoho;

/// <summary>
/// Reads modules of a Zoho CRM. Which fields a module has is asked once, before anything else, and with it the source
/// is like any other over HTTP.
/// </summary>
/// <param name="options">Modules, criteria and limits.</param>
/// <param name="exchange">Disposed with the source.</param>
/// <param name="credits">The API's credits, as the latest answers reported them.</param>
/// <param name="authentication">Tokens, and the API's address for them.</param>
/// <param name="clock">Where "now" comes from.</param>
internal sealed class ZohoSource(
    ZohoOptions options, HttpExchange exchange, ZohoCredits credits, ZohoAuthentication authentication, TimeProvider clock)
    : ISource, IWriteBack, IWaiting
{
    // Asking without it would have the token taken for an old one, and use up another of the ten.
    private const string CountScope = "ZohoSearch.securesearch.READ";
    private const string OrganizationScope = "ZohoCRM.org.READ";

    private readonly SemaphoreSlim _asking = new(1, 1);
    private readonly Dictionary<string, ZohoModule> _modules = new(StringComparer.Ordinal);

    public Action<Wait>? OnWait
    {
        set => exchange.OnWait = value;
    }

    public long Requests => exchange.Requests;

    public async Task<IReadOnlyList<StreamSchema>> DiscoverAsync(CancellationToken cancellationToken) =>
        await (await OpenAsync(options.Modules, cancellationToken)).DiscoverAsync(cancellationToken);

    /// <summary>Describes every module and asks each for a record, so that all that may not be read is said at once.</summary>
    public async Task<SourceCheck> CheckAsync(CancellationToken cancellationToken)
    {
        var problems = new List<Problem>();
        var readable = new List<string>();
        foreach (var module in options.Modules)
        {
            try
            {
                await DescribeAsync(module, cancellationToken);
                readable.Add(module);
            }
            catch (TidemarkException failure)
            {
                problems.Add(Problem.From(failure, $"module {module}"));
                // What is wrong with the token is wrong with it for every module.
                if (failure.Code is not ("zoho.forbidden" or "zoho.unknown_module" or "zoho.no_fields" or "zoho.unknown_field")) break;
            }
        }

        if (readable.Count > 0)
        {
            var check = await (await OpenAsync(readable, cancellationToken)).CheckAsync(cancellationToken);
            problems.AddRange(check.Problems);
            if (problems.Count == 0 && authentication.Has(OrganizationScope))
                await exchange.AskOwnerAsync(HttpCall.Get("/crm/v8/org"), new PageShape("org"), "zgid", cancellationToken);
        }

        return new SourceCheck(problems, Facts());
    }

    public async Task<long?> EstimateAsync(string stream, CancellationToken cancellationToken) =>
        authentication.Lacks(CountScope) ? null
            : await (await OpenAsync(Modules(stream), cancellationToken)).EstimateAsync(stream, cancellationToken);

    public async Task<string?> ExplainEmptyAsync(string stream, CancellationToken cancellationToken)
    {
        var module = await DescribeAsync(Modules(stream)[0], cancellationToken);
        return ZohoCriteria.Of(options.Criteria, module.ApiName) is { } criteria
            ? await new ZohoEmptiness(exchange, options, clock).ExplainAsync(module, criteria, cancellationToken) : null;
    }

    public bool CanResume(string stream, Cursor cursor) =>
        WithoutFields().CanResume(stream, cursor);

    public bool CanExtend(string stream, Cursor cursor) => WithoutFields().CanExtend(stream, cursor);

    public Cursor Beside(Cursor cursor) => WithoutFields().Beside(cursor);

    public string? RangeOf(string stream) => WithoutFields().RangeOf(stream);

    public bool ProvesEnd(string stream, Cursor after) => WithoutFields().ProvesEnd(stream, after);

    public IReadOnlyList<string>? OutOfSight(string stream, Cursor? earlier, Cursor later) =>
        WithoutFields().OutOfSight(stream, earlier, later);

    public IReadOnlyList<string> Remarks => exchange.VendorClock.Remarks;

    public bool ReadsAll(string stream, Cursor from) => WithoutFields().ReadsAll(stream, from);

    public async IAsyncEnumerable<Page> ReadAsync(
        ReadRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var source = await OpenAsync(Modules(request.Stream.Name), cancellationToken);
        await foreach (var page in source.ReadAsync(request, cancellationToken)) yield return page;
    }

    public async Task<WriteBackCheck> CheckWriteBackAsync(
        string stream, IReadOnlyCollection<string> fields, CancellationToken cancellationToken)
    {
        var module = await DescribeAsync(Modules(stream)[0], cancellationToken);
        var known = module.Fields.Select(field => field.ApiName).ToHashSet(StringComparer.Ordinal);
        var criteria = ZohoCriteria.Of(options.Criteria, module.ApiName);
        // The CRM takes a field that it does not know without a word, and does nothing.
        return new WriteBackCheck([.. fields.Where(field => !known.Contains(field)).Select(field => new Problem(
            "write_back.not_possible", $"module {module.ApiName}", $"The module has no field {field}.",
            NearestName.Hint(field, known)))])
        {
            TakesOut = criteria is not null && criteria.Fields.Any(fields.Contains),
        };
    }

    public async Task<IReadOnlyList<WriteBackAnswer>> WriteBackAsync(
        string stream, IReadOnlyList<WriteBackUpdate> updates, CancellationToken cancellationToken) =>
        await new ZohoWriteBack(exchange, clock).UpdateAsync(
            await DescribeAsync(Modules(stream)[0], cancellationToken), updates, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await exchange.DisposeAsync();
        _asking.Dispose();
    }

    /// <summary>The module of a stream; all modules if the stream has none.</summary>
    private IReadOnlyList<string> Modules(string stream)
    {
        var wanted = options.Modules.Where(name => ColumnNames.SnakeCase(name) == stream).ToList();
        return wanted.Count > 0 ? wanted : options.Modules;
    }

    /// <summary>For what does not depend on the fields, so that nobody is asked for them.</summary>
    private HttpSource WithoutFields() =>
        new(exchange, [.. options.Modules.Select(name => ZohoStreams.Of(new ZohoModule(name, []), options))], clock);

    private async Task<HttpSource> OpenAsync(IReadOnlyList<string> modules, CancellationToken cancellationToken)
    {
        var streams = new List<HttpStream>();
        foreach (var module in modules) streams.Add(ZohoStreams.Of(await DescribeAsync(module, cancellationToken), options));
        return new HttpSource(exchange, streams, clock);
    }

    private async Task<ZohoModule> DescribeAsync(string name, CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken);
        try
        {
            if (!_modules.TryGetValue(name, out var module))
            {
                var criteria = ZohoCriteria.Of(options.Criteria, name);
                module = (await ZohoModule.DescribeAsync(exchange, name, cancellationToken)).Select(options, criteria);
                if (criteria is not null && !authentication.HasNoQueries)
                    authentication.HasNoQueries = !await ZohoQuery.IsAnsweredAsync(exchange, module, criteria, cancellationToken);
                _modules[name] = module = module with { IsSearched = criteria is not null && authentication.HasNoQueries };
            }

            return module;
        }
        finally
        {
            _asking.Release();
        }
    }

    private List<KeyValuePair<string, string>> Facts()
    {
        var facts = new List<KeyValuePair<string, string>>
        {
            new("data centre", options.DataCenter.ToString().ToLowerInvariant()),
            new("api", authentication.Address.Host),
            new("requests at once", ZohoConnector.MaxConcurrent(options).ToString(CultureInfo.InvariantCulture)),
        };
        if (_modules.Values.Any(module => module.IsSearched)) facts.Add(new("criteria", "asked by search: queries are refused"));
        if (credits.Remaining is { } remaining) facts.Add(new("credits left today", exchange.Clean(remaining)));
        if (credits.Limit is { } limit) facts.Add(new("credits a day", exchange.Clean(limit)));
        return facts;
    }
}
