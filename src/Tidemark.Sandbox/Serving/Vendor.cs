using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Control;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Limits;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Traffic;

namespace Tidemark.Sandbox.Serving;

/// <summary>A stand-in for one vendor: what its own port answers, and what the control port may do to it.</summary>
/// <remarks>Made by a constructor that takes <see cref="SandboxOptions"/>.</remarks>
internal abstract class Vendor(string name, TimeProvider clock)
{
    /// <summary>As written in the paths of the control port, e.g. <c>stripe</c>.</summary>
    public string Name { get; } = name;

    /// <summary>How far behind the control's port the vendor's own is: Stripe 1, Close 2, Square 3, Zoho 4, Oracle 5, GraphQL 6.</summary>
    public abstract int PortOffset { get; }

    public TimeProvider Clock { get; } = clock;

    public FaultBoard Faults { get; } = new();

    public RequestLog Requests { get; } = new(clock);

    public RateLimit Limit { get; } = new(clock);

    public abstract IReadOnlyDictionary<string, RecordStream> Streams { get; }

    /// <summary>Classifies a request before anything is checked.</summary>
    public abstract RequestKind Describe(HttpRequest request);

    /// <summary>Headers that the vendor puts on every answer, broken ones too.</summary>
    public abstract void Sign(HttpContext http, string requestId);

    public abstract Answer Handle(HttpRequest request, FiredFaults fired);

    /// <summary>An error in the vendor's own wording for a status that a fault or the rate limit asks for.</summary>
    public abstract Answer Refuse(int status);

    /// <exception cref="ControlException">The mutation is not possible at this vendor.</exception>
    public abstract MutationResult Mutate(string stream, Mutation mutation);

    /// <summary>Takes a setting of this vendor alone; false when it knows none of this name.</summary>
    public abstract bool TrySet(string setting, JsonElement value);
}
