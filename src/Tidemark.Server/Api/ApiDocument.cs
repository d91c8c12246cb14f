using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Tidemark.Server.Access;

namespace Tidemark.Server.Api;

/// <summary>The OpenAPI document of the API.</summary>
internal static class ApiDocument
{
    private const string Scheme = "token";
    private const string Session = "session";

    public static void Describe(OpenApiOptions options)
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        ApiExamples.Describe(options);
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new()
            {
                Title = "Tidemark",
                Version = "1",
                Description = "Keeps databases in step with the systems of record. Every problem is a problem document (RFC 9457) with a stable code.",
            };
            document.Servers = [];
            document.Components ??= new();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
            document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "A token, tdm_…, that an administrator has made.",
            };
            document.Components.SecuritySchemes[Session] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Cookie,
                Name = "tidemark",
                Description = $"The cookie of a login, __Host-tidemark over HTTPS. Requests that change something carry the token of /api/v1/me in the header {Antiforgery.Header}.",
            };
            document.Security =
            [
                new() { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] },
                new() { [new OpenApiSecuritySchemeReference(Session, document)] = [] },
            ];
            return Task.CompletedTask;
        });
    }
}
