using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Stripe;

/// <summary>Settings of a Stripe source.</summary>
public sealed record StripeOptions : HttpOptions
{
    [Required]
    [Description("Secret or restricted key: sk_live_…, rk_live_…, sk_test_… or rk_test_…. Reading is all it needs.")]
    public Secret ApiKey { get; set; } = new("");

    [Advanced]
    [Description("Address of the API.")]
    public Uri BaseUrl { get; set; } = new("https://api.stripe.com");

    [Description("Connected account to read, acct_…, in place of the key's own.")]
    public string? Account { get; set; }

    [AtLeast(0), Advanced]
    [VendorLimit("100 with a live key, 25 with a test key, unless Stripe has raised them", "https://docs.stripe.com/rate-limits")]
    [Description("Requests per second that all streams share; 0 is 80 with a live key and 20 with a test key.")]
    public double RequestsPerSecond { get; set; }

    [Range(1, 32), Advanced]
    [Description("Ranges of one stream that are read at once.")]
    public int Parallel { get; set; } = 8;

    [Range(1, 100), Advanced]
    [VendorLimit("100", "https://docs.stripe.com/api/pagination")]
    [Description("Records a page.")]
    public int PageSize { get; set; } = 100;

    [Description("Day in UTC; only records created on it or later are read.")]
    [Example("2024-01-31")]
    public DateOnly? StartDate { get; set; }
}
