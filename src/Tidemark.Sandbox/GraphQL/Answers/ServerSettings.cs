using System.Text.Json;

namespace Tidemark.Sandbox.GraphQL.Answers;

/// <summary>In which of the ways that servers differ this one answers. Set at the control port.</summary>
internal sealed class ServerSettings
{
    /// <summary>Whether the schema is published. Default true.</summary>
    public bool Introspection { get; private set; } = true;

    /// <summary>Whether there is a field <c>node</c> that completes what was cut off. Default true.</summary>
    public bool Node { get; private set; } = true;

    /// <summary>Every nth record lacks a field, with an error that says so. Default 0, never.</summary>
    public int PartialEvery { get; private set; }

    /// <summary>Whether such a record is null as a whole. Default false.</summary>
    public bool PartialNulls { get; private set; }

    /// <summary>Whether cursors that were given out before count no more. Raised by one each time it is set.</summary>
    public int CursorGeneration { get; private set; }

    /// <summary>Most records that a page has, asked for or not. Default 250.</summary>
    public int MaxPage { get; private set; } = 250;

    /// <summary>
    /// Whether a page that is too large is refused; else it is cut down without a word. Default true.
    /// </summary>
    public bool RefusesLargePages { get; private set; } = true;

    /// <summary>Status of an answer that slows the client down: 200 or 429. Default 200.</summary>
    public int ThrottleStatus { get; private set; } = 200;

    /// <summary>A code that every query is answered with, and no data; null for none.</summary>
    public string? ErrorCode { get; private set; }

    /// <summary>Takes a setting; false if there is none of this name and kind.</summary>
    public bool TrySet(string setting, JsonElement value)
    {
        switch (setting, value.ValueKind)
        {
            case ("introspection", JsonValueKind.True or JsonValueKind.False):
                Introspection = value.GetBoolean();
                return true;
            case ("node", JsonValueKind.True or JsonValueKind.False):
                Node = value.GetBoolean();
                return true;
            case ("partial_every", JsonValueKind.Number) when value.TryGetInt32(out var every) && every >= 0:
                PartialEvery = every;
                return true;
            case ("partial_nulls", JsonValueKind.True or JsonValueKind.False):
                PartialNulls = value.GetBoolean();
                return true;
            case ("expire_cursors", JsonValueKind.True):
                CursorGeneration++;
                return true;
            case ("max_page", JsonValueKind.Number) when value.TryGetInt32(out var most) && most > 0:
                MaxPage = most;
                return true;
            case ("refuses_large_pages", JsonValueKind.True or JsonValueKind.False):
                RefusesLargePages = value.GetBoolean();
                return true;
            case ("throttle_status", JsonValueKind.Number) when value.TryGetInt32(out var status)
                && status is 200 or 429:
                ThrottleStatus = status;
                return true;
            case ("error_code", JsonValueKind.String or JsonValueKind.Null):
                ErrorCode = value.GetString();
                return true;
            default:
                return false;
        }
    }
}
