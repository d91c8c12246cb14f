using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol.Protocol;
using Tidemark.Server.Access;
using Role = Tidemark.Engine.Access.Role;

namespace Tidemark.Server.Agents;

/// <summary>Something that an agent can ask for.</summary>
/// <param name="Name">E.g. <c>list_runs</c>.</param>
/// <param name="Description">What it does, for the agent.</param>
/// <param name="Least">The least role that may.</param>
internal sealed record AgentTool(string Name, string Description, Role Least)
{
    /// <summary>How the audit trail has it; null where it only shows.</summary>
    public AuditedAct? Act { get; init; }

    /// <summary>Whether only an agent that acts alone has it.</summary>
    public bool IsForThoseAlone { get; init; }

    /// <summary>Whether it may change or delete data.</summary>
    public bool IsDestructive { get; init; }

    public required JsonElement InputSchema { get; init; }

    public required Func<AgentCall, JsonObject, CancellationToken, Task<JsonNode>> Invoke { get; init; }

    /// <summary>Whether a caller has the tool.</summary>
    public bool IsFor(Caller caller) => caller.Role >= Least && (caller.ActsAlone || !IsForThoseAlone);

    /// <summary>The tool as the protocol lists it.</summary>
    public Tool Listed => new()
    {
        Name = Name,
        Description = Description,
        InputSchema = InputSchema,
        Annotations = new() { ReadOnlyHint = Act is null, DestructiveHint = IsDestructive, IdempotentHint = Act is null, OpenWorldHint = false },
    };

    /// <summary>A tool whose arguments are a record and whose answer is another.</summary>
    /// <param name="name">The name.</param>
    /// <param name="description">What it does.</param>
    /// <param name="least">The least role that may.</param>
    /// <param name="arguments">How the arguments are read.</param>
    /// <param name="type">How the answer is written.</param>
    /// <param name="invoke">Does it.</param>
    public static AgentTool Of<TArguments, TAnswer>(
        string name, string description, Role least, JsonTypeInfo<TArguments> arguments, JsonTypeInfo<TAnswer> type,
        Func<AgentCall, TArguments, CancellationToken, Task<TAnswer>> invoke)
        where TArguments : class => new(name, description, least)
        {
            InputSchema = ToolArguments.Schema(arguments),
            Invoke = async (call, given, cancellationToken) =>
                JsonSerializer.SerializeToNode(await invoke(call, ToolArguments.Read(given, arguments), cancellationToken), type)!,
        };
}
