using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Close;

/// <summary>Settings of a Close source.</summary>
public sealed record CloseOptions : HttpOptions
{
    [Required]
    [Description("API key of the organization, api_…, of a user who may see all records; from Close, Settings, Developer.")]
    public Secret ApiKey { get; set; } = new("");

    [Advanced]
    [Description("Address of the API, without /api/v1.")]
    public Uri BaseUrl { get; set; } = new("https://api.close.com");

    [AtLeast(0), Advanced]
    [VendorLimit("20 for a key, as an example; the header of each answer says what holds", "https://developer.close.com/api/overview/rate-limits")]
    [Description("Requests per second that all streams share; 0 leaves it to Close's own header.")]
    public double RequestsPerSecond { get; set; } = 16;

    [Range(1, 32), Advanced]
    [Description("Ranges of one stream that are read at once.")]
    public int Parallel { get; set; } = 4;

    [Range(1, 100), Advanced]
    [VendorLimit("100 for most lists", "https://developer.close.com/api/overview/pagination")]
    [Description("Records a page of a list.")]
    public int PageSize { get; set; } = 100;

    [Range(1, 200), Advanced]
    [VendorLimit("200", "https://developer.close.com/api/resources/advanced-filtering")]
    [Description("Leads or contacts a page of a search.")]
    public int SearchPageSize { get; set; } = 200;

    [Description("Day in UTC; only records created on it or later are read. Short lists are always whole.")]
    [Example("2024-01-31")]
    public DateOnly? StartDate { get; set; }

    [Range(300, 86_400)]
    public override TimeSpan Overlap { get; set; } = TimeSpan.FromMinutes(10);
}
