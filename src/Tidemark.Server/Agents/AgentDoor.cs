using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Tidemark.Engine.Access;
using Tidemark.Engine.Errors;
using Tidemark.Server.Access;

namespace Tidemark.Server.Agents;

/// <summary>The tools by the Model Context Protocol: the same over HTTP and over a process's input and output.</summary>
internal static class AgentDoor
{
    private const string Instructions =
        "Tidemark keeps databases in step with the systems of record. Look with status, list_ and show_ tools. Plan with plan_ tools, which change nothing. "
        + "Propose what should change: a person decides about it, so say why. " + AgentAnswer.Note;

    private static readonly Dictionary<string, AgentTool> Tools =
        LookTools.All.Concat(DataTools.All).Concat(RunTools.All).ToDictionary(tool => tool.Name, StringComparer.Ordinal);

    public static IReadOnlyCollection<AgentTool> All => Tools.Values;

    /// <summary>Lets a server of the protocol answer with the tools.</summary>
    /// <param name="server">The server's options.</param>
    /// <param name="call">The call that a message is.</param>
    /// <param name="log">Takes defects.</param>
    public static void Configure(McpServerOptions server, Func<MessageContext, AgentCall> call, Func<MessageContext, ILogger> log)
    {
        server.ServerInfo = new() { Name = "tidemark", Version = typeof(AgentDoor).Assembly.GetName().Version!.ToString(3) };
        server.ServerInstructions = Instructions;
        server.Capabilities = new() { Tools = new() };
        server.Handlers.ListToolsHandler = (message, _) => ValueTask.FromResult(new ListToolsResult
        {
            Tools = [.. Tools.Values.Where(tool => tool.IsFor(call(message).Caller)).Select(tool => tool.Listed)],
        });
        server.Handlers.CallToolHandler = async (message, cancellationToken) =>
            await AnswerAsync(call(message), message.Params!.Name, message.Params.Arguments, log(message), cancellationToken);
    }

    private static async Task<CallToolResult> AnswerAsync(
        AgentCall call, string name, IDictionary<string, JsonElement>? arguments, ILogger log, CancellationToken cancellationToken)
    {
        if (!Tools.TryGetValue(name, out var tool)) throw new McpProtocolException("There is no such tool.", McpErrorCode.InvalidParams);
        TidemarkException? failure = null;
        try
        {
            Require(tool, call.Caller);
            return AgentAnswer.Of(await tool.Invoke(call, Given(arguments), cancellationToken));
        }
        catch (TidemarkException known)
        {
            failure = call.Caller.Shown(known);
        }
        catch (Exception defect) when (defect is not OperationCanceledException)
        {
            failure = new(FailureKind.Defect, "server.defect", "Tidemark has failed; its log says where.", defect);
        }
        finally
        {
            await NoteAsync(tool, call, failure, log);
        }

        if (failure.Kind == FailureKind.Defect) log.LogError(failure, "A tool failed: {Tool}", tool.Name);
        return AgentAnswer.Of(failure);
    }

    private static void Require(AgentTool tool, Caller caller)
    {
        if (tool.IsFor(caller)) return;
        throw caller.Role < tool.Least
            ? new TidemarkException(FailureKind.Usage, "access.role", caller.WhyNot) { Hint = "Ask an administrator for another role." }
            : new TidemarkException(FailureKind.Usage, "access.alone", $"{caller.Name} does not act alone.") { Hint = "Propose the run: a person decides." };
    }

    private static JsonObject Given(IDictionary<string, JsonElement>? arguments)
    {
        var given = new JsonObject();
        foreach (var (name, value) in arguments ?? new Dictionary<string, JsonElement>()) given[name] = value.ValueKind == JsonValueKind.Null ? null : JsonNode.Parse(value.GetRawText());
        return given;
    }

    /// <summary>Writes down every act and every refusal.</summary>
    private static Task NoteAsync(AgentTool tool, AgentCall call, TidemarkException? failure, ILogger log)
    {
        var outcome = failure is null ? AuditOutcome.Done : failure.Code.StartsWith("access.", StringComparison.Ordinal) ? AuditOutcome.Refused : AuditOutcome.Failed;
        return AuditTrail.WriteAsync(call.Home, tool.Act, call.Who, call.Subject ?? $"tool {tool.Name}", outcome, failure?.Code ?? call.Detail, log);
    }
}
