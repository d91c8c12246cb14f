using Tidemark.Connectors.GraphQL.Queries;
using Tidemark.Connectors.GraphQL.Reading;
using Tidemark.Connectors.GraphQL.Schema;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.GraphQL;

/// <summary>
/// The queries of the settings as streams. What is wrong with them is said by the check, all at once; columns get their
/// types from the schema once they are asked for.
/// </summary>
internal sealed class GraphQLSource : ISource, IWaiting
{
    private readonly GraphQLOptions _options;
    private readonly HttpExchange _exchange;
    private readonly HttpSource _source;
    private readonly SchemaCache _schemas;
    private readonly List<Problem> _problems = [];
    private readonly IReadOnlyList<QueryPlan> _plans;

    public GraphQLSource(GraphQLOptions options, HttpExchange exchange, TimeProvider clock)
    {
        (_options, _exchange, _schemas) = (options, exchange, new SchemaCache(options));
        _plans = QuerySet.Read(options, _problems);
        _source = new HttpSource(exchange, _problems.Count > 0 ? [] : [.. _plans.Select(Stream)], clock);
    }

    public Action<Wait>? OnWait
    {
        set => _exchange.OnWait = value;
    }

    public long Requests => _exchange.Requests;

    private string Target => _options.Url.PathAndQuery;

    // What a query's fields are, its schema says.
    public IReadOnlyList<string>? KnownNames => _problems.Count > 0 ? null : [.. _plans.Select(plan => plan.Name)];

    /// <summary>The queries that can be read. What is wrong with the others is said by the check.</summary>
    public async Task<IReadOnlyList<StreamSchema>> DiscoverAsync(CancellationToken cancellationToken)
    {
        var schema = _problems.Count > 0 ? null : await _schemas.GetAsync(_exchange, cancellationToken);
        return [.. _plans.Select(plan => new Columns(plan, schema).ToSchema())];
    }

    public async Task<SourceCheck> CheckAsync(CancellationToken cancellationToken)
    {
        if (_problems.Count > 0) return new SourceCheck(_problems, []);
        var check = await _source.CheckAsync(cancellationToken);
        if (check.Problems.Count > 0) return check;
        try
        {
            var schema = await _schemas.GetAsync(_exchange, cancellationToken);
            return new SourceCheck(await SamplesAsync(schema, cancellationToken),
            [
                new("server", _options.Url.Authority),
                new("schema", schema is null ? "not available; types are inferred" : $"{schema.Types.Count} types"),
                .. await QuotaAsync(cancellationToken),
            ]);
        }
        catch (TidemarkException error)
        {
            return new SourceCheck([Problem.From(error, "schema")], []);
        }
    }

    public Task<long?> EstimateAsync(string stream, CancellationToken cancellationToken) =>
        _source.EstimateAsync(stream, cancellationToken);

    public bool CanResume(string stream, Cursor cursor) => _source.CanResume(stream, cursor);

    public bool CanExtend(string stream, Cursor cursor) => _source.CanExtend(stream, cursor);

    public IReadOnlyList<string> Remarks => _source.Remarks;

    public bool ReadsAll(string stream, Cursor from) => _source.ReadsAll(stream, from);

    public Cursor Beside(Cursor cursor) => _source.Beside(cursor);

    public bool ProvesEnd(string stream, Cursor after) => _source.ProvesEnd(stream, after);

    public IReadOnlyList<string>? OutOfSight(string stream, Cursor? earlier, Cursor later) => _source.OutOfSight(stream, earlier, later);

    public IAsyncEnumerable<Page> ReadAsync(ReadRequest request, CancellationToken cancellationToken) =>
        _problems.Count > 0 ? throw TidemarkException.ForAll(_problems) : _source.ReadAsync(request, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        _schemas.Dispose();
    }

    private HttpStream Stream(QueryPlan plan)
    {
        var call = new QueryCall(Target, plan);
        var pages = new QueryPages(plan, new NestedLists(plan, Target, _schemas, _options.Parallel));
        return new HttpStream(new Columns(plan, schema: null).ToSchema(), GraphQLPaging.Listing(plan, call.At))
        {
            Complete = pages.CompleteAsync,
            Probes = [call.Probe()],
            Count = QueryTotal.PathOf(plan) is { } total ? new HttpCount(call.Probe(), total) : null,
            Parallel = _options.Parallel,
            Overlap = _options.Overlap,
        };
    }

    private async Task<IReadOnlyList<Problem>> SamplesAsync(GraphSchema? schema, CancellationToken cancellationToken)
    {
        var problems = await Task.WhenAll(_plans.Select(plan =>
            new QuerySample(_exchange, plan, Target, schema).TryAsync(cancellationToken)));
        return [.. problems.SelectMany(each => each)];
    }

    /// <summary>What the server says of points that are left, where it counts any.</summary>
    private async Task<IEnumerable<KeyValuePair<string, string>>> QuotaAsync(CancellationToken cancellationToken)
    {
        const string status = "extensions/cost/throttleStatus";
        var shape = new PageShape(
            "data", $"{status}/currentlyAvailable", $"{status}/maximumAvailable", $"{status}/restoreRate");
        using var page = await _exchange.SendAsync(
            QueryCall.Post(Target, "{ __typename }", variables: null, operation: null), shape, cancellationToken);
        return page[shape.Picks[0]] is { } left
            ? [new("points", _exchange.Clean($"{left} of {page[shape.Picks[1]]} left, {page[shape.Picks[2]]} more a second"))] : [];
    }
}
