using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Definitions;

/// <summary>The properties that a stream's records are known to have, as names that a definition may say.</summary>
internal sealed class RecordPlaces(StreamSchema stream)
{
    private readonly HashSet<string> _heads =
    [
        .. stream.Properties ?? [],
        .. stream.LeftInRaw,
        .. stream.Fields.Where(field => !field.IsDerived).SelectMany(field => new[] { field.Path, field.OrPath }).OfType<string>().Select(Head),
    ];

    /// <summary>Whether records are known to have the property that a path begins with.</summary>
    public bool Known(string path) => _heads.Contains(Head(path));

    /// <summary>The known name that a name is a slip of; null for none.</summary>
    public string? Slip(string name) => NearestName.Slip(name, stream.Fields.Select(field => field.Name).Union(_heads, StringComparer.Ordinal));

    /// <summary>The hint for a path that is no place in the stream's records, or hardly one; null where it may be.</summary>
    public string? Mistake(string path)
    {
        if (Known(path)) return null;
        var head = Head(path);
        if (stream.Properties is { } all) return NearestName.Hint(head, all);
        return Slip(head) is { } meant ? $"Did you mean {meant}? For a place in the record of exactly this name, write /{path}." : null;
    }

    private static string Head(string path) => path.Split('/')[0];
}
