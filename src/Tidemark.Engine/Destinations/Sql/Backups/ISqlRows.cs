using System.Data.Common;

namespace Tidemark.Engine.Destinations.Sql.Backups;

/// <summary>
/// Moves whole rows of any table out and in, value for value, each as a <see cref="RowText"/>. A row is
/// valid until the next one is requested.
/// </summary>
public interface ISqlRows
{
    /// <summary>
    /// Begins a transaction that sees one state of the database from its first statement on, and in which values and
    /// their texts turn into each other without loss.
    /// </summary>
    /// <param name="isReadOnly">True for reading only; does not block other writers.</param>
    /// <param name="cancellationToken">Nothing has begun where it throws.</param>
    Task<DbTransaction> BeginAsync(bool isReadOnly, CancellationToken cancellationToken);

    /// <summary>Shape of the table; null if there is none of this name.</summary>
    Task<TableShape?> DescribeAsync(SqlName table, CancellationToken cancellationToken);

    /// <summary>The foreign keys by which tables of any schema that can be read, this one too, refer to its rows.</summary>
    Task<IReadOnlyList<TableReference>> ReferrersAsync(SqlName table, CancellationToken cancellationToken);

    /// <summary>Reads the rows of a select as they come, without keeping them.</summary>
    /// <param name="columns">What the select gives, in order.</param>
    /// <param name="select">A select statement.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        IReadOnlyList<TableColumn> columns, string select, CancellationToken cancellationToken);

    /// <summary>Reads the rows of a select with parameters, each as a JSON object, within the transaction that was begun.</summary>
    /// <param name="names">What the select gives, in order.</param>
    /// <param name="select">A select statement with numbered parameters, each as <see cref="SqlDialect.Parameter"/> writes it.</param>
    /// <param name="values">Texts of the parameters.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    IAsyncEnumerable<ReadOnlyMemory<byte>> RecordsAsync(
        IReadOnlyList<string> names, string select, IReadOnlyList<string?> values, CancellationToken cancellationToken);

    /// <summary>Appends rows to a table.</summary>
    Task AppendAsync(
        SqlName table, IReadOnlyList<TableColumn> columns, IAsyncEnumerable<ReadOnlyMemory<byte>> rows,
        CancellationToken cancellationToken);
}
