using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Server;
using Tidemark.Engine;
using Tidemark.Engine.Access;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Server.Access;

namespace Tidemark.Server.Agents;

/// <summary>What an agent on this machine may do.</summary>
/// <param name="Name">As runs, proposals and the audit trail name it.</param>
/// <param name="Role">Viewer or operator.</param>
/// <param name="Pipelines">The pipelines that the role is for; empty for all.</param>
/// <param name="ActsAlone">Whether it starts runs, and need not propose them.</param>
public sealed record LocalAgentOptions(string Name, Role Role, IReadOnlyList<string> Pipelines, bool ActsAlone);

/// <summary>Serves one agent over this process's input and output, on a home of this machine. Its runs are carried out here.</summary>
public sealed class LocalAgent : IAsyncDisposable
{
    private readonly Home _home;
    private readonly Caller _caller;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, Task> _runs = new(StringComparer.Ordinal);

    private LocalAgent(Home home, Caller caller, TimeProvider clock, ILogger log) => (_home, _caller, _clock, _log) = (home, caller, clock, log);

    /// <summary>Answers until the input ends.</summary>
    /// <param name="home">The home; it stays the caller's.</param>
    /// <param name="options">What the agent may do.</param>
    /// <param name="input">Messages of the protocol, a line each.</param>
    /// <param name="output">Its answers, and nothing else.</param>
    /// <param name="clock">Where "now" comes from.</param>
    /// <param name="log">Takes defects, a line each.</param>
    /// <param name="cancellationToken">Ends it too. Runs that go on save what they have, and are resumed by the next one of their pipeline.</param>
    public static async Task ServeAsync(
        Home home, LocalAgentOptions options, Stream input, Stream output, TimeProvider clock, ILoggerProvider log, CancellationToken cancellationToken)
    {
        var caller = new Caller(options.Name, options.Role, options.Pipelines) { ActsAlone = options.ActsAlone };
        await using var agent = new LocalAgent(home, caller, clock, log.CreateLogger("mcp"));
        var server = new McpServerOptions();
        AgentDoor.Configure(server, _ => new(home, caller, clock, agent.BeginAsync), _ => agent._log);
        await using var transport = new StreamServerTransport(input, output, "tidemark");
        await using var serving = McpServer.Create(transport, server);
        await serving.RunAsync(cancellationToken);
    }

    /// <summary>Lets the runs that go on save what they have.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_runs.Values);
        _stop.Dispose();
    }

    private async Task<RunRecord> BeginAsync(RunRequest request, RunOrigin origin)
    {
        var run = await _home.StartAsync(request, origin, idempotencyKey: null, _stop.Token);
        _runs[run.Id] = Task.Run(() => CarryOutAsync(run), CancellationToken.None);
        return run;
    }

    private async Task CarryOutAsync(RunRecord run)
    {
        try
        {
            await _home.CarryOutAsync(run, RunWatch.None, _stop.Token);
        }
        catch (Exception failed) when (failed is OperationCanceledException or TidemarkException)
        {
            // The run's record says so.
        }
        catch (Exception defect)
        {
            _log.LogError(defect, "A run failed: {Run}", run.Id);
        }
        finally
        {
            _runs.TryRemove(run.Id, out _);
        }
    }
}
