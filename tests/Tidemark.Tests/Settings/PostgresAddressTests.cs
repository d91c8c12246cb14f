using Shouldly;
using Tidemark.Connectors.Postgres;
using Xunit;

namespace Tidemark.Tests.Settings;

public sealed class PostgresAddressTests
{
    [Theory]
    [InlineData("postgres://me:pw@one,two:5433/db?target_session_attrs=read-write", "one,two:5433", "db", "me")]
    [InlineData("postgres:///db?host=/tmp/socket&user=me", "/tmp/socket", "db", "me")]
    [InlineData("host=localhost port=5432 dbname=db user=me password='a b\\'c'", "localhost", "db", "me")]
    [InlineData("host = h dbname = db user=me", "h", "db", "me")]
    [InlineData("Host=h;Database=db;Username=me;Password=a b", "h", "db", "me")]
    [InlineData("postgres://me@h/db?channel_binding=require&keepalives=1&keepalives_idle=30&keepalives_interval=5&keepalives_count=3&connect_timeout=4", "h", "db", "me")]
    [InlineData("postgres://h/db?user=me&sslmode=verify-full&sslcert=/c&sslkey=/k&sslrootcert=/r", "h", "db", "me")]
    public void W9_an_address_is_read_as_libpq_reads_it(string address, string host, string database, string user)
    {
        var read = PostgresAddress.TryParse(address).ShouldNotBeNull();
        (read.Host, read.Database, read.Username).ShouldBe((host, database, user));
    }

    [Theory]
    [InlineData("host=h user=me password='open")]
    [InlineData("host=h nonsense")]
    [InlineData("postgres://h/db?no_such_thing=1")]
    [InlineData("")]
    public void W9_what_cannot_be_read_is_refused(string address) => PostgresAddress.TryParse(address).ShouldBeNull();

    [Fact]
    public void W9_quotes_and_escapes_of_a_value_fall_away() =>
        PostgresAddress.Parse("host=h password='a b\\'c\\\\'").Password.ShouldBe("a b'c\\");
}
