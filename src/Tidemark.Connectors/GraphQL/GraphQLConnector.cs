using Tidemark.Engine.Connectors;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.GraphQL;

/// <summary>Any GraphQL API: the queries of the settings are the streams.</summary>
/// <remarks>https://graphql.github.io/graphql-over-http/draft/.</remarks>
public sealed class GraphQLConnector : IWebhookConnector
{
    public ConnectorSpec Spec { get; } = ConnectorSpec.Of<GraphQLOptions>("graphql", "GraphQL", ConnectorRoles.Source);

    public WebhookNews Hear(WebhookCall call, Secret secret, BoundSettings settings, DateTimeOffset now) => WebhookProof.Token(call, secret);

    public ISource OpenSource(BoundSettings settings, TimeProvider clock)
    {
        var graphql = settings.As<GraphQLOptions>();
        return new GraphQLSource(graphql, new HttpExchange(Api(graphql), clock), clock);
    }

    internal static HttpApi Api(GraphQLOptions options) => options.ApiAt(new Uri(options.Url.GetLeftPart(UriPartial.Authority))) with
    {
        // With the first of the two, the status separates a refused query from an incomplete answer.
        Headers = [new("Accept", "application/graphql-response+json, application/json")],
        Authentication = new GraphQLHeaders(options.Token, options.Headers),
        RequestsPerSecond = options.RequestsPerSecond,
        MaxConcurrent = options.Parallel,
        Classify = GraphQLErrors.Classify,
    };
}
