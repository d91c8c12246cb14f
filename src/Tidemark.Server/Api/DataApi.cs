using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Tidemark.Engine;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Server.Access;
using Tidemark.Server.Api.Answers;

namespace Tidemark.Server.Api;

/// <summary>Rows of synced tables, as they are stored.</summary>
internal static class DataApi
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/data/{table}", ReadAsync).Shows().WithTags("data").Produces<DataAnswer>()
        .WithSummary("Reads a synced table: filter=column:op:value (eq, ne, lt, le, gt, ge, contains, is_null; repeatable), sort=-column,column, columns=a,b");

    private static async Task<IResult> ReadAsync(
        HttpContext http, Home home, string table, [FromQuery] string? pipeline, [FromQuery] string[]? filter, [FromQuery] string? sort, [FromQuery] string? columns,
        [FromQuery] int? limit, [FromQuery] string? cursor, [FromQuery] string? format, CancellationToken cancellationToken)
    {
        var query = new TableQuery(table, Paging.Of(limit)) { Columns = Names(columns), Conditions = [.. (filter ?? []).Select(Condition)] };
        var (page, next) = await QueryAsync(home, Caller.Of(http), query, Names(sort), pipeline, cursor, cancellationToken);
        return QueryText.IsCsv(format) ? TypedResults.Text(CsvText.Of(page.Rows, [.. page.Columns.Select(column => column.Name)]), "text/csv")
            : TypedResults.Ok(new DataAnswer(table, page.Rows, page.Total, next));
    }

    /// <summary>A part of a table that a caller may see.</summary>
    /// <param name="home">Has the table.</param>
    /// <param name="caller">The caller.</param>
    /// <param name="query">The rows, without their order and the place to begin.</param>
    /// <param name="sort">Columns to sort by, those with a minus before them the other way round.</param>
    /// <param name="pipeline">The pipeline that has written it; null for whichever has.</param>
    /// <param name="cursor">The place to begin; null for the first row.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    internal static async Task<DataAnswer> PageAsync(
        Home home, Caller caller, TableQuery query, IReadOnlyList<string> sort, string? pipeline, string? cursor, CancellationToken cancellationToken)
    {
        var (page, next) = await QueryAsync(home, caller, query, sort, pipeline, cursor, cancellationToken);
        return new(query.Table, page.Rows, page.Total, next);
    }

    private static async Task<(QueriedPage Page, string? Next)> QueryAsync(
        Home home, Caller caller, TableQuery query, IReadOnlyList<string> sort, string? pipeline, string? cursor, CancellationToken cancellationToken)
    {
        if (pipeline is not null) caller.Require(pipeline);
        var order = string.Join(',', sort);
        var page = await home.QueryAsync(query with
        {
            Order = [.. sort.Select(name => name.StartsWith('-') ? new SortedColumn(name[1..], IsDescending: true) : new SortedColumn(name))],
            After = After(cursor, order),
        }, pipeline, caller.Sees, cancellationToken);
        return (page, page.Next is null ? null : Cursor(page.Next, order));
    }

    private static string[] Names(string? list) => (list ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static RowCondition Condition(string text) => text.Split(':', 3) is [var column, var op, var value]
        ? new(column, QueryText.Word<Comparison>("the comparison of a filter", op), value)
        : throw new TidemarkException(FailureKind.Usage, "request.malformed", $"filter is column:op:value, and not {text}.");

    /// <summary>The place of a row, and the order in which it is one.</summary>
    private static string Cursor(IReadOnlyList<string?> place, string sort) =>
        Paging.Opaque(JsonSerializer.Serialize(new RowPlaceText(sort, place), ApiJson.Default.RowPlaceText));

    private static IReadOnlyList<string?>? After(string? cursor, string sort)
    {
        if (Paging.Place(cursor) is not { } text) return null;
        try
        {
            return JsonSerializer.Deserialize(text, ApiJson.Default.RowPlaceText) is { } place && place.Sort == sort
                ? place.Values : throw Paging.Malformed();
        }
        catch (JsonException)
        {
            throw Paging.Malformed();
        }
    }
}

/// <summary>A part of a table.</summary>
/// <param name="Table">Its name.</param>
/// <param name="Items">The rows, column to value.</param>
/// <param name="Total">Rows that meet the filters, on all pages.</param>
/// <param name="Next">The cursor that the next part is asked for with; null where this is the last.</param>
public sealed record DataAnswer(
    string Table, IReadOnlyList<JsonElement> Items, long Total,
    [property: System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.Never)] string? Next);

/// <summary>The place behind a row in a cursor.</summary>
/// <param name="Sort">The order that it belongs to.</param>
/// <param name="Values">Values of the order's columns, as text.</param>
internal sealed record RowPlaceText(string Sort, IReadOnlyList<string?> Values);
