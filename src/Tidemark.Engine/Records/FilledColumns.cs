namespace Tidemark.Engine.Records;

/// <summary>
/// Which of a stream's declared columns a reading has found a value for. One that stays empty over many records may be a
/// property that the vendor no longer sends; one that no record even names may be a slip in the pipeline.
/// </summary>
public sealed class FilledColumns(StreamSchema stream)
{
    private readonly bool[] _isFilled = new bool[stream.Fields.Count];
    private readonly bool[] _isMet = new bool[stream.Fields.Count];

    /// <summary>Declared columns without any value so far, in the stream's order.</summary>
    public IEnumerable<string> Empty => stream.Fields
        .Where((column, at) => !_isFilled[at] && column is { IsInferred: false, IsDerived: false, Ownership: null } && (_isMet[at] || !column.IsUnproven))
        .Select(column => column.Name);

    /// <summary>Columns whose place in the record is one that only the pipeline names, and that no record so far has.</summary>
    public IEnumerable<Field> Unmet => stream.Fields.Where((column, at) => column.IsUnproven && !_isMet[at]);

    /// <summary>Notes a value. Fields that were added after the stream's own are passed over.</summary>
    public void Fill(int position)
    {
        if (position < _isFilled.Length) _isFilled[position] = true;
    }

    /// <summary>Notes that a record has the place, be it with null or a value that does not fit.</summary>
    public void Meet(int position)
    {
        if (position < _isMet.Length) _isMet[position] = true;
    }
}
