using System.Text.Json;

namespace Tidemark.Sandbox.Close;

/// <summary>
/// What differs between Close's documentation, its clients and its past, to be set at the control port.
/// </summary>
internal sealed class CloseSettings
{
    /// <summary>Largest <c>_skip</c> of any list. Default 250,000.</summary>
    public int MaxSkip { get; private set; } = 250_000;

    /// <summary>Results that one search gives. Default 10,000.</summary>
    public int SearchCap { get; private set; } = 10_000;

    /// <summary>Whether a search says that its cap is reached; else it ends as if there were no more.</summary>
    public bool SearchCapIsSaid { get; private set; }

    /// <summary>Seconds that a search's cursor lives. Default 30.</summary>
    public double CursorSeconds { get; private set; } = 30;

    /// <summary><c>nested</c> as the vendor's client reads it, <c>flat</c> as others do, or <c>neither</c>.</summary>
    public string RateBody { get; private set; } = "nested";

    /// <summary><c>new</c>, <c>old</c> or <c>none</c>.</summary>
    public string RateHeader { get; private set; } = "new";

    /// <summary>Requests that the header says are left.</summary>
    public int RateRemaining { get; private set; } = 50;

    /// <summary>Seconds until the limit starts anew, in header and body.</summary>
    public double RateReset { get; private set; } = 0.2;

    /// <summary><c>flat</c>: <c>custom.cf_…</c> keys; <c>dictionary</c>: one object by name.</summary>
    public string CustomForm { get; private set; } = "flat";

    /// <summary><c>newest</c> or <c>oldest</c> first.</summary>
    public string ActivityOrder { get; private set; } = "newest";

    /// <summary>Whether shared custom fields say what they are used on.</summary>
    public bool TellsAssociations { get; private set; } = true;

    public bool TrySet(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => TrySet(name, value.GetDouble()),
        JsonValueKind.True or JsonValueKind.False => TrySet(name, value.GetBoolean()),
        JsonValueKind.String => TrySet(name, value.GetString()!),
        _ => false,
    };

    private bool TrySet(string name, double value)
    {
        switch (name)
        {
            case "max_skip":
                MaxSkip = (int)value;
                return true;
            case "search_cap":
                SearchCap = (int)value;
                return true;
            case "cursor_seconds":
                CursorSeconds = value;
                return true;
            case "rate_remaining":
                RateRemaining = (int)value;
                return true;
            case "rate_reset":
                RateReset = value;
                return true;
            default:
                return false;
        }
    }

    private bool TrySet(string name, bool value)
    {
        switch (name)
        {
            case "search_cap_is_said":
                SearchCapIsSaid = value;
                return true;
            case "tells_associations":
                TellsAssociations = value;
                return true;
            default:
                return false;
        }
    }

    private bool TrySet(string name, string value)
    {
        switch (name)
        {
            case "rate_body":
                RateBody = value;
                return true;
            case "rate_header":
                RateHeader = value;
                return true;
            case "custom_form":
                CustomForm = value;
                return true;
            case "activity_order":
                ActivityOrder = value;
                return true;
            default:
                return false;
        }
    }
}
