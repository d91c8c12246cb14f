using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations.Sql;

/// <summary>A SQL database, and what it does its own way. Everything else is written once, for all of them.</summary>
public interface ISqlDatabase : IAsyncDisposable
{
    SqlDialect Dialect { get; }

    /// <summary>Hears of waits for locks; null where nobody does.</summary>
    Action<Wait>? OnWait { get; set; }

    /// <summary>Begins work on the database; it is reached, and the schema is there.</summary>
    /// <param name="work">Name of the pipeline, a space and the id of the run, for whoever looks at the database's connections; null for other work.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <exception cref="TidemarkException">The database cannot be reached, or refuses the credentials.</exception>
    Task<ISqlSession> OpenAsync(string? work, CancellationToken cancellationToken);
}
