namespace Tidemark.Engine.Errors;

/// <summary>Answers an unknown name with the known one that was probably meant.</summary>
public static class NearestName
{
    /// <summary>A sentence that names the nearest known name, or all of them, or says that there are none.</summary>
    /// <param name="unknown">The unknown name.</param>
    /// <param name="known">Those there are.</param>
    /// <param name="shown">How many to name at most, the first ones as given.</param>
    public static string Hint(string unknown, IEnumerable<string> known, int shown = int.MaxValue)
    {
        var names = known.ToList();
        if (names.Count == 0) return "There are none yet.";
        var nearest = names.Order(StringComparer.Ordinal).MinBy(name => Distance(unknown, name))!;
        return Distance(unknown, nearest) <= Math.Max(2, unknown.Length / 3)
            ? $"Did you mean {nearest}?"
            : $"Known: {string.Join(", ", names.Take(shown).Order(StringComparer.Ordinal))}.";
    }

    /// <summary>The known name that a name is a slip of the keyboard of; null where it is a name of its own.</summary>
    /// <remarks>Not a slip: <c>region_c</c> beside <c>region</c>, <c>address_2</c> beside <c>address_1</c>.</remarks>
    public static string? Slip(string unknown, IEnumerable<string> known)
    {
        if (unknown.Length < 4) return null;
        var most = unknown.Length < 8 ? 1 : 2;
        return known.Where(name => !Continues(name, unknown) && !Continues(unknown, name) && !DiffersInDigits(unknown, name))
            .Order(StringComparer.Ordinal)
            .Select(name => (Name: name, Distance: IsSwapped(unknown, name) ? 1 : Distance(unknown, name)))
            .Where(near => near.Distance <= most).OrderBy(near => near.Distance).Select(near => near.Name).FirstOrDefault();
    }

    private static bool Continues(string name, string beginning) =>
        name.StartsWith(beginning + "_", StringComparison.OrdinalIgnoreCase);

    private static bool DiffersInDigits(string left, string right) => left != right && Letters(left) == Letters(right);

    private static string Letters(string name) => string.Concat(name.Where(letter => !char.IsAsciiDigit(letter)));

    /// <summary>Whether two neighbouring letters are the wrong way round, and nothing else.</summary>
    private static bool IsSwapped(string left, string right)
    {
        if (left.Length != right.Length) return false;
        var at = left.AsSpan().CommonPrefixLength(right);
        return at + 1 < left.Length && left[at] == right[at + 1] && left[at + 1] == right[at]
            && left.AsSpan(at + 2).SequenceEqual(right.AsSpan(at + 2));
    }

    /// <summary>Letters to insert, drop or change to get from one name to the other, case ignored.</summary>
    private static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var change = diagonal + (char.ToUpperInvariant(from[i - 1]) == char.ToUpperInvariant(to[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[to.Length];
    }
}
