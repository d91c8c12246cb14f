using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Transfers;

namespace Tidemark.Tests.Transfers;

/// <summary>Databases and tables in few words.</summary>
internal static class Shapes
{
    public static DatabaseShape Database(string name, params TableShape[] tables) => new($"{name} at db.example.com", $"7/{name}")
    {
        Version = 16,
        Encoding = "UTF8",
        Collation = "c C.UTF-8 2.36",
        Tables = tables,
    };

    /// <summary>A table with the key <c>id</c>.</summary>
    public static TableShape Table(string name, params ColumnShape[] columns) =>
        new(Name(name), [Column("id", "integer") with { IsNotNull = true }, .. columns]) { Key = ["id"], Keys = [["id"]] };

    public static ColumnShape Column(string name, string type) => new(name, type) { CopiesInBinary = true, HashesNatively = true };

    /// <summary>A column <c>TABLE_id</c> that refers to a table's <c>id</c>, nullable, and its key.</summary>
    public static TableShape Referring(this TableShape table, params string[] to) => table with
    {
        Columns = [.. table.Columns, .. to.Select(other => Column($"{other}_id", "integer"))],
        ForeignKeys = [.. table.ForeignKeys, .. to.Select(other => new ForeignKeyShape(
            $"{table.Label}_{other}_fkey", [$"{other}_id"], Name(other), ["id"], $"FOREIGN KEY ({other}_id) REFERENCES {Name(other)}(id)"))],
    };

    /// <summary>The tables in an order that fits their foreign keys.</summary>
    public static (List<TableShape> Tables, TransferOrder Order) Ordered(IReadOnlyList<TableShape> tables, params string[] first)
    {
        var order = TransferOrder.Of(
            tables.ToDictionary(table => table.Name, IReadOnlyList<SqlName> (table) => [.. table.ForeignKeys.Select(key => key.To)]), first.Select(Name).ToHashSet());
        return ([.. order.Tables.Select(name => tables.Single(table => table.Name == name))], order);
    }

    public static SqlName Name(string label) => label.Split('.') is [var schema, var name] ? new(schema, name) : new("public", label);
}
