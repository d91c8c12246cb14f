using System.Globalization;

namespace Tidemark.Engine.Destinations;

/// <summary>What deleting rows takes of another table whose foreign keys lead to them.</summary>
/// <param name="Table">The other table; the same one where its rows refer to each other.</param>
/// <param name="Rows">Rows that it has.</param>
/// <param name="Deletes">Rows of it that are deleted along (ON DELETE CASCADE), however long the way.</param>
/// <param name="Emptied">Rows of it that then refer to nothing, or to a default (ON DELETE SET NULL, SET DEFAULT).</param>
public sealed record Cascade(string Table, long Rows, long Deletes, long Emptied)
{
    /// <summary>What it took, in a sentence.</summary>
    /// <param name="deleted">The table whose rows were deleted.</param>
    public string Describe(string deleted) => string.Join(" ", new[]
    {
        Deletes == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{Deletes} rows of {Table} were deleted along with rows of {deleted}."),
        Emptied == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{Emptied} rows of {Table} no longer refer to rows of {deleted}."),
    }.OfType<string>());

    /// <summary>What two deletions after each other take.</summary>
    public static IReadOnlyList<Cascade> Sum(IReadOnlyList<Cascade> earlier, IReadOnlyList<Cascade> later) =>
        earlier.Count == 0 ? later :
        [
            .. earlier.Concat(later).GroupBy(each => each.Table, StringComparer.Ordinal).Select(same => new Cascade(
                same.Key, same.First().Rows, same.Sum(each => each.Deletes), same.Sum(each => each.Emptied))),
        ];
}
