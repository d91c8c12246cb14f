using System.Runtime.InteropServices;

namespace Tidemark.Output;

/// <summary>
/// Ctrl-C and SIGTERM: the first asks the command to stop and gives it a few seconds, the second ends the process.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    // The promise is five seconds; a resumable state is on disk long before.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4.5);

    public const string Notice = "Stopping. Press Ctrl-C again to end at once.";

    private readonly CancellationTokenSource _stop = new();
    private readonly Terminal _terminal;
    private readonly PosixSignalRegistration[] _registrations;
    private Timer? _deadline;

    public StopSignals(Terminal terminal)
    {
        _terminal = terminal;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Heard),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Heard),
        ];
    }

    public CancellationToken Stop => _stop.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _deadline?.Dispose();
        _stop.Dispose();
    }

    private void Heard(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (_stop.IsCancellationRequested)
        {
            EndAtOnce();
            return;
        }

        _deadline = new Timer(_ => EndAtOnce(), null, Patience, Timeout.InfiniteTimeSpan);
        if (!_terminal.IsDrawing) _terminal.Error.WriteLine(LineStart + Notice);
        _stop.Cancel();
    }

    /// <summary>The terminal has just shown ^C.</summary>
    private string LineStart => _terminal.Traits.IsError ? "\r" : "";

    private void EndAtOnce()
    {
        // A live table hides the cursor, and nobody else will bring it back.
        if (_terminal.Traits.IsError) _terminal.Error.WriteLine("\e[?25h");
        Environment.Exit(ExitCode.Cancelled);
    }
}
