using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Square;

/// <summary>Settings of a Square source.</summary>
public sealed record SquareOptions : HttpOptions
{
    [Required]
    [Description("Access token of the application: a personal one, or one from OAuth. Reading is all it needs.")]
    public Secret AccessToken { get; set; } = new("");

    [Description("Which of Square's two worlds is read; each has a host and tokens of its own.")]
    public SquareEnvironment Environment { get; set; }

    [Advanced]
    [Description("Address of the API, in place of the environment's.")]
    public Uri? BaseUrl { get; set; }

    [CatalogTypes]
    [Description("Further kinds of catalog objects to read, each as a stream of its own.")]
    [Example("TAX, DISCOUNT")]
    public IReadOnlyList<string> CatalogTypes { get; set; } = [];

    [Description("Whether deleted catalog objects stay as rows whose is_deleted is true, in place of being deleted.")]
    public bool KeepDeleted { get; set; }

    [Range(1, 1000), Advanced]
    [VendorLimit("1000", "https://developer.squareup.com/reference/square/catalog-api/search-catalog-objects")]
    [Description("Catalog objects a page; Square takes it as a wish.")]
    public int CatalogPageSize { get; set; } = 1000;

    [Range(1, 1000), Advanced]
    [VendorLimit("1000", "https://developer.squareup.com/reference/square/inventory-api/batch-retrieve-inventory-counts")]
    [Description("Variations whose counts are asked for at once.")]
    public int InventoryBatchSize { get; set; } = 500;

    [Range(1, 1000), Advanced]
    [VendorLimit("1000", "https://developer.squareup.com/reference/square/orders-api/search-orders")]
    [Description("Orders a page.")]
    public int OrdersPageSize { get; set; } = 500;

    [Description("Time by which orders are listed: created_at reads all, closed_at only completed and canceled ones.")]
    public SquareOrderTime OrdersBy { get; set; }

    [Description("Day in UTC; only orders created (or closed, see orders_by) on it or later are read.")]
    [Example("2018-01-01")]
    public DateOnly? StartDate { get; set; }

    [AtLeast(0), Advanced]
    [Description("Requests per second that all streams share; 0 is no limit. Square documents none.")]
    public double RequestsPerSecond { get; set; } = 10;

    [Range(1, 32), Advanced]
    [Description("Order ranges, and locations of an inventory batch, that are read at once.")]
    public int Parallel { get; set; } = 4;

    [Advanced]
    [Description("Address of /webhooks/NAME as Square was given it, where a proxy stands before this server: Square signs it.")]
    [Example("https://sync.example.com/webhooks/shop")]
    public Uri? WebhookUrl { get; set; }

    [Range(0, 604_800)]
    public override TimeSpan Overlap { get; set; } = TimeSpan.FromMinutes(10);
}

/// <summary>Which of Square's two worlds is read.</summary>
public enum SquareEnvironment
{
    Production,
    Sandbox,
}

/// <summary>The time by which orders are listed. Once set, neither changes.</summary>
public enum SquareOrderTime
{
    CreatedAt,
    ClosedAt,
}
