using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Tidemark.Engine;
using Tidemark.Engine.Access;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;
using Tidemark.Engine.Wire;
using Tidemark.Server.Access;
using Tidemark.Server.Api.Answers;

namespace Tidemark.Server.Api;

/// <summary>Sources, destinations, pipelines, channels and alerts: one by one, or all in a document as <c>apply</c> takes it.</summary>
internal static class DefinitionsApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        Map<SourceDefinition, SourceAnswer>(api, "sources", home => home.Definitions.Sources, (home, source) => SourceAnswer.Of(home.Definitions, source));
        Map<DestinationDefinition, DestinationAnswer>(
            api, "destinations", home => home.Definitions.Destinations, (home, destination) => DestinationAnswer.Of(home.Definitions, destination));
        Map<PipelineDefinition, PipelineAnswer>(api, "pipelines", home => home.Definitions.Pipelines, (_, pipeline) => PipelineAnswer.Of(pipeline));
        Map<ChannelDefinition, ChannelAnswer>(api, "channels", home => home.Definitions.Channels, (home, channel) => ChannelAnswer.Of(home.Definitions, channel));
        Map<AlertDefinition, AlertAnswer>(api, "alerts", home => home.Definitions.Alerts, (_, alert) => AlertAnswer.Of(alert));
        api.MapGet("/sources/{name}/streams", StreamsAsync).Shows(Role.Operator).WithTags("sources").Produces<IReadOnlyList<StreamShownAnswer>>()
            .WithSummary("Lists the streams of a source, with their first records as they would be written if wanted");
        api.MapGet("/pipelines/{name}/streams", TablesAsync).Shows(Role.Operator).WithTags("pipelines").Produces<IReadOnlyList<StreamShownAnswer>>()
            .WithSummary("Lists the streams of a pipeline's source as its tables, with their first records as they would be written if wanted");
        var all = api.MapGroup("/definitions").WithTags("definitions");
        all.MapGet("", ExportAsync).Shows().Produces<string>(contentType: "application/yaml").WithSummary("Exports every definition as YAML, secrets left out");
        all.MapGet("/schema", Schema).Shows().Produces<JsonElement>().WithSummary("Shows the JSON schema of the document of definitions");
        all.MapPut("", ApplyAsync).Acts("definitions.apply", Role.Admin).Accepts<string>("application/yaml", "application/json")
            .Produces<IReadOnlyList<DefinitionChangeAnswer>>().WithSummary("Saves the definitions of a document, all or none; or shows what would change");
        api.MapPost("/test", TestAsync).Acts("definitions.test", Role.Operator).WithTags("definitions").WithSummary("Asks sources, destinations and pipelines whether they work");
    }

    private static void Map<T, TAnswer>(
        IEndpointRouteBuilder api, string plural, Func<Home, DefinitionSet<T>> set, Func<Home, T, TAnswer> answer)
        where T : IDefinition<T>
    {
        var group = api.MapGroup("/" + plural).WithTags(plural);
        group.MapGet("", async (HttpContext http, Home home, [FromQuery] string? search, [FromQuery] int? limit, [FromQuery] string? cursor,
            [FromQuery] string? format, CancellationToken cancellationToken) =>
            (await PageAsync(set(home), Caller.Of(http), definition => answer(home, definition), search, Paging.Of(limit), cursor, cancellationToken)).As(format, Info<TAnswer>())).Shows().Produces<ListPage<TAnswer>>().WithSummary($"Lists the {plural}, by name");
        group.MapGet("/{name}", async (HttpContext http, Home home, string name, CancellationToken cancellationToken) =>
        {
            var definition = await set(home).FindAsync(name, cancellationToken);
            return Sees(Caller.Of(http), definition) ? TypedResults.Ok(answer(home, definition)) : throw Caller.Of(http).NotYours();
        }).Shows().WithSummary($"Shows {WithArticle(T.Kind)}");
        group.MapPut("/{name}", async (HttpContext http, Home home, string name, JsonElement body, CancellationToken cancellationToken) =>
        {
            Caller.Of(http).RequireAll();
            AuditTrail.About(http, $"{T.Kind} {name}");
            var applied = await FileOf(home).ApplyAsync(Document(plural, name, body), cancellationToken);
            return TypedResults.Ok(DefinitionChangeAnswer.Of(applied[0]));
        }).Acts($"{T.Kind}.save", Role.Admin).WithSummary($"Creates or replaces {WithArticle(T.Kind)}; the keys are those of its YAML");
        group.MapPatch("/{name}", async (HttpContext http, Home home, string name, JsonElement body, CancellationToken cancellationToken) =>
        {
            Caller.Of(http).RequireAll();
            AuditTrail.About(http, $"{T.Kind} {name}");
            return TypedResults.Ok(new DefinitionChangeAnswer(T.Kind, name, EnumWord.Of(await set(home).ChangeAsync(name, Changes(body), cancellationToken))));
        }).Acts($"{T.Kind}.save", Role.Admin)
            .WithSummary($"Changes keys of {WithArticle(T.Kind)}, or creates it; what is not named stays, null is the usual value, and settings are changed one by one");
        group.MapDelete("/{name}", async (HttpContext http, Home home, string name, CancellationToken cancellationToken) =>
        {
            Caller.Of(http).RequireAll();
            AuditTrail.About(http, $"{T.Kind} {name}");
            await set(home).RemoveAsync(name, cancellationToken);
            return TypedResults.Ok(new DefinitionChangeAnswer(T.Kind, name, "removed"));
        }).Acts($"{T.Kind}.remove", Role.Admin).WithSummary($"Removes {WithArticle(T.Kind)}; no data is deleted");
    }

    private static string WithArticle(string kind) => kind[0] == 'a' ? $"an {kind}" : $"a {kind}";

    /// <summary>The definitions that a caller may see.</summary>
    internal static async Task<ListPage<TAnswer>> PageAsync<T, TAnswer>(
        DefinitionSet<T> set, Caller caller, Func<T, TAnswer> answer, string? search, int size, string? cursor, CancellationToken cancellationToken)
        where T : IDefinition<T>
    {
        var after = Paging.Place(cursor);
        var shown = (await set.ListAsync(cancellationToken))
            .Where(definition => Sees(caller, definition) && (after is null || string.CompareOrdinal(definition.Name, after) > 0))
            .Where(definition => search is null || definition.Name.Contains(search, StringComparison.OrdinalIgnoreCase))
            .OrderBy(definition => definition.Name, StringComparer.Ordinal).Take(size + 1).ToList();
        return Paging.Cut(shown, size, definition => definition.Name, answer);
    }

    private static async Task<IResult> StreamsAsync(
        HttpContext http, Home home, string name, [FromQuery] string? stream, [FromQuery] int? preview, CancellationToken cancellationToken)
    {
        Caller.Of(http).RequireAll();
        await home.Definitions.Sources.FindAsync(name, cancellationToken); // an address is for those who own the machine
        return await PreviewAsync(home, name, stream, preview, cancellationToken);
    }

    private static async Task<IResult> TablesAsync(
        HttpContext http, Home home, string name, [FromQuery] string? stream, [FromQuery] int? preview, CancellationToken cancellationToken)
    {
        Caller.Of(http).Require(name);
        await home.Definitions.Pipelines.FindAsync(name, cancellationToken);
        return await PreviewAsync(home, name, stream, preview, cancellationToken);
    }

    private static async Task<IResult> PreviewAsync(Home home, string name, string? stream, int? preview, CancellationToken cancellationToken)
    {
        if (preview is < 0 or > 1000) throw new TidemarkException(FailureKind.Usage, "request.malformed", "preview is from 0 to 1000.");
        var shown = await home.PreviewAsync(name, _ => null, stream, preview ?? 0, settings: null, cancellationToken);
        return TypedResults.Ok<IReadOnlyList<StreamShownAnswer>>([.. shown.Select(StreamShownAnswer.Of)]);
    }

    private static async Task<IResult> ExportAsync(HttpContext http, Home home, CancellationToken cancellationToken)
    {
        Caller.Of(http).RequireAll();
        return TypedResults.Text(await FileOf(home).ExportAsync(cancellationToken), "application/yaml");
    }

    private static ContentHttpResult Schema(Home home) => TypedResults.Text(DefinitionSchema.Of(home.Connectors).ToJsonString(), "application/json");

    private static async Task<IResult> ApplyAsync(
        HttpContext http, Home home, [FromQuery(Name = "dry_run")] bool? dryRun, [FromQuery] bool? prune, CancellationToken cancellationToken)
    {
        Caller.Of(http).RequireAll();
        var text = await TextAsync(http.Request, cancellationToken);
        var file = FileOf(home);
        IReadOnlyList<AppliedDefinition> compared = dryRun is true || prune is true ? await file.CompareAsync(text, prune is true, cancellationToken) : [];
        if (dryRun is true) AuditTrail.About(http, "definitions", "dry run");
        var result = dryRun is true ? compared : await file.ApplyAsync(text, [.. compared.Where(each => each.Change == DefinitionChange.Removed)], cancellationToken);
        return TypedResults.Ok<IReadOnlyList<DefinitionChangeAnswer>>([.. result.Select(DefinitionChangeAnswer.Of)]);
    }

    private static async Task<Ok<IReadOnlyList<TestAnswer>>> TestAsync(HttpContext http, Home home, [FromQuery] string? name, CancellationToken cancellationToken)
    {
        Caller.Of(http).RequireAll();
        AuditTrail.About(http, name ?? "all");
        return TypedResults.Ok<IReadOnlyList<TestAnswer>>([.. (await home.TestAsync(name, cancellationToken)).Select(TestAnswer.Of)]);
    }

    /// <summary>Variables are the server's own, and no caller's: a definition that comes over the API names none.</summary>
    private static DefinitionFile FileOf(Home home) => new(home.Definitions, _ => null);

    private static bool Sees<T>(Caller caller, T definition)
        where T : IDefinition<T> => definition is PipelineDefinition ? caller.Sees(definition.Name) : caller.Pipelines.Count == 0;

    /// <summary>Changes of a definition.</summary>
    private static JsonObject Changes(JsonElement body)
    {
        try
        {
            return (JsonObject)JsonNode.Parse(body.GetRawText(), documentOptions: new() { AllowDuplicateProperties = false })!;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidCastException or InvalidOperationException)
        {
            throw new TidemarkException(FailureKind.Usage, "request.malformed", "The body is no JSON object, or names a key twice.", wrong);
        }
    }

    /// <summary>One definition as a document.</summary>
    private static string Document(string plural, string name, JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object) throw new TidemarkException(FailureKind.Usage, "request.malformed", "The body is no JSON object.");
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteStartArray(plural);
            json.WriteStartObject();
            json.WriteString("name", name);
            try
            {
                foreach (var property in body.EnumerateObject().Where(property => !property.NameEquals("name"))) property.WriteTo(json);
            }
            catch (InvalidOperationException)
            {
                throw new TidemarkException(FailureKind.Usage, "request.malformed", "A text of the body has half of a letter.");
            }

            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static async Task<string> TextAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(request.Body, new UTF8Encoding(false, throwOnInvalidBytes: false));
        var buffer = new char[DefinitionFile.MaxBytes + 1]; // one letter more than fits is enough to be refused
        var length = await reader.ReadBlockAsync(buffer, cancellationToken);
        return new(buffer, 0, length);
    }

    private static JsonTypeInfo<TAnswer> Info<TAnswer>() =>
        (JsonTypeInfo<TAnswer>)ApiJson.Default.GetTypeInfo(typeof(TAnswer))!;
}
