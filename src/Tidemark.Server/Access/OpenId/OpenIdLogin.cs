using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Tidemark.Engine;
using Tidemark.Engine.Access;
using Tidemark.Engine.Errors;
using Tidemark.Server.Pages;

namespace Tidemark.Server.Access.OpenId;

/// <summary>
/// People log in by an OpenID provider: code flow with PKCE. The framework's handler speaks with the provider and proves what it says; what
/// comes of it is a session of the catalog, like one by password. Nothing of the provider's tokens is kept.
/// </summary>
internal static class OpenIdLogin
{
    public const string Scheme = "openid";

    /// <summary>Where the provider sends people back.</summary>
    public const string Callback = "/login/oidc/callback";

    /// <param name="services">The server's.</param>
    /// <param name="options">The provider.</param>
    /// <param name="key">Key of what the browser carries meanwhile.</param>
    public static void Add(IServiceCollection services, ServerOptions options, byte[] key)
    {
        // As AddOpenIdConnect does, without settings from the framework's own configuration.
        services.AddSingleton<IDataProtectionProvider>(new CatalogProtection(key));
        services.AddTransient<OpenIdConnectHandler>().AddSingleton<IPostConfigureOptions<OpenIdConnectOptions>, OpenIdConnectPostConfigureOptions>();
        services.Configure<AuthenticationOptions>(known => known.AddScheme<OpenIdConnectHandler>(Scheme, displayName: null));
        services.AddOptions<OpenIdConnectOptions>(Scheme).Configure<TimeProvider>((openId, clock) =>
        {
            openId.TimeProvider = clock;
            openId.SignInScheme = CallerAuthentication.SchemeName; // nobody is signed in by it: the ticket becomes a session
            Configure(openId, options);
        });
    }

    private static void Configure(OpenIdConnectOptions openId, ServerOptions options)
    {
        openId.Authority = options.OidcAuthority!.OriginalString;
        openId.RequireHttpsMetadata = !options.OidcAuthority.IsLoopback;
        openId.ClientId = options.OidcClientId;
        openId.ClientSecret = options.OidcClientSecret!.Reveal();
        openId.ResponseType = OpenIdConnectResponseType.Code;
        openId.ResponseMode = OpenIdConnectResponseMode.Query; // comes with cookies that other sites' forms do not bring
        openId.UsePkce = true;
        openId.CallbackPath = Callback;
        openId.Scope.Clear();
        foreach (var scope in options.OidcScopes) openId.Scope.Add(scope);
        openId.MapInboundClaims = false;
        openId.ClaimActions.Clear();
        openId.SaveTokens = false;
        openId.DisableTelemetry = true;
        foreach (var cookie in new[] { openId.CorrelationCookie, openId.NonceCookie })
        {
            cookie.SameSite = SameSiteMode.Lax;
            cookie.SecurePolicy = options.IsHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.None;
        }

        openId.Events.OnRedirectToIdentityProvider = sent =>
        {
            if (options.PublicAddress is { } address) sent.ProtocolMessage.RedirectUri = $"{new Uri(address, Callback)}";
            return Task.CompletedTask;
        };
        // The handler takes a token without a signature where it comes from the provider itself; a proxy in between could write one.
        openId.Events.OnTokenValidated = proven =>
        {
            if (proven.SecurityToken.RawSignature is not { Length: > 0 }) proven.Fail("The token of the provider is not signed.");
            return Task.CompletedTask;
        };
        openId.Events.OnTicketReceived = come => EnterAsync(come, options);
        openId.Events.OnRemoteFailure = async failed =>
        {
            failed.HandleResponse();
            var audit = failed.HttpContext.RequestServices.GetRequiredService<Home>().Audit;
            await audit.AddAsync(new(new(null, "page"), "login", "an unknown address", AuditOutcome.Refused)
            {
                Detail = $"from {SessionCookie.DeviceOf(failed.HttpContext).Address}, by OpenID",
            }, failed.HttpContext.RequestAborted);
            await ShowAsync(failed.HttpContext, "The provider has not let you in.", "Try again; the server's log says more.", StatusCodes.Status400BadRequest);
        };
    }

    /// <summary>Sends somebody to the provider, and from there to a page of this server.</summary>
    public static async Task BeginAsync(HttpContext http, string page)
    {
        try
        {
            await http.ChallengeAsync(Scheme, new AuthenticationProperties { RedirectUri = page });
        }
        catch (Exception failure) when (failure is InvalidOperationException or HttpRequestException or IOException)
        {
            await ShowAsync(http, "The provider cannot be reached.", "Try again in a while.", StatusCodes.Status502BadGateway);
        }
    }

    private static async Task EnterAsync(TicketReceivedContext come, ServerOptions options)
    {
        come.HandleResponse();
        var (http, person) = (come.HttpContext, come.Principal!);
        var home = http.RequestServices.GetRequiredService<Home>();
        try
        {
            var before = SessionCookie.Find(http) is { } shown ? (await home.Sessions.FindAsync(shown, http.RequestAborted))?.Session.Id : null;
            SessionCookie.Give(http, await home.ProviderLogins.LogInAsync(Read(person, options), SessionCookie.DeviceOf(http), before, http.RequestAborted));
            await LoginPages.SeeOther(http, LoginPages.IsOwnPath(come.ReturnUri) ? come.ReturnUri! : "/").ExecuteAsync(http);
        }
        catch (TidemarkException refused) when (refused.Kind == FailureKind.Usage)
        {
            await ShowAsync(http, refused.Message, refused.Hint, StatusCodes.Status403Forbidden);
        }
    }

    private static ProviderLogin Read(ClaimsPrincipal person, ServerOptions options)
    {
        var subject = person.FindFirst("sub") ?? throw new InvalidOperationException("The handler has proven a token without a subject.");
        return new(subject.Issuer, subject.Value, OpenIdSettings.RoleOf(person.FindAll(options.OidcGroupsClaim).Select(claim => claim.Value), options.OidcGroups))
        {
            Email = person.FindFirstValue("email"),
            IsEmailVerified = bool.TryParse(person.FindFirstValue("email_verified"), out var verified) ? verified : null,
            Name = person.FindFirstValue("name"),
        };
    }

    private static Task ShowAsync(HttpContext http, string what, string? hint, int status) => PageFrame.Show(http, "You are not logged in", Html.Of($"""
        <p class="wrong" role="alert">{what} {hint}</p>
        <a class="button" href="/login">Back to the login</a>
        """), status).ExecuteAsync(http);
}
