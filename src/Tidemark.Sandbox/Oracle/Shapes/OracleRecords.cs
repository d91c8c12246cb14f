using System.Globalization;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Oracle.Shapes;

/// <summary>
/// One kind of record. <see cref="Form.Complete"/> has the children as arrays, the other forms have none.
/// </summary>
/// <param name="resource">As in the path, e.g. <c>opportunities</c>.</param>
/// <param name="idName">Field of the numeric id, e.g. <c>OptyId</c>.</param>
/// <param name="numberName">Field of the public number, which addresses the record, e.g. <c>OptyNumber</c>.</param>
/// <param name="world">Where relations come from.</param>
/// <param name="place">Ids and times of the records.</param>
internal abstract class OracleRecords(
    string resource, string idName, string numberName, OracleWorld world, OraclePlace place)
    : SeededRecords(place.Numbers, place.Timeline)
{
    public const string Created = "CreationDate";
    public const string Updated = "LastUpdateDate";

    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'+00:00'";

    public string Resource { get; } = resource;

    public string IdName { get; } = idName;

    public string NumberName { get; } = numberName;

    /// <summary>Names of the children within the complete form.</summary>
    public virtual IReadOnlyList<string> Children => [];

    protected OracleWorld World { get; } = world;

    public static string Time(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(seconds).ToString(TimeFormat, CultureInfo.InvariantCulture);

    public static string Day(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public long IdAt(long index) => place.FirstId + index;

    public long IndexOf(long id) => id - place.FirstId;

    /// <summary>When a record was last changed as it was seeded: for two of five, when it was made.</summary>
    public long UpdatedAt(long index, long created)
    {
        var draws = World.Draw(OraclePurpose.Update, index + place.FirstId);
        return draws.Percent(40) ? created : created + draws.Below(Math.Max(1, World.EndSeconds - created));
    }

    public override void Write(JsonBuffer json, long index, long created, Form form)
    {
        var draws = World.Draw(place.Purpose, index);
        json.Add($$"""{"{{IdName:raw}}":{{IdAt(index)}},"{{NumberName:raw}}":{{new RecordId(Ids, index)}}""");
        WriteOwn(json, index, created, ref draws);
        json.Add($$""","CreatedBy":{{OracleWorld.CreatorOf(index)}},"CreationDate":{{Time(created)}}""");
        json.Add($$""","LastUpdatedBy":"ASENSIER","LastUpdateDate":{{Time(UpdatedAt(index, created))}}""");
        json.Raw(""","LastUpdateLogin":"-1","UpdateFlag":false,"DeleteFlag":false"""u8);
        if (form == Form.Complete) WriteChildren(json, index, created);
        json.Raw("}"u8);
    }

    public override void WriteChanged(JsonBuffer json, ReadOnlySpan<byte> complete, Form form)
    {
        if (form == Form.Complete || Children.Count == 0) json.Raw(complete);
        else OracleRecordView.Write(json, complete, new() { Without = Children });
    }

    /// <summary>Fields after the id and the number, each with the comma before it.</summary>
    protected abstract void WriteOwn(JsonBuffer json, long index, long created, ref Draws draws);

    protected virtual void WriteChildren(JsonBuffer json, long index, long created)
    {
    }
}

/// <summary>Where a kind of record stands among the others.</summary>
/// <param name="Purpose">Purpose of the draws that make the fields.</param>
/// <param name="FirstId">Numeric id of the first one.</param>
/// <param name="Numbers">Public numbers.</param>
/// <param name="Timeline">When they were made.</param>
internal sealed record OraclePlace(OraclePurpose Purpose, long FirstId, IdCodec Numbers, Timeline Timeline);
