using System.CommandLine;
using Tidemark.Connectors;
using Tidemark.Engine.Connectors;
using Tidemark.Output;

namespace Tidemark.Commands;

/// <summary>Carries what every verb needs through the parser.</summary>
internal sealed class TidemarkInvocation : InvocationConfiguration
{
    private readonly Lazy<ConnectorCatalog> _connectors = new(CompiledConnectors.Catalog);

    public TidemarkInvocation(Terminal terminal, TimeProvider clock)
    {
        (Terminal, Clock) = (terminal, clock);
        Output = terminal.Output;
        Error = terminal.Error;
        EnableDefaultExceptionHandler = false;
        ProcessTerminationTimeout = null; // signals are heard by StopSignals
    }

    public Terminal Terminal { get; }

    public TimeProvider Clock { get; }

    /// <summary>The connectors there are; made when they are first needed, once.</summary>
    public ConnectorCatalog Connectors => _connectors.Value;
}
