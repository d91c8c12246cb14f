using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Scalar.AspNetCore;
using Tidemark.Engine;
using Tidemark.Engine.Errors;
using Tidemark.Server.Access;
using Tidemark.Server.Access.OpenId;
using Tidemark.Server.Agents;
using Tidemark.Server.Api;
using Tidemark.Server.Api.Answers;
using Tidemark.Server.Compat;
using Tidemark.Server.Compat.Opportunities;
using Tidemark.Server.Compat.Payments;
using Tidemark.Server.Compat.Retail;
using Tidemark.Server.Pages;
using Tidemark.Server.Running;
using Tidemark.Server.Telemetry;
using Tidemark.Server.Webhooks;

namespace Tidemark.Server;

/// <summary>One Tidemark as a server: what it is made of, and what answers where.</summary>
public sealed class TidemarkServer : IAsyncDisposable
{
    // Running syncs save what they have within seconds.
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(5);

    private static readonly string[] ThisMachine = ["localhost", "127.0.0.1", "[::1]"];

    private const long MaxBodyBytes = 4 << 20;

    private readonly WebApplication _app;

    private TidemarkServer(WebApplication app) => _app = app;

    /// <summary>Where it listens, e.g. <c>http://127.0.0.1:8000/</c>.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>Starts a server over a home.</summary>
    /// <param name="home">The home; it stays the caller's.</param>
    /// <param name="options">Settings.</param>
    /// <param name="clock">Where "now" comes from.</param>
    /// <param name="log">Takes the server's own log, a line each.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <exception cref="TidemarkException"><c>server.port_taken</c>, <c>server.certificate_unreadable</c> (configuration).</exception>
    public static async Task<TidemarkServer> StartAsync(
        Home home, ServerOptions options, TimeProvider clock, ILoggerProvider log, CancellationToken cancellationToken)
    {
        // Nothing from files or variables of the framework's own: its settings are ServerOptions.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Configure(kestrel, options));
        Add(builder.Services, home, options, clock);
        if (options.OidcAuthority is not null) OpenIdLogin.Add(builder.Services, options, await home.Secrets.LoginKeyAsync(cancellationToken));
        var app = builder.Build();
        Map(app, options);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException taken)
        {
            await app.DisposeAsync();
            throw new TidemarkException(FailureKind.Configuration, "server.port_taken", $"The port {options.Port} of {options.Listen} cannot be opened: another program has it.", taken)
            {
                Hint = "Choose another port, or 0 for a free one.",
            };
        }

