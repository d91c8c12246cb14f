using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Pipeline.Transferring;

namespace Tidemark.Engine.Pipeline.Planning;

/// <summary>Tells whether a run of a pipeline would begin: its streams, columns, tables, and the rights and room in the destination.</summary>
internal sealed class PipelineTest(PipelineDefinition pipeline, Connections connections)
{
    public Task<ConnectionTest> RunAsync(SourceDefinition from, DestinationDefinition to, CancellationToken cancellationToken)
    {
        var problems = new List<Problem>();
        var test = new ConnectionTest("pipeline", pipeline.Name, $"{from.Name} to {to.Name}", problems, [], []) { IsActive = from.IsActive };
        return ConnectionTest.ApartAsync(test, problems, () => LookAsync(test, from, to, problems, cancellationToken));
    }

    private async Task<ConnectionTest> LookAsync(
        ConnectionTest test, SourceDefinition from, DestinationDefinition to, List<Problem> problems, CancellationToken cancellationToken)
    {
        if (pipeline.Transfer is not null) return await TransferTest.OfPipelineAsync(test, pipeline, (from, to), connections, problems, cancellationToken);
        await using var source = connections.OpenSource(from, problems);
        await using var destination = connections.OpenDestination(to, problems);
        if (source is null || destination is null) return test;
        var tables = await SyncPlanner.LookAsync(pipeline, source, destination, problems, cancellationToken);
        if (problems.Count > 0) return test;
        var trial = await destination.TryAsync(tables, cancellationToken);
        problems.AddRange(trial.Problems);
        return test with
        {
            Facts = trial.Facts,
            Tried = trial.HasWritten ? "its streams and columns fit the tables, and a table was made, written and taken back" : "its streams and columns fit the tables",
        };
    }
}
