using Tidemark.Connectors.Templates;
using Tidemark.Engine;
using Tidemark.Engine.Definitions;
using Tidemark.Sandbox;

namespace Tidemark.Commands.Demo;

/// <summary>The templates that earlier tools' addresses are for, filled in with the stand-ins.</summary>
internal static class DemoTemplates
{
    /// <summary>Saves the pipelines. Their sources get names of their own: the demo has pipelines of the vendors' names too.</summary>
    public static async Task SaveAsync(Home home, SandboxServer sandbox, string database, CancellationToken cancellationToken)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ALLOW_PRIVATE_NETWORK"] = "true",
            ["DATABASE_URL"] = $"sqlite:{database}",
            ["ZOHO_CLIENT_ID"] = DemoSources.Word,
            ["ZOHO_CLIENT_SECRET"] = DemoSources.Word,
            ["ZOHO_REFRESH_TOKEN"] = DemoSources.Word,
            ["ZOHO_ACCOUNTS_URL"] = $"{sandbox.Vendors["zoho"]}",
            ["ORACLE_BASE_URL"] = $"{sandbox.Vendors["oracle"]}",
            ["ORACLE_USER"] = DemoSources.Word,
            ["ORACLE_PASS"] = DemoSources.Word,
            ["SQUARE_URL"] = $"{sandbox.Vendors["square"]}",
            ["SQUARE_TOKEN"] = DemoSources.Word,
        };
        foreach (var name in new[] { "payments", "opportunities", "retail" })
        {
            await new DefinitionFile(home.Definitions, variables.GetValueOrDefault).ApplyAsync(DefinitionTemplate.Named(name).Text, cancellationToken);
            var pipeline = await home.Definitions.Pipelines.FindAsync(name, cancellationToken);
            var source = await home.Definitions.Sources.FindAsync(pipeline.Source, cancellationToken);
            await home.Definitions.Sources.SaveAsync(source with { Name = $"{source.Name} of {name}" }, cancellationToken);
            // A demo does nothing by night.
            await home.Definitions.Pipelines.SaveAsync(pipeline with { Source = $"{source.Name} of {name}", Schedules = [] }, cancellationToken);
        }
    }
}