        return new(app);
    }

    /// <summary>Stops taking requests and runs; what goes on saves what it has, and is resumed at the next start.</summary>
    public async Task StopAsync() => await _app.StopAsync(CancellationToken.None);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static void Add(IServiceCollection services, Home home, ServerOptions options, TimeProvider clock)
    {
        services.AddSingleton(home).AddSingleton(options).AddSingleton(clock);
        services.AddSingleton<IHostLifetime, GuestLifetime>();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = StopsWithin);
        services.AddSingleton<RunHosting>().AddHostedService(all => all.GetRequiredService<RunHosting>());
        Measuring.Add(services, options);
        services.AddRoutingCore();
        services.ConfigureHttpJsonOptions(json => ApiJson.Configure(json.SerializerOptions));
        // The core alone: the whole would keep keys for cookies in the user's home.
        services.AddAuthenticationCore(known =>
        {
            known.AddScheme<CallerAuthentication>(CallerAuthentication.SchemeName, displayName: null);
            known.DefaultScheme = CallerAuthentication.SchemeName;
        });
        services.AddTransient<CallerAuthentication>().AddWebEncoders();
        services.AddRateLimiter(limits => RequestLimits.Describe(limits, options));
        services.AddAuthorizationBuilder();
        services.Configure<Microsoft.AspNetCore.Authorization.AuthorizationOptions>(EndpointAccess.AddPolicies);
        AgentApi.Add(services);
        services.AddOpenApi("v1", ApiDocument.Describe);
        if (options.CorsOrigins.Count > 0)
            services.AddCors(cors => cors.AddDefaultPolicy(policy => policy.WithOrigins([.. options.CorsOrigins]).AllowAnyHeader().AllowAnyMethod()));
        services.Configure<HostFilteringOptions>(hosts =>
        {
            hosts.AllowedHosts = [.. ThisMachine.Concat(options.AllowedHosts), .. options.PublicAddress is { } address ? new[] { address.Host } : []];
            hosts.AllowEmptyHosts = false;
        });
    }

    private static void Map(WebApplication app, ServerOptions options)
    {
        app.UseMiddleware<Failures>();
        if (options.Proxies.Count > 0) app.UseForwardedHeaders(Forwarded(options));
        app.UseHostFiltering();
        app.UseRouting();
        if (options.CorsOrigins.Count > 0) app.UseCors();
        app.UseAuthentication();
        app.UseRateLimiter(); // before the trail: what is too much is not even written down
        app.UseMiddleware<AuditTrail>();
        app.UseMiddleware<Failures>(); // once more: the trail has the code of what was answered
        app.UseMiddleware<Antiforgery>();
        app.UseAuthorization();
        HealthApi.Map(app);
        Measuring.Map(app);
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        // Whoever tries the API there types a token: the page talks to nobody but this server.
        app.MapScalarApiReference("/docs", scalar => scalar.WithTitle("Tidemark").WithOpenApiRoutePattern("/openapi/{documentName}.json")
            .DisableDefaultFonts().DisableAgent().DisableMcp().DisableTelemetry().HideDeveloperTools().HideClientButton()).AllowAnonymous();
        var pages = app.MapGroup("").ExcludeFromDescription().AllowAnonymous();
        pages.MapGet(PageFrame.StyleSheet, PageFrame.Style);
        LoginPages.Map(pages, options);
        if (options.Passwords) SetupPages.Map(pages);
        AgentApi.Map(app);
        var api = app.MapGroup("/api/v1").AddEndpointFilterFactory(NullItems.Refuse);
        OverviewApi.Map(api);
        RunsApi.Map(api);
        DefinitionsApi.Map(api);
        SchedulesApi.Map(api);
        AlertsApi.Map(api);
        QuarantineApi.Map(api);
        BackupsApi.Map(api);
        InboxApi.Map(api);
        BackfillsApi.Map(api);
        ProposalsApi.Map(api);
        AccessApi.Map(api);
        UsersApi.Map(api);
        SessionsApi.Map(api);
        DataApi.Map(api);
        WebhooksApi.Map(app);
        var old = app.MapGroup("").WithTags("old callers").WithMetadata(new OldAddress());
        PaymentsApi.Map(old);
        OpportunitiesApi.Map(old);
        RetailApi.Map(old);
    }

    /// <summary>The address of a caller behind a proxy is the last one that the proxy names; those before it the caller may have made up.</summary>
    private static ForwardedHeadersOptions Forwarded(ServerOptions options)
    {
        var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor };
        forwarded.KnownIPNetworks.Clear();
        forwarded.KnownProxies.Clear();
        foreach (var proxy in options.Proxies) forwarded.KnownProxies.Add(IPAddress.Parse(proxy));
        return forwarded;
    }

    private static void Configure(KestrelServerOptions kestrel, ServerOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
        kestrel.Listen(IPAddress.Parse(options.Listen), options.Port, listen =>
        {
            if (options.Certificate is { } certificate) listen.UseHttps(CertificateOf(certificate, options.CertificateKey!));
        });
    }

    private static X509Certificate2 CertificateOf(string certificate, string key)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(certificate, key);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new TidemarkException(FailureKind.Configuration, "server.certificate_unreadable", $"The certificate {certificate} with its key {key} cannot be used.", wrong)
            {
                Hint = wrong.Message,
            };
        }
    }
}
