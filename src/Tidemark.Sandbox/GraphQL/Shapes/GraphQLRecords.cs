using System.Globalization;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.GraphQL.Shapes;

/// <summary>One type of the schema. Records are kept with their inner lists as plain arrays.</summary>
/// <param name="typeName">E.g. <c>Customer</c>.</param>
/// <param name="world">Where relations come from.</param>
/// <param name="ids">Ids of this type.</param>
/// <param name="timeline">When the seeded ones were made.</param>
internal abstract class GraphQLRecords(string typeName, GraphQLWorld world, IdCodec ids, Timeline timeline)
    : SeededRecords(ids, timeline)
{
    public string TypeName { get; } = typeName;

    /// <summary>The field that a server in trouble cannot give.</summary>
    public abstract string FragileField { get; }

    protected GraphQLWorld World { get; } = world;

    /// <summary>A time as the scalar DateTime has it, in milliseconds.</summary>
    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    protected static string Time(long seconds) => Time(DateTimeOffset.FromUnixTimeSeconds(seconds));

    protected static string Day(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Minor units as the scalar Decimal has them: <c>"12.30"</c>.</summary>
    protected static string Money(long cents) => (cents / 100m).ToString("0.00", CultureInfo.InvariantCulture);
}
