namespace Tidemark.Commands.Transfers;

/// <summary><c>tidemark transfer</c>: whole tables from one PostgreSQL database to another.</summary>
internal static class TransferVerb
{
    public static Verb Create() => new("transfer", "Transfers tables from one PostgreSQL database to another.",
        "tidemark transfer copy --from env:PRODUCTION_URL --to env:STAGING_URL --dry-run",
        "tidemark transfer verify --from env:PRODUCTION_URL --to env:STAGING_URL")
    {
        CopyVerb.Create(), VerifyTransferVerb.Create(),
    };
}
