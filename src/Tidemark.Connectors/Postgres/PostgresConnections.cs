using System.Diagnostics;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Postgres;

/// <summary>
/// The connections of a run. One is lent where there is something to do and given back after, so there are never more than work at once.
/// Where the server allows no further one, whoever waits gets the next that is given back.
/// </summary>
/// <param name="connect">Opens one.</param>
internal sealed class PostgresConnections(Func<CancellationToken, Task<PostgresLink>> connect) : IAsyncDisposable
{
    // How long it may take until another program has let go of one, and how long it is believed that there are no more than this run has.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan TryEvery = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Stack<PostgresLink> _idle = [];
    private readonly SemaphoreSlim _order = new(1, 1);
    private readonly SemaphoreSlim _given = new(0, 1);
    private readonly HashSet<int> _processes = [];
    private long? _full;
    private int _users;
    private int _lent;

    /// <summary>The processes of the server that these connections have, or have had.</summary>
    public int[] Processes
    {
        get
        {
            lock (_lock) return [.. _processes];
        }
    }

    /// <summary>Keeps what is given back until as many have left as have entered.</summary>
    public void Enter()
    {
        lock (_lock) _users++;
    }

    public async ValueTask LeaveAsync()
    {
        lock (_lock)
        {
            if (--_users > 0) return;
        }

        await CloseIdleAsync();
    }

    /// <summary>A connection to give back.</summary>
    /// <exception cref="TidemarkException"><c>postgres.too_many_connections</c> (transient): there was none for a minute.</exception>
    public async Task<PostgresLink> LendAsync(string? name, CancellationToken cancellationToken)
    {
        PostgresLink link;
        // In the order of coming: else whoever gives one back takes it again before those who wait.
        await _order.WaitAsync(cancellationToken);
        try
        {
            link = await NextAsync(cancellationToken);
        }
        finally
        {
            _order.Release();
        }

        try
        {
            await link.NameAsync(name, cancellationToken);
            return link;
        }
        catch
        {
            GiveBack(link);
            throw;
        }
    }

    /// <summary>A connection to keep, and to dispose of.</summary>
    /// <exception cref="TidemarkException">As above.</exception>
    public async Task<PostgresLink> TakeAsync(string? name, CancellationToken cancellationToken)
    {
        var link = await LendAsync(name, cancellationToken);
        lock (_lock) _lent--;
        return link;
    }

    public void GiveBack(PostgresLink link)
    {
        // What is broken or busy is no good to the next one.
        if (!link.IsOpen) link.Connection.Dispose();
        lock (_lock)
        {
            _lent--;
            if (link.IsOpen) _idle.Push(link);
            if (_given.CurrentCount == 0) _given.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseIdleAsync();
        _order.Dispose();
        _given.Dispose();
    }

    private async Task CloseIdleAsync()
    {
        PostgresLink[] idle;
        lock (_lock)
        {
            idle = [.. _idle];
            _idle.Clear();
        }

        foreach (var link in idle) await link.DisposeAsync();
    }

    private async Task<PostgresLink> NextAsync(CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            if (Idle() is { } idle) return idle;
            // What this run has lent comes back; what other programs have may not.
            if (!IsLent || _full is not { } since || Stopwatch.GetElapsedTime(since) > Patience)
            {
                try
                {
                    var link = await connect(cancellationToken);
                    lock (_lock)
                    {
                        _lent++;
                        _processes.Add(link.Process);
                    }

                    return link;
                }
                catch (TidemarkException none) when (none.Code == PostgresErrors.TooManyConnections && (IsLent || waited.Elapsed < Patience))
                {
                    _full = Stopwatch.GetTimestamp();
                }
            }

            await _given.WaitAsync(TryEvery, cancellationToken);
        }
    }

    private PostgresLink? Idle()
    {
        lock (_lock)
        {
            if (!_idle.TryPop(out var link)) return null;
            _lent++;
            return link;
        }
    }

    private bool IsLent
    {
        get
        {
            lock (_lock) return _lent > 0;
        }
    }
}
