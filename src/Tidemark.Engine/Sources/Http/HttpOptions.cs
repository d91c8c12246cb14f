using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Tidemark.Engine.Settings;

namespace Tidemark.Engine.Sources.Http;

/// <summary>Settings that every source over HTTP has. One whose limits or defaults differ overrides them.</summary>
public abstract record HttpOptions
{
    [Range(1, 600), Advanced]
    [Description("Seconds for one request, from connecting to the last byte.")]
    public virtual TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    [Range(0, 20), Advanced]
    [Description("How often a request is repeated before the run fails.")]
    public int Retries { get; set; } = 5;

    [Range(0, 86_400), Advanced]
    [Description("Seconds that an incremental reading goes back before the last one began.")]
    public virtual TimeSpan Overlap { get; set; } = TimeSpan.FromMinutes(10);

    [Advanced]
    [Description("Whether the address may be loopback or private, and plain http then.")]
    public bool AllowPrivateNetwork { get; set; }

    [Description("What shows that a call to /webhooks/NAME is the vendor's: the key that it signs with (Stripe, Square, Close), or a token of your own (Zoho, Oracle, GraphQL).")]
    public Secret? WebhookSecret { get; set; }

    /// <summary>An API that is called as these settings say.</summary>
    /// <param name="address">As <see cref="HttpApi.BaseAddress"/>.</param>
    public HttpApi ApiAt(Uri address) => new(address)
    {
        Timeout = Timeout,
        Retries = Retries,
        AllowsPrivateNetwork = AllowPrivateNetwork,
    };
}
