using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations;

/// <summary>A destination whose tables can be read in parts: filtered, sorted, page by page.</summary>
public interface IQueried
{
    /// <summary>Reads a part of a table as it is at one moment, beside whatever is written; null where there is no such table.</summary>
    /// <exception cref="TidemarkException">Usage: <c>data.column_unknown</c>, <c>data.value_invalid</c>, <c>data.not_comparable</c>,
    /// <c>data.no_key</c>, <c>cursor.malformed</c>.</exception>
    Task<QueriedPage?> QueryAsync(TableQuery query, CancellationToken cancellationToken);
}
