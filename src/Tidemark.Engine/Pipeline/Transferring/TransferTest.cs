using System.Globalization;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Pipeline.Planning;
using Tidemark.Engine.Transfers;

namespace Tidemark.Engine.Pipeline.Transferring;

/// <summary>Tells whether a transfer would begin, from looking at both databases. Changes nothing.</summary>
internal static class TransferTest
{
    /// <summary>Looks at a source alone.</summary>
    public static async Task<ConnectionTest> OfSourceAsync(
        ConnectionTest test, SourceDefinition definition, Connections connections, List<Problem> problems, CancellationToken cancellationToken)
    {
        await using var end = connections.OpenEnd(definition, new TransferPolicy(), maskKey: null, problems);
        if (end is null) return test;
        var shape = await end.DescribeAsync(cancellationToken);
        return test with
        {
            Facts = [Fact("database", shape.Name), Fact("server", string.Create(CultureInfo.InvariantCulture, $"PostgreSQL {shape.Version}"))],
            Streams = [.. shape.Tables.Select(table => new StreamEstimate(table.Label, table.EstimatedRows))],
            Tried = "reached, and its tables were looked at",
        };
    }

    /// <summary>Looks at both ends of a pipeline.</summary>
    public static async Task<ConnectionTest> OfPipelineAsync(
        ConnectionTest test, PipelineDefinition pipeline, (SourceDefinition From, DestinationDefinition To) ends, Connections connections, List<Problem> problems,
        CancellationToken cancellationToken)
    {
        var policy = pipeline.Transfer!;
        await using var source = connections.OpenEnd(ends.From, policy, maskKey: null, problems);
        await using var target = connections.OpenEnd(ends.To, policy, problems);
        if (source is null || target is null) return test;
        var plan = TransferPlanner.Of(await source.DescribeAsync(cancellationToken), await target.DescribeAsync(cancellationToken), policy);
        problems.AddRange(plan.Problems);
        return test with
        {
            Facts = [Fact("tables", plan.Tables.Count.ToString(CultureInfo.InvariantCulture)), .. plan.Remarks.Select(remark => Fact("remark", remark))],
            Tried = "both databases were looked at, and their tables fit; writing was not tried",
        };
    }

    private static KeyValuePair<string, string> Fact(string name, string value) => new(name, value);
}
