using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Tidemark.Sandbox.Control;

/// <summary>Bodies at the control port: snake_case names, and an unknown name is an error.</summary>
internal static class ControlJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        PropertyNameCaseInsensitive = false,
        NumberHandling = JsonNumberHandling.Strict,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    public static IResult Answer<T>(T value, int status = StatusCodes.Status200OK) =>
        Results.Json(value, Options, statusCode: status);

    /// <exception cref="ControlException">400: no JSON, or not what this address takes.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext http)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(http.Request.Body, Options, http.RequestAborted)
                ?? throw new ControlException("the body is null");
        }
        catch (JsonException problem)
        {
            // The parser reports malformed JSON well; for values that do not fit, it names types of the language.
            throw new ControlException(problem.InnerException is JsonException ? problem.Message : Misfit(typeof(T), problem.Path));
        }
    }

    private static string Misfit(Type type, string? path)
    {
        var members = type.GetProperties().Where(property => property.CanWrite).ToDictionary(
            property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name), property => property.PropertyType);
        var name = path?.Split('.', 3).ElementAtOrDefault(1) ?? "";
        return members.GetValueOrDefault(name) is { IsEnum: true } words
            ? $"there is no {name} like that; there are {string.Join(", ", Enum.GetNames(words).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName))}"
            : $"{path ?? "$"} is not what this address takes: an object with {string.Join(", ", members.Keys)}";
    }
}
