using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;

namespace Tidemark.Engine.Records;

/// <summary>One entity of a source, e.g. <c>customers</c>: its columns and what identifies a row.</summary>
/// <param name="Name">Stream name in snake_case, as typed on the command line.</param>
/// <param name="Fields">In column order. Declared fields first, inferred ones after them.</param>
public sealed record StreamSchema(string Name, IReadOnlyList<Field> Fields)
{
    /// <summary>Names of the fields that identify a row; at least one.</summary>
    public IReadOnlyList<string> Key { get; init; } = ["id"];

    /// <summary>Properties that the vendor is known to send and that are wanted in <c>raw</c> only, not as a column.</summary>
    public IReadOnlyList<string> LeftInRaw { get; init; } = [];

    /// <summary>Every property that a record may have, where the source decides that; null where the vendor may send others.</summary>
    [JsonIgnore]
    public IReadOnlyList<string>? Properties { get; init; }

    /// <summary>Place in the record of the time that an incremental reading goes by; null where it goes by something else, or reads everything.</summary>
    [JsonIgnore]
    public string? CursorPath { get; init; }

    /// <summary>Positions of the key's fields in <see cref="Fields"/>.</summary>
    public IReadOnlyList<int> KeyPositions =>
        [.. Key.Select(key => Fields.Index().First(entry => entry.Item.Name == key).Index)];

    /// <summary>
    /// Changes when the columns are declared otherwise, so that unchanged records are written again. Inferred columns follow the
    /// records, and do not count.
    /// </summary>
    /// <param name="keepsRaw">Whether the whole record is kept.</param>
    public ulong Fingerprint(bool keepsRaw)
    {
        var text = string.Join('\n', Fields.Where(field => !field.IsInferred).Select(field =>
            string.Create(
                CultureInfo.InvariantCulture, $"{field.Name} {field.Type} {field.Path} {field.OrPath} {field.Time}{Owned(field)}")));
        return ContentHash.Of(Encoding.UTF8.GetBytes(text), keepsRaw ? 1UL : 0UL);

        static string Owned(Field field) => field.Ownership is { } owned
            ? $" {owned.Owner} {owned.Default} {string.Join(';', owned.When.Select(each => $"{each.Column}={string.Join(',', each.Values)}"))}"
            : "";
    }

    /// <summary>The same stream with more fields at its end. One of a name that is there takes its place.</summary>
    public StreamSchema With(IEnumerable<Field> more)
    {
        var given = more.ToList();
        var fields = Fields.Select(field => given.Find(other => other.Name == field.Name) ?? field).ToList();
        return this with { Fields = [.. fields, .. given.Where(field => Fields.All(known => known.Name != field.Name))] };
    }
}
