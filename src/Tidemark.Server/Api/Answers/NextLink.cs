using System.Text.Json.Serialization;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;

namespace Tidemark.Server.Api.Answers;

/// <summary>What may be done next, as a request.</summary>
/// <param name="Act">E.g. <c>approve_run</c>.</param>
/// <param name="Of">Run, pipeline or name that the act is done with; null for none.</param>
/// <param name="Method">The request's method; absent where no request does it.</param>
/// <param name="Href">The request's address; absent where no request does it.</param>
public sealed record NextLink(
    string Act, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Of, string? Method = null, string? Href = null)
{
    public static NextLink From(NextStep next)
    {
        var name = next.Of is { } of ? Uri.EscapeDataString(of) : null;
        var (method, path) = next.Act switch
        {
            NextAct.ApproveRun when name is not null => ("POST", $"runs/{name}/approve"),
            NextAct.UndoRun when name is not null => ("POST", $"runs/{name}/undo"),
            NextAct.CancelRun when name is not null => ("POST", $"runs/{name}/cancel"),
            NextAct.ListRuns => ("GET", "runs"),
            NextAct.RunPipeline or NextAct.ReadEverything or NextAct.MakePlan => ("POST", "runs"),
            NextAct.ListQuarantine => ("GET", "quarantine"),
            NextAct.ListBackups => ("GET", "backups"),
            NextAct.RestoreBackup when name is not null => ("POST", $"backups/{name}/restore"),
            NextAct.SaveDefinitions => ("PUT", "definitions"),
            _ => (null, null),
        };
        return new(EnumWord.Of(next.Act), next.Of, method, path is null ? null : $"/api/v1/{path}");
    }
}
