using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Tidemark.Engine.Access;

namespace Tidemark.Server.Access;

/// <summary>Every endpoint says who may call it; one that does not say lets nobody in.</summary>
internal static class EndpointAccess
{
    /// <summary>Name of the policy that lets in whose role is for all pipelines.</summary>
    public const string AllPipelines = "AllPipelines";

    /// <summary>The endpoint shows something, and changes nothing.</summary>
    public static TBuilder Shows<TBuilder>(this TBuilder endpoint, Role least = Role.Viewer)
        where TBuilder : IEndpointConventionBuilder => endpoint.RequireAuthorization(PolicyOf(least));

    /// <summary>The endpoint changes or starts something: it is written into the audit trail.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="action">As the trail has it, e.g. <c>run.start</c>.</param>
    /// <param name="least">The least role that may.</param>
    /// <param name="isWrittenWithIt">Whether the engine writes it down where it is done, in the same transaction.</param>
    public static TBuilder Acts<TBuilder>(this TBuilder endpoint, string action, Role least, bool isWrittenWithIt = false)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.RequireAuthorization(PolicyOf(least)).WithMetadata(new AuditedAct(action, isWrittenWithIt));

    /// <summary>Anybody may call, and shows by other means who it is: a refusal is written into the audit trail, and what comes of a call is a run.</summary>
    public static TBuilder Hears<TBuilder>(this TBuilder endpoint, string action)
        where TBuilder : IEndpointConventionBuilder => endpoint.AllowAnonymous().WithMetadata(new AuditedAct(action, IsWrittenWithIt: true));

    public static void AddPolicies(AuthorizationOptions options)
    {
        foreach (var role in Enum.GetValues<Role>())
            options.AddPolicy(PolicyOf(role), policy => policy.RequireAuthenticatedUser().RequireAssertion(asked => Caller.Has(asked.User, role)));
        options.AddPolicy(AllPipelines, policy => policy.RequireAuthenticatedUser().RequireAssertion(asked => asked.User.Identity is { IsAuthenticated: true } && Caller.Of(asked.User).Pipelines.Count == 0));
        options.FallbackPolicy = options.GetPolicy(PolicyOf(Role.Admin));
    }

    public static string PolicyOf(Role role) => role.ToString();
}

/// <summary>The name under which the audit trail has an endpoint.</summary>
/// <param name="Action">E.g. <c>run.start</c>.</param>
/// <param name="IsWrittenWithIt">Whether the trail has it already where it was done.</param>
internal sealed record AuditedAct(string Action, bool IsWrittenWithIt);
