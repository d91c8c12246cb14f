using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Square;

/// <summary>Settings of a Square source.</summary>
public sealed record SquareOptions : HttpOptions
{
    [Required]
    [Description("Access token of the application: a personal one, or one from OAuth. Reading is all it needs.")]
    public Secret AccessToken { get; set; } = new("");

    [Description("production or sandbox; each has a host and tokens of its own. Default production.")]
    public SquareEnvironment Environment { get; set; }

    [Description("Address of the API, in place of the environment's.")]
    public Uri? BaseUrl { get; set; }

    [CatalogTypes]
    [Description("Further kinds of catalog objects to read, e.g. TAX, DISCOUNT, MODIFIER_LIST, MODIFIER, IMAGE. Default none.")]
    public IReadOnlyList<string> CatalogTypes { get; set; } = [];

    [Description("Whether deleted catalog objects stay as rows whose is_deleted is true, in place of being deleted. Default false.")]
    public bool KeepDeleted { get; set; }

    [Range(1, 1000)]
    [Description("Catalog objects a page, 1 to 1000. Default 1000.")]
    public int CatalogPageSize { get; set; } = 1000;

    [Range(1, 1000)]
    [Description("Variations whose counts are asked for at once, 1 to 1000. Default 500.")]
    public int InventoryBatchSize { get; set; } = 500;

    [Range(1, 1000)]
    [Description("Orders a page, 1 to 1000. Default 500.")]
    public int OrdersPageSize { get; set; } = 500;

    [Description("created_at reads all orders, closed_at only closed ones: those completed or canceled. Default created_at.")]
    public SquareOrderTime OrdersBy { get; set; }

    [RegularExpression(@"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", ErrorMessage = "{0} is a day such as 2018-01-01.")]
    [Description("Day in UTC before which no order was created (or closed, see orders_by) that is wanted, e.g. 2018-01-01. Default: everything.")]
    public string? StartDate { get; set; }

    [Range(0, 1000)]
    [Description("Requests per second that all streams share; 0 is no limit. Square publishes none. Default 10.")]
    public double RequestsPerSecond { get; set; } = 10;

    [Range(1, 32)]
    [Description("Order ranges, and locations of an inventory batch, that are read at once, 1 to 32. Default 4.")]
    public int Parallel { get; set; } = 4;

    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00", ErrorMessage = "{0} is from 0 to 604800.")]
    [Description("Seconds that an incremental reading goes back before the last one began, 0 to 604800. Default 600.")]
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
