using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Data.Sqlite;
using Shouldly;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Tests.Catalog;
using Tidemark.Tests.Destinations;
using Xunit;

namespace Tidemark.Tests.Backup;

public sealed class SqliteBackups() : BackupPromises(new SqliteWorkbench { Clock = new SettableClock() }, "sqlite")
{
    protected override string OddRow =>
        string.Join(" || ',' || ", Columns.Select(column => $"typeof({column}) || quote({column}) || hex({column})"));

    private static string[] Columns => ["id", "\"na\"\"me\"", "whole", "share", "anything", "num", "blob"];

    protected override async Task MakeOddTableAsync()
    {
        await Bench.Database.ExecuteAsync(
            """
            CREATE TABLE odd (id INTEGER PRIMARY KEY, "na""me" TEXT, whole INTEGER, share REAL, anything, num NUMERIC, blob BLOB);
            INSERT INTO odd VALUES
                (1, '', 0, 0.0, 5, '2000.10', x''),
                (2, 'tab	new
            line "quotes" ''single'' \ 😀', -9223372036854775808, -0.0, '5', 9007199254740993, x'00FF0A'),
                (3, NULL, NULL, NULL, NULL, NULL, NULL),
                (4, 'a' || char(0) || 'b', 9223372036854775807, 9e999, x'31', 1.5, 'text in a blob'),
                (5, '007', 'no number', -9e999, 5.0, 'words', 1),
                (6, CAST(x'FF61' AS TEXT), 1, 0.1, CAST(x'C3' AS TEXT), 1e300, 1.0),
                (7, '{"blob":"eA=="}', 2, 5e-324, 1e15, 0.1, x'7B7D')
            """);
    }

    [Fact]
    public async Task P1_any_values_come_back_as_they_were()
    {
        await Bench.Database.ExecuteAsync("CREATE TABLE odd (id INTEGER PRIMARY KEY, a, b TEXT, c NUMERIC)");
        foreach (var (values, round) in Gen.Sample(Gen.ListOf(Gen.ArrayOf(Value(), 3), 30), 30, 8).Select((values, at) => (values, at)))
        {
            await Bench.Database.ExecuteAsync("DELETE FROM odd");
            await InsertAsync(values);
            Bench.Policy = new() { Format = round % 2 == 0 ? BackupFormat.Compact : BackupFormat.Json };
            const string dump = "SELECT id, typeof(a), hex(a), quote(a), typeof(b), hex(b), quote(b), typeof(c), quote(c) FROM odd ORDER BY id";
            var before = await Bench.Database.QueryAsync(dump);
            var file = await Bench.BackUpAsync("odd");
            await Bench.Database.ExecuteAsync("UPDATE odd SET a = 'x', b = b || '!' WHERE id % 3 = 1; DELETE FROM odd WHERE id % 3 = 0");
            await Bench.RestoreAsync(file, RestoreMode.Exact);
            (await Bench.Database.QueryAsync(dump)).ShouldBe(before);
        }
    }

    private static Gen<object> Value()
    {
        var text = Gen.ArrayOf(Gen.Choose(0, 0x2FF).Select(code => (char)code)).Select(letters => (object)new string(letters));
        var bytes = Gen.ArrayOf(Gen.Choose(0, 255).Select(code => (byte)code)).Select(all => (object)all);
        var whole = Gen.Choose(int.MinValue, int.MaxValue).Select(number => (object)((long)number * 4_294_967_291));
        var real = Gen.Choose(int.MinValue, int.MaxValue).Two().Select(pair => (object)(pair.Item1 / (pair.Item2 + 0.5)));
        var words = Gen.Elements<object>("1e5", "NaN", "0x10", "-0", " 1", "null", "true", "{}", DBNull.Value, double.PositiveInfinity, double.Epsilon, 1e16);
        return Gen.OneOf(text, bytes, whole, real, words);
    }

    private async Task InsertAsync(IEnumerable<object[]> rows)
    {
        await using var connection = (SqliteConnection)await Bench.Database.ConnectAsync();
        foreach (var row in rows)
        {
            await using var insert = new SqliteCommand("INSERT INTO odd (a, b, c) VALUES (@a, @b, @c)", connection);
            foreach (var (value, name) in row.Zip("abc")) insert.Parameters.AddWithValue(name.ToString(CultureInfo.InvariantCulture), value);
            await insert.ExecuteNonQueryAsync(Stop);
        }
    }
}
