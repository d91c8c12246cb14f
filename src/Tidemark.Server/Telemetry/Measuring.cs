using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Tidemark.Engine.Access;
using Tidemark.Engine.Runs;
using Tidemark.Server.Access;

namespace Tidemark.Server.Telemetry;

/// <summary>
/// Metrics at <c>/metrics</c> in the form of Prometheus; over OTLP, with traces, where <c>otlp_endpoint</c> is set. The meter's names are
/// those of <see cref="RunTelemetry"/> and <see cref="PipelineAges"/>.
/// </summary>
internal static class Measuring
{
    public static void Add(IServiceCollection services, ServerOptions options)
    {
        services.AddSingleton<PipelineAges>().AddHostedService(all => all.GetRequiredService<PipelineAges>());
        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("tidemark")).WithMetrics(metrics =>
        {
            metrics.AddMeter(RunTelemetry.Name).AddPrometheusExporter();
            if (options.OtlpEndpoint is { } endpoint) metrics.AddOtlpExporter(otlp => otlp.Endpoint = endpoint);
        });
        if (options.OpenlineageUrl is not null) services.AddHostedService<Lineage>();
        if (options.OtlpEndpoint is { } to) telemetry.WithTracing(traces => traces.AddSource(RunTelemetry.Name).AddOtlpExporter(otlp => otlp.Endpoint = to));
    }

    public static void Map(WebApplication app) => app.MapPrometheusScrapingEndpoint("/metrics").Shows(Role.Metrics).RequireAuthorization(EndpointAccess.AllPipelines);
}
