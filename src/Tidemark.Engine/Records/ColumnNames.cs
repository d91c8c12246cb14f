using System.Globalization;
using System.Text;

namespace Tidemark.Engine.Records;

/// <summary>Turns what vendors call their fields into names that are pleasant to type in SQL.</summary>
public static class ColumnNames
{
    /// <summary>The column of the content hash, which every table has that Tidemark writes.</summary>
    public const string Hash = "_hash";

    /// <summary>
    /// Names that no field may take: the engine's own columns, and those that every table of PostgreSQL has already.
    /// https://www.postgresql.org/docs/current/ddl-system-columns.html.
    /// </summary>
    public static readonly IReadOnlySet<string> Reserved = new HashSet<string>(StringComparer.Ordinal)
    {
        "raw", Hash, "_run", "_synced_at", "_deleted_at", "_op",
        "tableoid", "xmin", "cmin", "xmax", "cmax", "ctid",
    };

    // The engine's own tables begin so, the stagings and the before images of others among them.
    private const string OwnTables = "_tidemark_";

    // Columns of a staging, one for every column that is taken by a rule.
    private const string OwnColumns = "_takes_";

    /// <summary>Bytes that a name may have; PostgreSQL cuts longer ones.</summary>
    public const int MaxBytes = 63;

    /// <summary>
    /// snake_case of a name: <c>TargetPartyName</c> is <c>target_party_name</c>, <c>Italy Stripe</c> is
    /// <c>italy_stripe</c>. Letters of all scripts stay; what is no letter or digit becomes one underscore.
    /// </summary>
    public static string SnakeCase(string name)
    {
        var result = new StringBuilder(name.Length + 8);
        for (var at = 0; at < name.Length; at++)
        {
            var letter = name[at];
            if (!char.IsLetterOrDigit(letter) && !char.IsSurrogate(letter))
            {
                if (result.Length > 0 && result[^1] != '_') result.Append('_');
                continue;
            }

            var beginsWord = char.IsUpper(letter) && at > 0
                && (char.IsLower(name[at - 1]) || char.IsDigit(name[at - 1])
                    || (char.IsUpper(name[at - 1]) && at + 1 < name.Length && char.IsLower(name[at + 1])));
            if (beginsWord && result.Length > 0 && result[^1] != '_') result.Append('_');
            result.Append(char.ToLowerInvariant(letter));
        }

        var text = result.ToString().TrimEnd('_');
        return text.Length == 0 ? "field" : Shorten(text);
    }

    /// <summary>A name for a vendor's field that none of the taken ones equals.</summary>
    public static string Choose(string vendorName, IReadOnlySet<string> taken) => Choose(vendorName, taken.Contains);

    /// <summary>A name for a vendor's field that is not taken.</summary>
    public static string Choose(string vendorName, Func<string, bool> isTaken)
    {
        var wanted = SnakeCase(vendorName);
        var name = wanted;
        for (var number = 2; isTaken(name) || Reserved.Contains(name); number++)
            name = Shorten(wanted, "_" + number.ToString(CultureInfo.InvariantCulture));
        return name;
    }

    /// <summary>Whether a name is one of the engine's own columns, in any case: some databases ignore case.</summary>
    public static bool IsReserved(string name) => Reserved.Contains(name.ToLowerInvariant())
        || (name.StartsWith(OwnColumns, StringComparison.OrdinalIgnoreCase) && name[OwnColumns.Length..].All(char.IsAsciiDigit));

    /// <summary>Why a table cannot have a name that somebody chose; null where it can.</summary>
    public static string? TableMistake(string name) =>
        name.StartsWith(OwnTables, StringComparison.OrdinalIgnoreCase) ? $"The name {name} is Tidemark's own." : Mistake(name);

    /// <summary>Why nothing in a database can have a name that somebody chose; null where it can.</summary>
    public static string? Mistake(string name) =>
        string.IsNullOrWhiteSpace(name) ? "The name is empty."
        : name.Any(char.IsControl) ? "The name has a control character."
        : Encoding.UTF8.GetByteCount(name) > MaxBytes ? $"The name {name} has more than {MaxBytes} bytes."
        : null;

    /// <summary>Cuts a name to <see cref="MaxBytes"/>; a hash of the whole keeps two long names apart.</summary>
    public static string Shorten(string name, string suffix = "")
    {
        if (Encoding.UTF8.GetByteCount(name) + suffix.Length <= MaxBytes) return name + suffix;
        var tail = "_" + (ContentHash.Of(Encoding.UTF8.GetBytes(name)) & 0xFFFFFF).ToString("x6", CultureInfo.InvariantCulture)
            + suffix;
        var (kept, room) = (0, MaxBytes - tail.Length);
        foreach (var letter in name.EnumerateRunes())
        {
            if ((room -= letter.Utf8SequenceLength) < 0) break;
            kept += letter.Utf16SequenceLength;
        }

        return name[..kept] + tail;
    }
}
