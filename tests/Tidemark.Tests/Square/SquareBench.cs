using Tidemark.Tests.Connectors;

namespace Tidemark.Tests.Square;

/// <summary>How Square's stand-in is reached, and how it names its records.</summary>
internal static class SquareBench
{
    public static readonly string[] Streams =
        ["locations", "catalog_categories", "catalog_items", "catalog_variations", "catalog_inventory", "orders", "order_line_items"];

    public static Task<VendorBench> StartAsync(int size = 60, params IEnumerable<(string Name, string Value)> more) =>
        VendorBench.StartAsync("square", size, address =>
        {
            var settings = Settings(address);
            foreach (var (name, value) in more) settings[name] = value;
            return settings;
        });

    public static Dictionary<string, string> Settings(Uri address) => new()
    {
        ["access_token"] = "tidemark",
        ["base_url"] = address.ToString(),
        ["allow_private_network"] = "true",
        ["requests_per_second"] = "0",
        ["retries"] = "3",
        ["catalog_page_size"] = "40",
        ["inventory_batch_size"] = "50",
        ["orders_page_size"] = "30",
    };

    /// <summary>SQL for what the stand-in calls the id of a row's record.</summary>
    public static string Id(string stream) => stream switch
    {
        "catalog_inventory" => "catalog_object_id || ':' || location_id || ':' || state",
        "order_line_items" => "order_id || ':' || uid",
        _ => "id",
    };
}
