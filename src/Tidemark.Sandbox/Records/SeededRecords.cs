namespace Tidemark.Sandbox.Records;

/// <summary>
/// The records of a stream as they are before anybody changes one: computed from the index, never stored. An index
/// past <see cref="Count"/> gives what a record made later looks like.
/// </summary>
internal abstract class SeededRecords(IdCodec ids, Timeline timeline)
{
    public IdCodec Ids { get; } = ids;

    public Timeline Timeline { get; } = timeline;

    public long Count => Timeline.Count;

    /// <summary>The id of a record that nobody gave another one. Several parts, where a record has no id of its own.</summary>
    public virtual string IdOf(long index) => Ids.Text(index);

    /// <summary>The index behind an id as <see cref="IdOf"/> makes them; any well-formed id stands for some index.</summary>
    public virtual bool TryIndex(string id, out long index) => Ids.TryIndex(id, out index);

    public virtual void WriteId(JsonBuffer json, long index) => json.Id(new(Ids, index));

    public abstract void Write(JsonBuffer json, long index, long created, Form form);

    /// <summary>A changed record, kept as <see cref="Form.Complete"/> JSON, in the form that is asked for.</summary>
    public virtual void WriteChanged(JsonBuffer json, ReadOnlySpan<byte> complete, Form form) => json.Raw(complete);
}

/// <summary>How much of the lists inside a record is shown.</summary>
internal enum Form
{
    /// <summary>As a list shows it: lists inside are cut, or absent until expanded.</summary>
    Listed,

    /// <summary>With what must be asked for, still cut.</summary>
    Expanded,

    /// <summary>With the lists inside whole.</summary>
    Complete,
}
