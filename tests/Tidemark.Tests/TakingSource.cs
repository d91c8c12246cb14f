using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources;

namespace Tidemark.Tests;

/// <summary>A scripted source that takes values back and remembers them.</summary>
public sealed class TakingSource(params StreamSchema[] streams) : ScriptedSource(streams), IWriteBack
{
    /// <summary>What the vendor has been given, by key: fields and values.</summary>
    public SortedDictionary<string, string> Taken { get; } = new(StringComparer.Ordinal);

    /// <summary>Sizes of the calls, in order.</summary>
    public List<int> Calls { get; } = [];

    /// <summary>Keys that are refused.</summary>
    public HashSet<string> Refuses { get; } = [];

    /// <summary>Keys of which nothing is said, although their values are taken.</summary>
    public HashSet<string> Ignores { get; } = [];

    /// <summary>The call, from 0, that fails as a whole.</summary>
    public int? FailingCall { get; set; }

    /// <summary>Awaited before a call is answered.</summary>
    public Func<Task> BeforeTaking { get; set; } = () => Task.CompletedTask;

    public Task<WriteBackCheck> CheckWriteBackAsync(
        string stream, IReadOnlyCollection<string> fields, CancellationToken cancellationToken) => Task.FromResult(new WriteBackCheck([]));

    public async Task<IReadOnlyList<WriteBackAnswer>> WriteBackAsync(
        string stream, IReadOnlyList<WriteBackUpdate> updates, CancellationToken cancellationToken)
    {
        await BeforeTaking();
        Calls.Add(updates.Count);
        if (FailingCall == Calls.Count - 1) throw new TidemarkException(FailureKind.Transient, "source.timeout", "No answer came in time.");
        var answers = new List<WriteBackAnswer>();
        foreach (var update in updates)
        {
            if (Refuses.Contains(update.Key))
            {
                answers.Add(new(update.Key, WriteBackOutcome.Refused, "INVALID_DATA", "It will not have it."));
                continue;
            }

            Taken[update.Key] = string.Join(", ", update.Values.Select(value => $"{value.Key}={value.Value}"));
            if (!Ignores.Contains(update.Key)) answers.Add(WriteBackAnswer.Done(update.Key));
        }

        return answers;
    }
}
