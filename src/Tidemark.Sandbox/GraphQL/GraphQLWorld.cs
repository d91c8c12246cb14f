using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.GraphQL;

/// <summary>How many customers and orders there are, and when they were made.</summary>
internal sealed class GraphQLWorld(long seed, long size, DateTimeOffset now)
{
    private const int NeighboursInASecond = 8;

    // The same day, the same data: a restart does not move every record a little.
    private readonly DateTimeOffset _end = new(now.UtcDateTime.Date, TimeSpan.Zero);

    public Timeline Customers => field ??= new(size, _end, NeighboursInASecond);

    public Timeline Orders => field ??= new(size * 2, _end, NeighboursInASecond);

    public IdCodec CustomerIds => field ??= new("Q3VzdG9tZX", Draws.Key(seed, 3001));

    public IdCodec OrderIds => field ??= new("T3JkZXI6", Draws.Key(seed, 3002));

    public Draws Draw(int purpose, long index) => new(Draws.Key(seed, purpose), index);

    public long CustomerOf(long order)
    {
        var draws = Draw(3010, order);
        return Orders.Earlier(order, Customers, ref draws);
    }
}
