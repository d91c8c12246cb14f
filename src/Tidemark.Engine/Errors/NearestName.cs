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
