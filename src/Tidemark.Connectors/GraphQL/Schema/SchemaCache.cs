using System.Text;
using System.Text.Json;
using Tidemark.Connectors.GraphQL.Queries;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.GraphQL.Schema;

/// <summary>The schema, from a file or from the server, read once when it is first needed.</summary>
internal sealed class SchemaCache(GraphQLOptions options) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private (bool IsRead, GraphSchema? Schema) _found;

    /// <summary>The schema; null without a file where the server does not publish it or the settings say not to ask.</summary>
    /// <exception cref="TidemarkException">Configuration <c>graphql.schema_file</c>, <c>graphql.queries_file</c>,
    /// <c>graphql.malformed</c>; what the exchange throws.</exception>
    public async Task<GraphSchema?> GetAsync(HttpExchange exchange, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (!_found.IsRead)
            {
                _found = (true, options.SchemaFile is { } file ? FromFile(file)
                    : options.Introspection
                        ? await Introspection.AskAsync(exchange, options.Url.PathAndQuery, cancellationToken) : null);
            }

            return _found.Schema;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private static GraphSchema FromFile(string file)
    {
        var text = QueriesText.ReadFile(file);
        try
        {
            return text.AsSpan().TrimStart() is ['{', ..]
                ? Introspection.Read(Encoding.UTF8.GetBytes(text)) ?? throw NoSchema(file, null)
                    : SchemaLanguage.Read(text);
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw NoSchema(file, wrong);
        }
    }

    private static TidemarkException NoSchema(string file, Exception? cause) =>
        new(FailureKind.Configuration, "graphql.schema_file", $"The file {file} is no introspection answer.", cause)
        {
            Hint = "Save the whole answer to an introspection query, or the schema in schema language.",
        };
}
