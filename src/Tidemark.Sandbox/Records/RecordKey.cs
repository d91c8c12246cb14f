namespace Tidemark.Sandbox.Records;

/// <summary>Place of a record in its stream: by time, and by index within one second.</summary>
internal readonly record struct RecordKey(long Created, long Index) : IComparable<RecordKey>
{
    public static readonly RecordKey First = new(long.MinValue, long.MinValue);
    public static readonly RecordKey Last = new(long.MaxValue, long.MaxValue);

    public static RecordKey BeforeAllOf(long created) => new(created, long.MinValue);

    public static RecordKey AfterAllOf(long created) => new(created, long.MaxValue);

    public static RecordKey Max(RecordKey one, RecordKey other) => one > other ? one : other;

    public static RecordKey Min(RecordKey one, RecordKey other) => one < other ? one : other;

    public int CompareTo(RecordKey other) =>
        Created != other.Created ? Created.CompareTo(other.Created) : Index.CompareTo(other.Index);

    public static bool operator <(RecordKey left, RecordKey right) => left.CompareTo(right) < 0;

    public static bool operator >(RecordKey left, RecordKey right) => left.CompareTo(right) > 0;

    public static bool operator <=(RecordKey left, RecordKey right) => left.CompareTo(right) <= 0;

    public static bool operator >=(RecordKey left, RecordKey right) => left.CompareTo(right) >= 0;
}
