using System.Globalization;
using System.Text;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.GraphQL.Answers;

/// <summary>Opaque cursors: where a record stands, under the generation that they were given out in.</summary>
internal static class ServerCursor
{
    public static string Of(RecordKey key, int generation) => Write(
        string.Create(CultureInfo.InvariantCulture, $"{generation}:{key.Created}:{key.Index}"));

    public static string Of(int place, int generation) => Write(
        string.Create(CultureInfo.InvariantCulture, $"{generation}:{place}"));

    /// <exception cref="GraphQLProblem">No cursor of this server, or one that has expired.</exception>
    public static RecordKey Key(string cursor, int generation)
    {
        var parts = Read(cursor, generation, 3);
        return new(parts[1], parts[2]);
    }

    /// <exception cref="GraphQLProblem">No cursor of this server, or one that has expired.</exception>
    public static int Place(string cursor, int generation) => (int)Read(cursor, generation, 2)[1];

    private static string Write(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));

    private static long[] Read(string cursor, int generation, int count)
    {
        Span<byte> bytes = stackalloc byte[128];
        if (!Convert.TryFromBase64String(cursor, bytes, out var length)) throw Invalid(cursor);
        var parts = Encoding.ASCII.GetString(bytes[..length]).Split(':')
            .Select(part => long.TryParse(part, CultureInfo.InvariantCulture, out var number) ? number : -1).ToArray();
        return parts.Length == count && parts[0] == generation ? parts : throw Invalid(cursor);
    }

    private static GraphQLProblem Invalid(string cursor) =>
        new("BAD_USER_INPUT", $"Invalid cursor: {cursor}") { HasBegun = true };
}
