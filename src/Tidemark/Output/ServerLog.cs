using Microsoft.Extensions.Logging;
using Tidemark.Engine.Errors;

namespace Tidemark.Output;

/// <summary>The log of a server on standard error: a line each, with its time.</summary>
internal sealed class ServerLog(TextWriter output, TimeProvider clock) : ILoggerProvider
{
    private readonly Lock _writing = new();

    public ILogger CreateLogger(string categoryName) => new Writer(this);

    public void Dispose()
    {
        // Standard error stays open.
    }

    private void Write(string line)
    {
        lock (_writing) output.WriteLine(line);
    }

    private sealed class Writer(ServerLog log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            var line = PlainLine.Of(formatter(state, exception));
            if (exception is not null) line += $": {exception}";
            log.Write($"{MomentText.Of(log.Now)} {logLevel.ToString().ToLowerInvariant()} {line}");
        }
    }

    private DateTimeOffset Now => clock.GetUtcNow();
}
