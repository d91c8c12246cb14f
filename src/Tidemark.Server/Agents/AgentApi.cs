using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.AspNetCore;
using ModelContextProtocol.Server;
using Tidemark.Engine;
using Tidemark.Server.Access;

namespace Tidemark.Server.Agents;

/// <summary>The tools at <c>/mcp</c>, by streamable HTTP, for callers with a token as everywhere. Nothing is kept between two requests.</summary>
internal static class AgentApi
{
    public static void Add(IServiceCollection services)
    {
        services.AddMcpServer().WithHttpTransport(http => http.SessionMode = HttpServerSessionMode.Stateless);
        services.AddOptions<McpServerOptions>().Configure<Home, TimeProvider, ILoggerFactory>((server, home, clock, logs) => AgentDoor.Configure(
            server,
            message => new(home, Caller.Of(message.User!), clock, (request, origin) => home.StartAsync(request, origin, idempotencyKey: null, CancellationToken.None)),
            _ => logs.CreateLogger("mcp")));
    }

    public static void Map(IEndpointRouteBuilder app) => app.MapMcp("/mcp").Shows().WithMetadata(new AgentAddress(), new ExcludeFromDescriptionAttribute());
}

/// <summary>Marks the address that agents call: their door in the audit trail.</summary>
internal sealed record AgentAddress;
