using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations.Sql;

/// <summary>A SQL database, and what it does its own way. Everything else is written once, for all of them.</summary>
public interface ISqlDatabase : IAsyncDisposable
{
    SqlDialect Dialect { get; }

    /// <summary>A connection of its own, or a turn on the only one where the database has one writer.</summary>
    /// <exception cref="TidemarkException">The database cannot be reached, or refuses the credentials.</exception>
    Task<ISqlSession> OpenAsync(CancellationToken cancellationToken);
}
