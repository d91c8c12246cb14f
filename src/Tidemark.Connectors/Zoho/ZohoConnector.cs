using Tidemark.Engine.Connectors;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Zoho;

/// <summary>Zoho CRM: any module, with the fields that its administrator gave it.</summary>
/// <remarks>https://www.zoho.com/crm/developer/docs/api/v8/.</remarks>
public sealed class ZohoConnector : IWebhookConnector
{
    public ConnectorSpec Spec { get; } = ConnectorSpec.Of<ZohoOptions>("zoho", "Zoho CRM", ConnectorRoles.Source | ConnectorRoles.WriteBack) with
    {
        Docs = new Uri("https://www.zoho.com/crm/developer/docs/api/v8/"),
    };

    public WebhookNews Hear(WebhookCall call, Secret secret, BoundSettings settings, DateTimeOffset now) => ZohoWebhook.Hear(call, secret, settings.As<ZohoOptions>());

    public ISource OpenSource(BoundSettings settings, TimeProvider clock)
    {
        var zoho = settings.As<ZohoOptions>();
        var credits = new ZohoCredits();
        var authentication = new ZohoAuthentication(zoho, clock);
        return new ZohoSource(zoho, new HttpExchange(Api(zoho, authentication, credits), clock), credits, authentication, clock);
    }

    internal static HttpApi Api(ZohoOptions options, ZohoAuthentication authentication, ZohoCredits credits) =>
        options.ApiAt(ZohoHosts.Api(options)) with
        {
            Authentication = authentication,
            RequestsPerSecond = options.RequestsPerSecond,
            MaxConcurrent = MaxConcurrent(options),
            Classify = answer =>
            {
                credits.Note(answer);
                var verdict = ZohoErrors.Classify(answer);
                if (verdict.Failure is null) authentication.Accepted();
                return verdict;
            },
        };

    /// <summary>Requests at once that the edition allows an application, unless the settings say less.</summary>
    /// <remarks>https://www.zoho.com/crm/developer/docs/api/v8/api-limits.html.</remarks>
    internal static int MaxConcurrent(ZohoOptions options) => options.MaxConcurrent > 0 ? options.MaxConcurrent : options.Edition switch
    {
        ZohoEdition.Standard => 10,
        ZohoEdition.Professional => 15,
        ZohoEdition.Enterprise => 20,
        ZohoEdition.Ultimate => 25,
        _ => 5,
    };
}

/// <summary>The API's credits, as answers report them: Zoho does so once half of them are used.</summary>
internal sealed class ZohoCredits
{
    /// <summary>Credits left of the last 24 hours; null where no answer said.</summary>
    public string? Remaining { get; private set; }

    /// <summary>Credits of 24 hours; null where no answer said.</summary>
    public string? Limit { get; private set; }

    public void Note(HttpAnswer answer)
    {
        Remaining = answer.Header("X-API-CREDITS-REMAINING") ?? Remaining;
        Limit = answer.Header("X-API-CREDITS-LIMIT") ?? Limit;
    }
}
