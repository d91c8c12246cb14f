using System.Data.Common;
using System.Runtime.CompilerServices;
using Tidemark.Engine.Destinations.Sql.Undoing;
using Tidemark.Engine.Destinations.Writing;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Sql;

/// <summary>The syntax of a SQL database, and the kinds of its failures.</summary>
public abstract class SqlDialect
{
    /// <summary>Connector name, which begins its error codes.</summary>
    public abstract string Name { get; }

    /// <summary>Schema that tables are in.</summary>
    public abstract string Schema { get; }

    /// <summary>Schema of the engine's own tables.</summary>
    public virtual string OwnSchema => Schema;

    /// <summary>A table of the engine's own; a name that is too long is cut.</summary>
    public SqlName Own(string name) => new(OwnSchema, ColumnNames.Shorten(name));

    /// <summary>Statements that give a table another name and, where it differs, another schema.</summary>
    public virtual string Move(SqlName from, SqlName to) => $"ALTER TABLE {from} RENAME TO {SqlName.Column(to.Name)}";

    public abstract DestinationLimits Limits { get; }

    /// <summary>Tells which names are one.</summary>
    public virtual StringComparer Names => StringComparer.Ordinal;

    /// <summary>Whether two names are those of one table.</summary>
    public bool AreOne(SqlName left, SqlName right) => Names.Equals(left.Name, right.Name) && left.Schema == right.Schema;

    /// <summary>Words that make a table that need not survive a crash of the database server.</summary>
    public abstract string CreateStaging { get; }

    /// <summary>Schema of the tables that end with the session.</summary>
    public abstract string TemporarySchema { get; }

    /// <summary>
    /// Statements that make the rows of a filled temporary table be found by their key. Nobody else gathers statistics of
    /// it, and without them the database looks at every row for each.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="columns">Quoted.</param>
    public abstract string IndexTemporary(SqlName table, string columns);

    /// <summary>A statement that makes an index of a name in the table's schema; null is different from null.</summary>
    public abstract string UniqueIndex(SqlName table, string name, string columns);

    /// <summary>
    /// Definition of a column that numbers rows and is the primary key, without which a database may not let go of rows that
    /// are replicated; empty where rows have numbers of their own.
    /// </summary>
    public virtual string Numbering(SqlName column) => "";

    /// <summary>Statements that give a column another type, and its values with it; none where values have their own.</summary>
    public virtual string Retype(SqlName table, SqlName column, string type) => "";

    /// <summary>Types that a column can leave for text, its values with it.</summary>
    public abstract IReadOnlyList<FieldType> Widenable { get; }

    /// <summary>Compares two values of a key.</summary>
    public virtual string SameKey => "=";

    /// <summary>SQL condition: two aliases hold equal values in these columns, which are quoted and of any type.</summary>
    public virtual string SameRow(IEnumerable<string> columns, string left, string right) =>
        SqlBeforeImages.Same(columns, left, right);

    /// <summary>
    /// Expression for what a table is known by, whatever its name is, as text, and the value of its parameter <c>@live</c>.
    /// </summary>
    public abstract (string Expression, string Live) TableId(SqlName table);

    /// <summary>Condition: two aliases hold the same value in a column of the source, bit by bit where it is text.</summary>
    public abstract string SameValue(SqlColumn column, string left, string right);

    /// <summary>Condition: two aliases hold the same values in all columns of the source.</summary>
    public string SameValues(SqlTable table, string left, string right) =>
        SqlCommands.Joined([.. table.SourceColumns.Select(column => $"({SameValue(column, left, right)})")], "AND");

    /// <summary>What an INSERT says so that the database takes values for columns that it counts by itself.</summary>
    public virtual string InsertAsGiven => "";

    /// <summary>Type of a new column for a field.</summary>
    public abstract string TypeOf(FieldType type);

    /// <summary>Type of the column that keeps whole records, to the letter.</summary>
    public virtual string RawType => TypeOf(FieldType.Json);

    /// <summary>Type of a new column.</summary>
    public string TypeOf(SqlColumn column) => column.Role == ColumnRole.Raw ? RawType : TypeOf(column.Type);

    /// <summary>Type of a column of before images that keeps the values of another.</summary>
    public virtual string ImageType(TableColumn column) => column.Copy;

    /// <summary>The columns of a table that are there and are not as new ones would be.</summary>
    internal IReadOnlyDictionary<string, TableColumn> Adapted(TablePlan plan, IReadOnlyDictionary<string, TableColumn> existing) =>
        new SqlTable(new SqlName(Schema, plan.Table), plan).Columns
            .Where(column => existing.TryGetValue(column.Name, out var there)
                && (there.Overlooks is not null || !there.Definition.Equals(TypeOf(column), StringComparison.OrdinalIgnoreCase)))
            .ToDictionary(column => column.Name, column => existing[column.Name], StringComparer.Ordinal);

    /// <summary>An instant as the value of a parameter.</summary>
    public abstract object Instant(DateTimeOffset instant);

    /// <summary>The function that makes a JSON object of names and values in turn.</summary>
    public abstract string JsonObject { get; }

