using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;

namespace Tidemark.Server.Compat;

/// <summary>All rows of a table, page by page as they are read: <c>{"interpreters":[…],"total":2}</c>.</summary>
internal sealed class TableList(OldCall call, PipelineDefinition pipeline, string stream, string name, int? limit) : IResult
{
    private const int AtOnce = 500;

    /// <summary>The first page is read before the answer begins, so that what is wrong is a problem document.</summary>
    private QueriedPage? _first;

    public async Task<IResult> BeginAsync()
    {
        _first = await PageAsync(after: null, Math.Min(limit ?? AtOnce, AtOnce));
        return this;
    }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(httpContext.Response.Body);
        json.WriteStartObject();
        json.WriteStartArray(name);
        var left = limit ?? int.MaxValue;
        for (var page = _first!; ; page = await PageAsync(page.Next, Math.Min(left, AtOnce)))
        {
            foreach (var row in page.Rows) Write(json, row);
            left -= page.Rows.Count;
            await json.FlushAsync(call.Gone);
            if (page.Next is null || left == 0) break;
        }

        json.WriteEndArray();
        json.WriteNumber("total", _first!.Total);
        json.WriteEndObject();
        await json.FlushAsync(call.Gone);
    }

    /// <summary>How many rows the table has; 0 before its first sync.</summary>
    public static async Task<long> CountAsync(OldCall call, PipelineDefinition pipeline, string stream)
    {
        try
        {
            return (await new TableList(call, pipeline, stream, "", 1).PageAsync(after: null, 1)).Total;
        }
        catch (Engine.Errors.TidemarkException missing) when (missing.Code == "data.table_unknown")
        {
            return 0;
        }
    }

    private Task<QueriedPage> PageAsync(IReadOnlyList<string?>? after, int rows)
    {
        var shape = pipeline.Shapes.FirstOrDefault(each => each.Stream == stream);
        var isSoft = (shape?.Deletes ?? pipeline.Deletes).IsSoft;
        return call.Home.QueryAsync(new(pipeline.TableOf(stream), rows)
        {
            Conditions = isSoft ? [new("_deleted_at", Comparison.IsNull, "true")] : [],
            After = after,
            IsCounted = after is null,
        }, pipeline.Name, _ => true, call.Gone);
    }

    /// <summary>A row without what is Tidemark's own.</summary>
    private static void Write(Utf8JsonWriter json, JsonElement row)
    {
        json.WriteStartObject();
        foreach (var column in row.EnumerateObject().Where(column => !column.Name.StartsWith('_') && column.Name != "raw")) column.WriteTo(json);
        json.WriteEndObject();
    }
}

/// <summary>The shape of a table's list, for those who read the document.</summary>
/// <param name="Total">All rows of the table.</param>
public sealed record TableListAnswer(long Total);
