using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.GraphQL;

/// <summary>A request that is refused as a whole: errors and no data.</summary>
/// <param name="code">Code in the error's extensions.</param>
/// <param name="message">Message of the error.</param>
/// <param name="status">HTTP status; null for the one that follows from the client's Accept header.</param>
/// <remarks>https://graphql.github.io/graphql-over-http/draft/#sec-Status-Codes.</remarks>
internal sealed class GraphQLProblem(string code, string message, int? status = null) : Exception(message)
{
    private const string ModernType = "application/graphql-response+json";

    /// <summary>Whether execution began: then <c>data</c> is null, else it is not there at all.</summary>
    public bool HasBegun { get; init; }

    public static GraphQLProblem Invalid(string message) => new("GRAPHQL_VALIDATION_FAILED", message);

    public static GraphQLProblem BadInput(string message) => new("BAD_USER_INPUT", message);

    /// <summary>A status that a fault or the rate limit asks for.</summary>
    public static GraphQLProblem WithStatus(int status) => status switch
    {
        StatusCodes.Status429TooManyRequests => new("THROTTLED", "Throttled", status),
        StatusCodes.Status401Unauthorized => new("UNAUTHENTICATED", "The token is not accepted.", status),
        StatusCodes.Status403Forbidden => new("FORBIDDEN", "The token may not read this.", status),
        >= 500 => new("INTERNAL_SERVER_ERROR", "Internal server error", status),
        _ => new("BAD_REQUEST", "The request was refused.", status),
    };

    /// <summary>The answer to a request.</summary>
    /// <param name="accept">The client's Accept header.</param>
    /// <param name="extensions">JSON that stands beside the errors; null for none.</param>
    public Answer ToAnswer(string accept, string? extensions = null)
    {
        var json = new JsonBuffer(1024);
        json.Add($$$"""{"errors":[{"message":{{{Message}}},"extensions":{"code":{{{code}}}}}]""");
        if (HasBegun) json.Raw(",\"data\":null"u8);
        if (extensions is not null) json.Raw($",\"extensions\":{extensions}");
        json.Raw("}"u8);
        var isModern = accept.Contains(ModernType, StringComparison.OrdinalIgnoreCase);
        return new(status ?? (isModern && !HasBegun ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK), json);
    }
}
