using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Close;

/// <summary>A request that Close refuses. Its errors are <c>{"error":"…"}</c>, or a list with a field each.</summary>
internal sealed class CloseProblem(int status, string message, string? field = null) : Exception(message)
{
    public static CloseProblem Bad(string message) => new(StatusCodes.Status400BadRequest, message);

    public static CloseProblem Invalid(string field, string message) =>
        new(StatusCodes.Status400BadRequest, message, field);

    public static CloseProblem Missing() => new(StatusCodes.Status404NotFound, "The requested object does not exist.");

    public static CloseProblem SkipTooLarge(int most) => Bad(
        $"The skip you set is larger than the maximum skip for this resource (max_skip = {most}).");

    public Answer ToAnswer()
    {
        var json = new JsonBuffer(1024);
        if (field is null) json.Add($$"""{"error":{{Message}}}""");
        else json.Add($$"""{"errors":[],"field-errors":{ {{field}}:{{Message}} } }""");
        return new(status, json);
    }
}
