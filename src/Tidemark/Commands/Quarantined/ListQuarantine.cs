using System.CommandLine;
using Tidemark.Output;

namespace Tidemark.Commands.Quarantined;

/// <summary><c>tidemark quarantine list</c>: what is in quarantine, the latest first.</summary>
internal static class ListQuarantine
{
    public static Verb Create()
    {
        var pipeline = new Argument<string?>("pipeline")
        {
            Description = "Only records of this pipeline.",
            Arity = ArgumentArity.ZeroOrOne,
        }.Offers(names => names.Pipelines);
        var stream = new Option<string?>("--stream") { Description = "Only records of this stream.", HelpName = "NAME" };
        var limit = new Option<int>("--limit")
        {
            Description = "Number of records to list.",
            DefaultValueFactory = _ => 100,
            HelpName = "N",
        };
        var verb = new Verb("list", "Lists the records in quarantine, without their payload.",
            "tidemark quarantine list", "tidemark quarantine list payments --stream customers")
        {
            pipeline, stream, limit,
        };
        verb.Runs(async session =>
        {
            UsageCheck.RequireLimit(session.Get(limit));
            await QuarantineReport.WriteAsync(
                session, new() { Pipeline = session.Get(pipeline), Stream = session.Get(stream) }, session.Get(limit), withPayload: false, "No record is in quarantine.");
            return ExitCode.Done;
        });
        return verb;
    }
}
