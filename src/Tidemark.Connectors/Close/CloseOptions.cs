using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Close;

/// <summary>Settings of a Close source.</summary>
public sealed record CloseOptions : HttpOptions
{
    [Required]
    [Description("API key of the organization, api_…, of a user who may see all records.")]
    public Secret ApiKey { get; set; } = new("");

    [Description("Address of the API, without /api/v1. Default https://api.close.com.")]
    public Uri BaseUrl { get; set; } = new("https://api.close.com");

    [Range(0, 1000)]
    [Description("Requests per second that all streams share, 0 for no limit but Close's own. Default 16.")]
    public double RequestsPerSecond { get; set; } = 16;

    [Range(1, 32)]
    [Description("Ranges of one stream that are read at once, 1 to 32. Default 4.")]
    public int Parallel { get; set; } = 4;

    [Range(1, 100)]
    [Description("Records a page of a list, 1 to 100. Default 100.")]
    public int PageSize { get; set; } = 100;

    [Range(1, 200)]
    [Description("Leads or contacts a page of a search, 1 to 200. Default 200.")]
    public int SearchPageSize { get; set; } = 200;

    [RegularExpression(
        @"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", ErrorMessage = "{0} is a day such as 2024-01-31.")]
    [Description("Day in UTC before which nothing was created that is wanted, e.g. 2024-01-31. Default: everything.")]
    public string? StartDate { get; set; }

    [Range(typeof(TimeSpan), "00:05:00", "1.00:00:00", ErrorMessage = "{0} is from 300 to 86400.")]
    [Description("Seconds that an incremental reading goes back before the last one began, 300 to 86400. Default 600.")]
    public override TimeSpan Overlap { get; set; } = TimeSpan.FromMinutes(10);
}
