using System.CommandLine;
using Tidemark.Output;

namespace Tidemark.Commands;

/// <summary>Carries what every verb needs through the parser.</summary>
internal sealed class TidemarkInvocation : InvocationConfiguration
{
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
}
