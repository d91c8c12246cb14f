using System.CommandLine;
using System.Text.Json.Nodes;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;

namespace Tidemark.Commands;

/// <summary><c>tidemark sync</c>: one run, watched to its end.</summary>
internal static class SyncVerb
{
    public static Verb Create()
    {
        var names = new Argument<string[]>("names")
        {
            Description = "A pipeline, or a source and a destination; then the streams, if not all.",
            Arity = ArgumentArity.ZeroOrMore,
        }.Offers(each => each.Definitions);
        var full = new Option<bool>("--full")
        {
            Description = "Read everything and replace the tables; rows gone at the source are deleted.",
        };
        var refresh = new Option<bool>("--refresh")
        {
            Description = "Back up the tables, then replace them as --full does.",
        };
        var deletions = new Option<bool>("--deletions")
        {
            Description = "Read only the keys and delete rows gone at the source. Cheaper than --full.",
        };
        var merge = new Option<bool>("--merge")
        {
            Description = "Write new and changed rows and keep the rest, whatever the pipeline's mode.",
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show what would change; change nothing." };
        var save = new Option<string?>("--save")
        {
            Description = "With --dry-run: save the plan, with every change, for `tidemark apply --plan`.",
            HelpName = "FILE",
        };
        var wait = new Option<bool>("--wait") { Description = "Wait while another run has the pipeline, instead of ending with code 6." };
        var approve = new Option<bool>("--approve") { Description = "Make all changes, beyond the limits too; the run never parks." };
        var from = new Option<string?>("--from")
        {
            Description = "Source by its address, e.g. stripe://env:STRIPE_API_KEY@, or by its name.",
            HelpName = "URL",
        };
        var to = new Option<string?>("--to")
        {
            Description = "Destination by its address, e.g. postgres://…, sqlite:FILE or env:DATABASE_URL, or by its name.",
            HelpName = "URL",
        };
        var streams = new Option<string?>("--streams")
        {
            Description = "With --from and --to: the streams, separated by commas. [default: all]",
            HelpName = "NAMES",
        };
        var yaml = new Option<bool>("--yaml") { Description = "With --from and --to: print the definitions they stand for and run nothing." };
        var verb = new Verb("sync", "Syncs a destination with a source and shows the receipt.",
            "tidemark sync payments",
            "tidemark sync payments customers --full",
            "tidemark sync payments --refresh",
            "tidemark sync payments --dry-run --save plan.jsonl",
            "tidemark sync \"Italy Stripe\" warehouse customers charges",
            "tidemark sync --from stripe://env:STRIPE_API_KEY@ --to sqlite:shop.db --streams customers,charges")
        {
            names, from, to, streams, yaml, merge, full, deletions, refresh, dryRun, save, approve, wait,
        };
        verb.Watches();
        verb.Runs(async session =>
        {
            UsageCheck.Require(session.Get(dryRun) || session.Get(save) is null, "--save needs --dry-run.");
            var asked = ModeOf(session);
            var isAddressed = session.Get(from) is not null || session.Get(to) is not null;
            UsageCheck.Require(
                isAddressed || (session.Get(streams) is null && !session.Get(yaml)), "--streams and --yaml need --from and --to.");
            UsageCheck.Require(
                !isAddressed || (session.Get(from) is not null && session.Get(to) is not null && session.Get(names).Length == 0),
                "Give both --from and --to, and no names.");
            UsageCheck.Require(!isAddressed || session.Server is null, "With --server, sync takes names: an address is for those who own the machine.");
            if (session.Get(yaml))
                return await session.LookAsync(home => PipelineChoice.PrintAsync(session, home, session.Get(from)!, session.Get(to)!, session.Get(streams)));
            // Addresses need nothing that was saved before; a name does, and one that is mistyped makes no home.
            var choice = isAddressed
                ? await PipelineChoice.FromAddressesAsync(session, await session.MakeHomeAsync(), session.Get(from)!, session.Get(to)!, session.Get(streams))
                : await PipelineChoice.FromNamesAsync(session, session.Get(names));
            try
            {
                return await PlannedRun.RunAsync(session, _ => Task.FromResult(RequestOf(session, choice, asked)), server => server.PostAsync("runs", new()
                {
                    ["pipeline"] = choice.Pipeline,
                    ["kind"] = session.Get(deletions) ? "deletions" : "sync",
                    ["mode"] = asked is { } mode ? RunJson.Word(mode) : null,
                    ["streams"] = new JsonArray([.. choice.Streams.Select(name => (JsonNode)name)]),
                    ["dry_run"] = session.Get(dryRun),
                    ["save"] = session.Get(save) is not null,
                    ["ignore_limits"] = session.Get(approve),
                }, WireJson.Default.RunAnswer, session.Stop), session.Get(save), session.Get(wait));
            }
            catch (TidemarkException wrong) when (
                choice.Streams.Count > 0 && wrong.Problems.Count > 0
                && wrong.Problems.All(problem => problem.Code == "stream.unknown"))
            {
                // A definition that names it would be configuration; these were typed.
                throw new TidemarkException(FailureKind.Usage, wrong.Code, wrong.Message, wrong)
                {
                    Hint = wrong.Hint,
                    Next = wrong.Next,
                    Problems = wrong.Problems,
                };
            }
        });
        return verb;

        RunRequest RequestOf(Session session, PipelineChoice choice, WriteMode? asked)
        {
            ReadingRequest reading = session.Get(deletions)
                ? new DeletionScan(choice.Pipeline) { Streams = choice.Streams, IgnoresLimits = session.Get(approve) }
                : new SyncRun(choice.Pipeline) { Streams = choice.Streams, Mode = asked, IgnoresLimits = session.Get(approve) };
            return session.Get(dryRun) ? new DryRun(reading) { SaveAs = session.Get(save) is { } file ? Path.GetFullPath(file) : null } : reading;
        }

        WriteMode? ModeOf(Session session)
        {
            var modes = new Dictionary<Option<bool>, WriteMode>
            {
                [merge] = WriteMode.Merge,
                [full] = WriteMode.Replace,
                [refresh] = WriteMode.Refresh,
            };
            var asked = modes.Where(mode => session.Get(mode.Key)).Select(mode => mode.Value).ToList();
            UsageCheck.Require(
                asked.Count + (session.Get(deletions) ? 1 : 0) < 2, "Use only one of --merge, --full, --refresh and --deletions.");
            return asked is [var mode] ? mode : null;
        }
    }
}
