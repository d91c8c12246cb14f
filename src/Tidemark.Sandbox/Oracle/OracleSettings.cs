using System.Text.Json;
using Tidemark.Sandbox.Oracle.Shapes;

namespace Tidemark.Sandbox.Oracle;

/// <summary>What differs between tenants, or is not known for certain. Set through the control port.</summary>
internal sealed class OracleSettings
{
    private const int MaxLimit = 500;

    /// <summary><c>date_form</c>: seconds, milliseconds or bare.</summary>
    public OracleTimeForm TimeForm { get; private set; }

    /// <summary><c>page_cap</c>: a larger limit is lowered to it without a word. Default 500.</summary>
    public int PageCap { get; private set; } = MaxLimit;

    /// <summary><c>total_cap</c>: totalResults is never more. Default none.</summary>
    public long TotalCap { get; private set; } = long.MaxValue;

    /// <summary><c>total_refused</c>: totalResults is refused beside other parameters. Default false.</summary>
    public bool TotalIsRefused { get; private set; }

    /// <summary><c>omits_empty</c>: an empty collection has no items at all. Default false.</summary>
    public bool OmitsEmpty { get; private set; }

    /// <summary><c>empty_is_no_content</c>: an empty collection is answered with 204 and nothing. Default false.</summary>
    public bool EmptyIsNoContent { get; private set; }

    /// <summary>
    /// <c>needs_record_set</c>: all opportunities are shown only where the filter says RecordSet='ALL'. Default false.
    /// </summary>
    public bool NeedsRecordSet { get; private set; }

    /// <summary><c>ignores_order</c>: collections come newest first, whatever is asked for. Default false.</summary>
    public bool IgnoresOrder { get; private set; }

    /// <summary><c>login_page</c>: a refused login is answered with HTML, not with text. Default false.</summary>
    public bool HasLoginPage { get; private set; }

    /// <summary><c>frameworks</c>: highest framework version that is allowed. Default 9.</summary>
    public int Frameworks { get; private set; } = 9;

    public bool TrySet(string setting, JsonElement value)
    {
        switch (setting, value.ValueKind)
        {
            case ("date_form", JsonValueKind.String)
                when Enum.TryParse<OracleTimeForm>(value.GetString(), ignoreCase: true, out var form):
                TimeForm = form;
                return true;
            case ("page_cap", JsonValueKind.Number) when value.GetInt32() is > 0 and <= MaxLimit:
                PageCap = value.GetInt32();
                return true;
            case ("total_cap", JsonValueKind.Number):
                TotalCap = value.GetInt64();
                return true;
            case ("frameworks", JsonValueKind.Number):
                Frameworks = value.GetInt32();
                return true;
            case (_, JsonValueKind.True or JsonValueKind.False):
                return TrySetFlag(setting, value.GetBoolean());
            default:
                return false;
        }
    }

    private bool TrySetFlag(string setting, bool value)
    {
        switch (setting)
        {
            case "total_refused":
                TotalIsRefused = value;
                return true;
            case "omits_empty":
                OmitsEmpty = value;
                return true;
            case "empty_is_no_content":
                EmptyIsNoContent = value;
                return true;
            case "needs_record_set":
                NeedsRecordSet = value;
                return true;
            case "ignores_order":
                IgnoresOrder = value;
                return true;
            case "login_page":
                HasLoginPage = value;
                return true;
            default:
                return false;
        }
    }
}
