using System.Text.Json.Nodes;
using Tidemark.Tests.Sources;

namespace Tidemark.Tests.Stripe;

/// <summary>
/// A random history of customers: created, changed with an event that holds them and with one that does not, deleted; some
/// events are listed late. It goes on while readings go on, and readings are killed at random.
/// </summary>
internal sealed class StripeHistory
{
    private readonly SeededDraw _draw;
    private readonly PlayedStripe _stripe = new();
    private readonly StoppedClock _clock;
    private readonly int _skew;
    private long _now = new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
    private int _made;
    private bool _isQuiet;

    /// <param name="seed">Another seed, another history.</param>
    /// <param name="skew">Seconds by which the vendor's clock is ahead of ours.</param>
    public StripeHistory(int seed, int skew)
    {
        (_draw, _skew) = (new SeededDraw(seed), skew);
        _clock = new StoppedClock(default);
        Pass(0);
        Table = new StripeTable(_stripe, "customers", _clock) { PageSize = 3 };
        _stripe.Fault = _ =>
        {
            Pass(_draw.Next(4));
            if (!_isQuiet && _draw.Next(3) == 0) Change();
            return null;
        };
        _stripe.Date = () => _now;
    }

    public StripeTable Table { get; }

    public IEnumerable<JsonObject> Truth => _stripe.Objects["customers"].OrderBy(entry => (string)entry["id"]!, StringComparer.Ordinal);

    public async Task PlayAsync()
    {
        for (var at = 0; at < 12; at++) Change();
        for (var reading = 0; reading < 8; reading++)
        {
            Pass(_draw.Next(400));
            await Table.ReadAsync(isFull: _draw.Next(3) == 0, pages: _draw.Next(2) == 0 ? _draw.Next(8) : null);
        }

        // What is listed late is listed by now; the last reading sees the vendor at rest.
        _isQuiet = true;
        Pass(400);
        await Table.ReadAsync();
    }

    private void Pass(int seconds)
    {
        _now += seconds;
        _stripe.Now = _now;
        _clock.Now = DateTimeOffset.FromUnixTimeSeconds(_now - _skew);
    }

    private void Change()
    {
        var customers = _stripe.Objects["customers"];
        var late = _draw.Next(4) == 0 ? _draw.Next(300) : 0;
        if (customers.Count < 6 || _draw.Next(5) == 0)
        {
            var id = $"cus_{++_made:000}";
            _stripe.Add("customers", id, _now, ""","name":"new","discount":null""");
            Tell("customer.created", _stripe.Find("customers", id), late);
            return;
        }

        var one = customers[_draw.Next(customers.Count)];
        switch (_draw.Next(5))
        {
            case 0:
                customers.Remove(one);
                Tell("customer.deleted", one, late);
                break;
            case 1 or 2:
                one["discount"] = $"di_{_draw.Next(1000)}";
                Tell("customer.discount.updated", new JsonObject { ["id"] = "di", ["customer"] = (string)one["id"]! }, late);
                break;
            default:
                one["name"] = $"name {_draw.Next(1000)}";
                Tell("customer.updated", one, late);
                break;
        }
    }

    private void Tell(string type, JsonNode what, int late)
    {
        _stripe.Happen(type, _now, what);
        _stripe.Events[^1]["$from"] = _now + late;
    }
}
