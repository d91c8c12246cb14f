using Xunit;

namespace Tidemark.Tests.Wire;

/// <summary>
/// The first five minutes as a new user has them: from an empty folder to rows in PostgreSQL that are proven, changed and undone. What the commands
/// said is <c>docs/first-five-minutes.md</c>.
/// </summary>
public sealed class FirstMinutesTranscript
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_five_minutes_are_as_the_docs_tell_them()
    {
        await using var page = await Transcript.StartAsync();
        page.Tell("""
            # The first five minutes

            A test types these commands and compares what they say with this page, so that it is what you will see. Stripe is played by `tidemark sandbox`; with
            a key of your own, leave `STRIPE_URL` and `ALLOW_PRIVATE_NETWORK` out. `export PATH="$PWD/artifacts/publish/tidemark:$PATH"` after a
            [build](../README.md), or type `dotnet run --project src/Tidemark --` in the place of `tidemark`.

            ## A definition
            """);
        await page.TypeAsync("tidemark init stripe");
        await File.WriteAllTextAsync(page.File(".env"), $"""
            STRIPE_API_KEY=sk_test_tidemark
            STRIPE_URL=http://{page.StripeAuthority}
            ALLOW_PRIVATE_NETWORK=true
            DATABASE_URL={page.DatabaseUrl}

            """, Stop);
        page.Tell("Its variables come from the environment, or from a file `.env` beside it:");
        await page.TypeAsync("cat .env");
        await page.TypeAsync("tidemark apply -f tidemark.yaml");

        page.Tell("## Before anything is written");
        await page.TypeAsync("tidemark test payments");
        await page.TypeAsync("tidemark streams payments plans --preview 1");

        page.Tell("## The first sync, and only the changes after it");
        await page.TypeAsync("tidemark sync payments");
        page.Tell("At the vendor, seven customers change and one goes:");
        page.Note("""curl http://127.0.0.1:8100/mutate/stripe/customers -d '{"update":{"count":7},"delete":{"count":1}}'""");
        await page.Vendor.MutateAsync("customers", new { update = new { count = 7 }, delete = new { count = 1 } });
        await page.TypeAsync("tidemark sync payments customers");

        page.Tell("## Undo");
        await page.TypeAsync("tidemark run undo last");
        await page.TypeAsync("tidemark verify last");

        page.Tell("""
            ## Your own columns
            Names that are nearly right are refused. Of `email`, a hash alone is stored:
            """);
        var yaml = await File.ReadAllTextAsync(page.File("tidemark.yaml"), Stop);
        await WriteAsync("streams: [{ name: custmers, mask: { email: hash } }, { name: charges, columns: { id: id, amount: amout } }]");
        await page.TypeAsync("tail -1 tidemark.yaml");
        await page.TypeAsync("tidemark apply -f tidemark.yaml");
        await WriteAsync("streams: [{ name: customers, mask: { email: hash } }, { name: charges, columns: { id: id, amount: amount } }]");
        await page.TypeAsync("tidemark apply -f tidemark.yaml --dry-run");

        page.Tell("## Without a definition");
        await page.TypeAsync($"tidemark sync --from 'stripe+http://env:STRIPE_API_KEY@{page.StripeAuthority}?allow_private_network=true' --to sqlite:shop.db --streams plans,products");
        page.ShouldBeApproved("first-five-minutes.md");

        Task WriteAsync(string streams) => File.WriteAllTextAsync(
            page.File("tidemark.yaml"), string.Join('\n', yaml.Split('\n').Where(line => !line.StartsWith("    #", StringComparison.Ordinal))).TrimEnd() + $"\n    {streams}\n", Stop);
    }
}
