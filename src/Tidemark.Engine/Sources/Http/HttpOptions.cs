using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Tidemark.Engine.Sources.Http;

/// <summary>Settings that every source over HTTP has. One whose limits or defaults differ overrides them.</summary>
public abstract record HttpOptions
{
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ErrorMessage = "{0} is from 1 to 600.")]
    [Description("Seconds for one request, from connecting to the last byte, 1 to 600. Default 60.")]
    public virtual TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    [Range(0, 20)]
    [Description("How often a request is repeated before the run fails, 0 to 20. Default 5.")]
    public int Retries { get; set; } = 5;

    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00", ErrorMessage = "{0} is from 0 to 86400.")]
    [Description("Seconds that an incremental reading goes back before the last one began, 0 to 86400. Default 600.")]
    public virtual TimeSpan Overlap { get; set; } = TimeSpan.FromMinutes(10);

    [Description("Whether the address may be loopback or private, and plain http then. Default false.")]
    public bool AllowPrivateNetwork { get; set; }

    /// <summary>An API as these settings have it called.</summary>
    /// <param name="address">As <see cref="HttpApi.BaseAddress"/>.</param>
    public HttpApi ApiAt(Uri address) => new(address)
    {
        Timeout = Timeout,
        Retries = Retries,
        AllowsPrivateNetwork = AllowPrivateNetwork,
    };
}
