namespace Tidemark.Tests.Catalog;

/// <summary>Environment variables that templates and docs name, with a value for every one that has no default.</summary>
internal static class StandInVariables
{
    private static readonly string[] Secrets = ["_KEY", "_TOKEN", "_SECRET", "_ID", "_USER", "_PASS", "_PASSWORD"];

    public static string? Of(string name) => name switch
    {
        "ORACLE_BASE_URL" or "GRAPHQL_URL" or "SHOP_URL" => "https://shop.example.com/graphql",
        "SLACK_URL" => "https://hooks.slack.com/services/T0/B0/0123456789",
        "HOOK_SECRET" => "whsec_dGlkZW1hcmsgc2lnbnMgd2l0aCB0aGlzIHNlY3JldA==",
        "DATABASE_URL" or "WAREHOUSE_URL" or "PRODUCTION_URL" or "STAGING_URL" => "postgres://tidemark:word@localhost:5432/data",
        _ when Secrets.Any(ending => name.EndsWith(ending, StringComparison.Ordinal)) => "stand-in",
        _ => null,
    };
}
