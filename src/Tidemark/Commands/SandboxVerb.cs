using System.CommandLine;
using Tidemark.Commands.Demo;
using Tidemark.Engine.Errors;
using Tidemark.Output;
using Tidemark.Sandbox;

namespace Tidemark.Commands;

/// <summary><c>tidemark sandbox</c>: the stand-in vendors alone, until Ctrl-C.</summary>
internal static class SandboxVerb
{
    public static Verb Create()
    {
        var port = new Option<int>("--port")
        {
            Description = "Control port; vendors take the ports after it. 0 takes free ports.",
            DefaultValueFactory = _ => 8100,
            HelpName = "N",
        };
        var size = Size();
        var seed = new Option<long>("--seed")
        {
            Description = "Seed of the records: the same seed gives the same records.",
            DefaultValueFactory = _ => 1,
            HelpName = "N",
        };
        var verb = new Verb("sandbox", "Runs stand-ins for the vendors' APIs until Ctrl-C.",
            "tidemark sandbox", "tidemark sandbox --port 9100 --size 100000")
        {
            port, size, seed,
        };
        verb.RunsHere("the stand-ins are on this machine.", async session =>
        {
            UsageCheck.Require(session.Get(port) is >= 0 and <= 65000, "--port is from 0 to 65000.");
            UsageCheck.Require(session.Get(size) >= 1, "--size is at least 1.");
            await using var sandbox = await StartAsync(new()
            {
                Size = session.Get(size),
                Seed = session.Get(seed),
                Port = session.Get(port),
                Clock = session.Clock,
            }, session.Stop);
            Print(session, sandbox);
            await UntilStoppedAsync(session);
            return ExitCode.Done;
        });
        return verb;
    }

    public static Option<int> Size() =>
        new("--size")
        {
            Description = "Number of customers at each vendor.",
            DefaultValueFactory = _ => 500,
            HelpName = "N",
        };

    /// <summary>Being stopped is how this ends well.</summary>
    public static async Task UntilStoppedAsync(Session session)
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, session.Clock, session.Stop);
        }
        catch (OperationCanceledException) when (session.Stop.IsCancellationRequested)
        {
            // Ctrl-C.
        }
    }

    private static async Task<SandboxServer> StartAsync(SandboxOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await SandboxServer.StartAsync(options, cancellationToken);
        }
        catch (IOException taken)
        {
            throw new TidemarkException(FailureKind.Configuration, "sandbox.port_taken",
                $"The port {options.Port}, or one of those behind it, is taken by another program.", taken)
            {
                Hint = "Choose others with --port N, or --port 0 for free ones.",
            };
        }
    }

    private static void Print(Session session, SandboxServer sandbox)
    {
        if (session.IsJson)
        {
            var vendors = sandbox.Vendors.ToDictionary(vendor => vendor.Key, vendor => $"{vendor.Value}", StringComparer.Ordinal);
            session.WriteJson(
                new SandboxAnswer(sandbox.Control.ToString(), vendors, DemoSources.StripeKey), CommandJson.Default.SandboxAnswer);
        }

        session.Say($"control  {sandbox.Control}");
        foreach (var (vendor, address) in sandbox.Vendors) session.Say($"{vendor,-8} {address}");
        session.Say("");
        var stripe = sandbox.Vendors["stripe"];
        session.Say($"The key of the stand-in for Stripe is {DemoSources.StripeKey}. Try, in another terminal:");
        session.Say($"  curl -u {DemoSources.StripeKey}: '{stripe}v1/customers?limit=1'");
        session.Say($"  curl '{sandbox.Control}truth/stripe/customers'");
        session.Say($"  tidemark source set stand-in --connector stripe api_key={DemoSources.StripeKey} base_url={stripe} "
            + "allow_private_network=true");
        session.Say("");
        session.Say("Ctrl-C stops the stand-ins.");
    }
}
