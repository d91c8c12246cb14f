using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations;

/// <summary>What came of trying a destination.</summary>
/// <param name="HasWritten">Whether a table was made, written and taken back.</param>
/// <param name="Problems">What a run could not do.</param>
/// <param name="Facts">What a person wants to know: sizes of tables, who holds locks, room on the disk.</param>
public sealed record DestinationTrial(
    bool HasWritten, IReadOnlyList<Problem> Problems, IReadOnlyList<KeyValuePair<string, string>> Facts)
{
    /// <summary>Nothing was tried.</summary>
    public static readonly DestinationTrial None = new(HasWritten: false, [], []);
}
