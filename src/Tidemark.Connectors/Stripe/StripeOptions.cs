using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Stripe;

/// <summary>Settings of a Stripe source.</summary>
public sealed record StripeOptions : HttpOptions
{
    [Required]
    [Description("Secret or restricted key: sk_live_…, rk_live_…, sk_test_… or rk_test_…. Reading is all it needs.")]
    public Secret ApiKey { get; set; } = new("");

    [Description("Address of the API. Default https://api.stripe.com.")]
    public Uri BaseUrl { get; set; } = new("https://api.stripe.com");

    [Description("Connected account to read, acct_…. Default: the key's own account.")]
    public string? Account { get; set; }

    [Range(0, 1000)]
    [Description("Requests per second that all streams share. Default 0: 80 for a live key, 20 for a test key.")]
    public double RequestsPerSecond { get; set; }

    [Range(1, 32)]
    [Description("Ranges of one stream that are read at once, 1 to 32. Default 8.")]
    public int Parallel { get; set; } = 8;

    [Range(1, 100)]
    [Description("Records a page, 1 to 100. Default 100.")]
    public int PageSize { get; set; } = 100;

    [RegularExpression(@"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", ErrorMessage = "{0} is a day such as 2024-01-31.")]
    [Description("Day in UTC before which nothing was created that is wanted, e.g. 2024-01-31. Default: everything.")]
    public string? StartDate { get; set; }
}
