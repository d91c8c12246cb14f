using Tidemark.Sandbox.Fiction;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Zoho.Shapes;

/// <summary>What the fields of one record are drawn from.</summary>
internal sealed class ZohoSeed
{
    private const int Users = 7;
    private static readonly string[] UserNames = ["Ada Lind", "Chidi Okafor", "Jun Tanaka", "Maria Duarte", "Petra Weiß", "Sam O'Neil", "Wei Chen"];

    private Draws _draws;

    public ZohoSeed(ZohoWorld world, int purpose, JsonBuffer json, long index, long modified)
    {
        (World, Json, Index, Modified) = (world, json, index, modified);
        _draws = world.Draw(purpose, index);
        Person = People.Draw(ref _draws);
        Place = _draws.From(Places.All);
        Created = modified - _draws.Between(0, 40_000_000);
    }

    public ZohoWorld World { get; }
    public JsonBuffer Json { get; }
    public long Index { get; }
    public long Modified { get; }
    public long Created { get; }
    public Person Person { get; }
    public Place Place { get; }

    public ref Draws Draws => ref _draws;

    public string? Maybe(int percent, string value) => _draws.Percent(percent) ? value : null;

    public string From(params string[] choices) => _draws.From(choices);

    public void Text(string? value)
    {
        if (value is null) Json.Null();
        else Json.Text(value);
    }

    public void User()
    {
        var user = _draws.Below(Users);
        Json.Add($$"""{"name":{{UserNames[user]}},"id":{{new RecordId(World.UserIds, user)}},"email":"user{{user}}@example.com"}""");
    }

    /// <summary>A link to a record, or null.</summary>
    public void Link(IdCodec ids, Timeline line, string name, int percent)
    {
        if (!_draws.Percent(percent))
        {
            Json.Null();
            return;
        }

        Json.Add($$"""{"name":{{name}},"id":{{new RecordId(ids, _draws.Below(line.Count))}}}""");
    }

    /// <summary>An amount with cents, as a JSON number.</summary>
    public void Money(int limit)
    {
        var cents = _draws.Below(limit * 100);
        Json.Raw(FormattableString.Invariant($"{cents / 100}.{cents % 100:D2}"));
    }
}
