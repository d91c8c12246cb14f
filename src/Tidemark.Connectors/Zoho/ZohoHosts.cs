using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Zoho;

/// <summary>Addresses of a data centre, and which address a token may lead to.</summary>
/// <remarks>https://www.zoho.com/crm/developer/docs/api/v8/multi-dc.html.</remarks>
internal static class ZohoHosts
{
    private static readonly string[] Domains =
    [
        "zohoapis.com", "zohoapis.eu", "zohoapis.in", "zohoapis.com.au", "zohoapis.com.cn", "zohoapis.jp", "zohoapis.ca", "zohocloud.ca", "zohoapis.sa",
    ];

    public static Uri Accounts(ZohoOptions options) => options.AccountsUrl ?? new Uri(options.DataCenter switch
    {
        ZohoDataCenter.Eu => "https://accounts.zoho.eu",
        ZohoDataCenter.In => "https://accounts.zoho.in",
        ZohoDataCenter.Au => "https://accounts.zoho.com.au",
        ZohoDataCenter.Cn => "https://accounts.zoho.com.cn",
        ZohoDataCenter.Jp => "https://accounts.zoho.jp",
        ZohoDataCenter.Ca => "https://accounts.zohocloud.ca",
        ZohoDataCenter.Sa => "https://accounts.zoho.sa",
        _ => "https://accounts.zoho.com",
    });

    /// <summary>Where the API is as long as no token has said it.</summary>
    public static Uri Api(ZohoOptions options) => options.ApiUrl ?? new Uri(options.DataCenter switch
    {
        ZohoDataCenter.Eu => "https://www.zohoapis.eu",
        ZohoDataCenter.In => "https://www.zohoapis.in",
        ZohoDataCenter.Au => "https://www.zohoapis.com.au",
        ZohoDataCenter.Cn => "https://www.zohoapis.com.cn",
        ZohoDataCenter.Jp => "https://www.zohoapis.jp",
        ZohoDataCenter.Ca => "https://www.zohoapis.ca",
        ZohoDataCenter.Sa => "https://www.zohoapis.sa",
        _ => "https://www.zohoapis.com",
    });

    /// <summary>
    /// The address that calls with a token go to: the configured one, else what came with the token, else the data
    /// centre's. A token goes to a host of Zoho's, over https, or to the server that the settings name for accounts.
    /// </summary>
    /// <exception cref="TidemarkException">Upstream <c>zoho.api_domain_refused</c>.</exception>
    public static Uri Api(ZohoOptions options, string? apiDomain)
    {
        if (options.ApiUrl is not null || string.IsNullOrEmpty(apiDomain)) return Api(options);
        if (Uri.TryCreate(apiDomain, UriKind.Absolute, out var named) && named is { AbsolutePath: "/", UserInfo: "", Query: "", Fragment: "" }
            && (IsZohos(named) || (options.AccountsUrl is { } accounts && named.Scheme == accounts.Scheme && named.Authority == accounts.Authority)))
            return named;
        throw new TidemarkException(
            FailureKind.Upstream, "zoho.api_domain_refused", "The accounts server names an API address that a token must not go to.")
        {
            Hint = "Check accounts_url; set api_url to the address of the API if the accounts server is right.",
        };
    }

    /// <summary>Whether it is an API of Zoho's, a sandbox or a developer edition among them.</summary>
    private static bool IsZohos(Uri address) => address is { Scheme: "https", IsDefaultPort: true }
        && Domains.Any(domain => address.Host == domain || address.Host.EndsWith("." + domain, StringComparison.Ordinal));
}