    /// <summary>A table as a foreign key names it.</summary>
    public virtual string Reference(SqlName table) => table.ToString();

    /// <summary>
    /// Expression for what a column holds, in the form of <see cref="CellText"/>; numbers and truth values may stay what
    /// they are. A value that the column should never have must not fail the statement.
    /// </summary>
    public abstract string ReadBack(SqlColumn column);

    /// <summary>A numbered parameter that is given as text, as a value of a column.</summary>
    public abstract string Parameter(TableColumn column, int number);

    /// <summary>Text of a parameter for a column, from what a person writes for it.</summary>
    public virtual string Given(TableColumn column, string value) => value;

    /// <summary>Whether a column's text has the text of a numbered parameter somewhere.</summary>
    public abstract string Contains(SqlName column, int number);

    /// <summary>Whether values of a column have an order.</summary>
    public virtual bool Compares(TableColumn column) => true;

    /// <summary>What a SELECT ends with so that nobody changes its rows before the transaction has ended.</summary>
    public virtual string KeepingRows => "";

    /// <summary>
    /// Whether values of a field can be written into a column that is there, converted where need be. <see cref="Refuses"/> tells
    /// those that would lose something.
    /// </summary>
    public abstract bool Accepts(TableColumn column, FieldType type);

    /// <summary>Whether a column that is there keeps every value of a field as it is.</summary>
    public abstract bool Keeps(TableColumn column, FieldType type);

    /// <summary>Whether a table can have a row of this one's key: each part is one that its column can hold.</summary>
    public virtual bool CanHold(SqlTable table, RowBatch batch, int row) => true;

    /// <summary>Whether a field can fill a column that is there.</summary>
    public bool CanFill(TableColumn column, FieldType type) => !column.IsComputed && !column.IsCounted && Accepts(column, type);

    /// <summary>Why a row cannot be written, known before it is tried; null where nothing speaks against it.</summary>
    public abstract Problem? Refuses(SqlTable table, RowBatch batch, int row);

    /// <summary>The reason where the failure is one of a row's content: a constraint, or a value out of range.</summary>
    public abstract Problem? RowProblem(DbException failure, string table);

    /// <summary>The columns of a table that a failure of a row's content is about, asked of the database; empty where it does not tell.</summary>
    /// <param name="connection">A connection that the failure has left usable.</param>
    /// <param name="failure">One that <see cref="RowProblem"/> knows.</param>
    /// <param name="table">The table that was written; a failure may be one of another that it has to do with.</param>
    /// <param name="cancellationToken">Cancels the asking.</param>
    public abstract Task<IReadOnlyList<string>> RefusedColumnsAsync(
        DbConnection connection, DbException failure, SqlName table, CancellationToken cancellationToken);

    /// <summary>Any other failure, as an exception with a text for people.</summary>
    public abstract TidemarkException Explain(DbException failure);

    /// <summary>As <see cref="Explain"/>, after the work has ended: with what the database knows besides.</summary>
    public virtual Task<TidemarkException> ExplainAsync(DbException failure) => Task.FromResult(Explain(failure));

    /// <summary>Runs work on the database and turns its failures into exceptions with a text for people.</summary>
    /// <exception cref="TidemarkException">As <see cref="Explain"/> says.</exception>
    public async Task<T> ExplainedAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (DbException failure)
        {
            throw await ExplainAsync(failure);
        }
        catch (InvalidOperationException failure) when (ExplainOther(failure) is { } known)
        {
            throw known;
        }
    }

    /// <summary>What a failure means that is none of the database's own; null where it is a defect.</summary>
    public virtual TidemarkException? ExplainOther(InvalidOperationException failure) => null;

    /// <summary>Rows of the database, as they come; whatever fails in their reading is told for a person.</summary>
    public async IAsyncEnumerable<T> ExplainedAsync<T>(IAsyncEnumerable<T> rows, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var row = rows.GetAsyncEnumerator(cancellationToken);
        try
        {
            while (await ExplainedAsync(() => row.MoveNextAsync().AsTask())) yield return row.Current;
        }
        finally
        {
            await ExplainedAsync(async () =>
            {
                await row.DisposeAsync();
                return true;
            });
        }
    }

    /// <summary>Lets constraints speak now that are deferred to the end of the transaction. They stay deferred.</summary>
    public abstract Task CheckDeferredAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>
    /// Lets everything happen now that is deferred to the end of the transaction, and from here on at once: a trigger may change
    /// what is about to be read back.
    /// </summary>
    public virtual Task SettleDeferredAsync(DbConnection connection, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Expression, as text, that no other row of the table has at the same time.</summary>
    /// <param name="alias">Alias of the table.</param>
    /// <param name="key">The table's key; empty where it has none.</param>
    public abstract string RowIdentity(string alias, IReadOnlyList<string> key);

    /// <summary>The index that a table's primary key has by its name, which a new name of the table does not change; null for none.</summary>
    public virtual SqlName? KeyOf(SqlName table) => null;

    /// <summary>Statements that speed a transaction up whose loss would only repeat a batch.</summary>
    public virtual string MayBeLost => "";
}
