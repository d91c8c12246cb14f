namespace Tidemark.Engine.Records;

/// <summary>
/// Which of a stream's declared columns a reading has found a value for. One that stays empty over many records may be a
/// property that the vendor no longer sends.
/// </summary>
public sealed class FilledColumns(StreamSchema stream)
{
    private readonly bool[] _isFilled = new bool[stream.Fields.Count];

    /// <summary>Declared columns without any value so far, in the stream's order.</summary>
    public IEnumerable<string> Empty => stream.Fields
        .Where((column, at) => !_isFilled[at] && column is { IsInferred: false, IsDerived: false, Ownership: null })
        .Select(column => column.Name);

    /// <summary>Notes a value. Fields that were added after the stream's own are passed over.</summary>
    public void Fill(int position)
    {
        if (position < _isFilled.Length) _isFilled[position] = true;
    }
}
