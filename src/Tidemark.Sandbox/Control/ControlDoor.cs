using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Control;

/// <summary>The port that shows the true records of the stand-ins, changes their records and makes them fail.</summary>
internal sealed class ControlDoor(IReadOnlyList<Vendor> vendors)
{
    public void Open(WebApplication app)
    {
        app.Use(ExplainAsync);
        app.MapGet("/", (HttpRequest request) => ControlJson.Answer(ControlPaths.At($"http://{request.Host}/")));
        app.MapGet("/health", () => Results.Text("{\"status\":\"ok\"}", "application/json"));
        app.MapGet("/truth/{vendor}/{stream}", TruthAsync);
        app.MapPost("/mutate/{vendor}/{stream}", MutateAsync);
        app.MapGet("/faults/{vendor}", (string vendor) => ControlJson.Answer(Find(vendor).Faults.Read()));
        app.MapPost("/faults/{vendor}", AddFaultAsync);
        app.MapDelete("/faults/{vendor}", (string vendor) => Find(vendor).Faults.Clear());
        app.MapPost("/settings/{vendor}", SetAsync);
        app.MapGet("/requests/{vendor}", (string vendor) => ControlJson.Answer(Find(vendor).Requests.Read()));
        app.MapDelete("/requests/{vendor}", (string vendor) => Find(vendor).Requests.Reset());
    }

    private async Task TruthAsync(HttpContext http, string vendor, string stream, bool full = false) =>
        await Truth.WriteAsync(http, FindStream(Find(vendor), stream), full);

    private async Task<IResult> MutateAsync(HttpContext http, string vendor, string stream)
    {
        var found = Find(vendor);
        FindStream(found, stream);
        var mutation = await ControlJson.ReadAsync<Mutation>(http);
        return ControlJson.Answer(found.Mutate(stream, mutation));
    }

    private async Task<IResult> AddFaultAsync(HttpContext http, string vendor)
    {
        var found = Find(vendor);
        var fault = await ControlJson.ReadAsync<Faults.FaultDefinition>(http);
        if (fault.Objection is { } objection) throw new ControlException(objection);
        found.Faults.Add(fault);
        return ControlJson.Answer(found.Faults.Read());
    }

    private async Task<IResult> SetAsync(HttpContext http, string vendor)
    {
        var found = Find(vendor);
        foreach (var (name, value) in await ControlJson.ReadAsync<Dictionary<string, JsonElement>>(http))
            Apply(found, name, value);
        return Results.Ok();
    }

    private static void Apply(Vendor vendor, string name, JsonElement value)
    {
        switch (name, value.ValueKind)
        {
            case ("rate_limit", JsonValueKind.Number) when value.GetDouble() is >= 0 and <= 1e6:
                vendor.Limit.Set(value.GetDouble());
                break;
            case ("rate_limit", JsonValueKind.Null):
                vendor.Limit.Set(0);
                break;
            case ("retry_after", JsonValueKind.True or JsonValueKind.False):
                vendor.Limit.Tell(value.GetBoolean());
                break;
            default:
                if (!vendor.TrySet(name, value))
                    throw new ControlException($"{vendor.Name} has no setting '{name}' of this kind");
                break;
        }
    }

    private Vendor Find(string name) => vendors.FirstOrDefault(vendor => vendor.Name == name)
        ?? throw new ControlException(
            $"no vendor '{name}'; there are {string.Join(", ", vendors.Select(vendor => vendor.Name))}",
            StatusCodes.Status404NotFound);

    private static RecordStream FindStream(Vendor vendor, string name) =>
        vendor.Streams.TryGetValue(name, out var stream)
            ? stream
            : throw new ControlException(
                $"{vendor.Name} has no stream '{name}'; there are {string.Join(", ", vendor.Streams.Keys)}",
                StatusCodes.Status404NotFound);

    private static async Task ExplainAsync(HttpContext http, RequestDelegate next)
    {
        try
        {
            await next(http);
        }
        catch (ControlException problem) when (!http.Response.HasStarted)
        {
            await ControlJson.Answer(new { error = problem.Message }, problem.Status).ExecuteAsync(http);
        }
        catch (BadHttpRequestException problem) when (!http.Response.HasStarted)
        {
            await ControlJson.Answer(new { error = problem.Message }, problem.StatusCode).ExecuteAsync(http);
        }
    }
}
