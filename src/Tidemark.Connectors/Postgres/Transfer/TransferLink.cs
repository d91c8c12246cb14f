using Npgsql;

namespace Tidemark.Connectors.Postgres.Transfer;

/// <summary>A connection that is lent: disposing gives it back.</summary>
/// <param name="connection">The connection; nobody else uses it meanwhile.</param>
/// <param name="giveBack">Takes it, and whether its transaction is still good for others.</param>
internal sealed class TransferLink(NpgsqlConnection connection, Func<NpgsqlConnection, bool, ValueTask> giveBack) : IAsyncDisposable
{
    private bool _isSpoilt;
    private bool _isGiven;

    public NpgsqlConnection Connection => connection;

    /// <summary>A statement failed or was ended: its transaction does no more.</summary>
    public void Spoil() => _isSpoilt = true;

    public async ValueTask DisposeAsync()
    {
        if (_isGiven) return;
        _isGiven = true;
        await giveBack(connection, !_isSpoilt);
    }
}
