using System.Globalization;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Runs;

/// <summary>What a run has waited for, and what it waits for now.</summary>
/// <param name="Retries">How often something that failed was tried again.</param>
/// <param name="Seconds">How long it has waited in all; waits at the same time count once.</param>
/// <param name="For">What it waits for now, in one sentence; null while it works, and when it is over.</param>
public sealed record RunWaitFigures(int Retries, double Seconds, string? For)
{
    /// <summary>When what it waits for now is over at the latest, as far as it is known; null where it is not, and when it is over.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>Collects the waits of one run: for its figures, for its log and for whoever watches.</summary>
internal sealed class RunWaits(RunJournal journal, TimeProvider clock)
{
    // A wait for a lock is reported again and again, by more than one.
    private static readonly TimeSpan SameWait = TimeSpan.FromSeconds(30);

    private readonly Lock _adding = new();
    private readonly Dictionary<string, DateTimeOffset> _locks = new(StringComparer.Ordinal);
    private DateTimeOffset _until;
    private TimeSpan _waited;
    private int _retries;
    private Wait? _last;

    /// <summary>Null as long as nothing was waited for.</summary>
    public RunWaitFigures? Figures
    {
        get
        {
            lock (_adding)
            {
                var left = _until - clock.GetUtcNow();
                if (left < TimeSpan.Zero) left = TimeSpan.Zero;
                if (_last is null) return null;
                return new(_retries, Math.Round((_waited - left).TotalSeconds, 3), left > TimeSpan.Zero ? _last.Why : null)
                {
                    Until = left > TimeSpan.Zero ? _until : null,
                };
            }
        }
    }

    /// <summary>Notes a wait that begins.</summary>
    public void Add(Wait wait)
    {
        lock (_adding)
        {
            if (wait.Kind == WaitKind.Retry) _retries++;
            var now = clock.GetUtcNow();
            var isKnown = _locks.TryGetValue(wait.Why, out var reported) && now - reported < SameWait;
            if (wait.Kind == WaitKind.Lock) _locks[wait.Why] = now;
            _last = wait;
            var until = now + wait.Length;
            if (until > _until)
            {
                _waited += until - (_until > now ? _until : now);
                _until = until;
            }

            if (isKnown) return;
        }

        journal.Log(
            wait.Kind == WaitKind.RateLimit ? RunLogLevel.Info : RunLogLevel.Warning, null,
            wait.Kind == WaitKind.Lock ? $"Waiting: {wait.Why}"
                : string.Create(CultureInfo.InvariantCulture, $"{wait.Why} Waiting {wait.Length.TotalSeconds:0.#} s."));
    }

    /// <summary>Ends what is waited for, since the run does.</summary>
    public RunWaitFigures? End()
    {
        lock (_adding)
        {
            var now = clock.GetUtcNow();
            if (_until > now) (_waited, _until) = (_waited - (_until - now), now);
        }

        return Figures;
    }
}
