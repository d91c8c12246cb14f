using System.Globalization;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Runs;

/// <summary>A plan that somebody has looked at.</summary>
/// <param name="Pipeline">Name of the pipeline.</param>
/// <param name="Mode">How rows become live.</param>
/// <param name="MadeAt">When the plan was made.</param>
/// <param name="Changes">Changes in the plan.</param>
public sealed record SavedPlan(string Pipeline, WriteMode Mode, DateTimeOffset MadeAt, ChangeSummary Changes)
{
    /// <summary>The plan without its samples, which hold rows: all that a run needs to be held to it.</summary>
    public SavedPlan WithoutSamples() =>
        this with { Changes = Changes.WithoutSamples() };

    /// <summary>Where what would change now differs from what the plan says.</summary>
    public IEnumerable<Problem> Differences(ChangeSummary now)
    {
        foreach (var other in now.Streams.Where(other => Changes.Streams.All(stream => stream.Stream != other.Stream)))
            yield return new Problem("plan.moved_on", other.Stream, $"The plan says nothing of it; now it would be {Describe(other)}.", "Make a new plan and look at it.");

        foreach (var stream in Changes.Streams)
        {
            var current = now.Streams.FirstOrDefault(each => each.Stream == stream.Stream);
            if (current is null || current.Table != stream.Table || current.Digest != stream.Digest
                || (current.Adds, current.Updates, current.Deletes) != (stream.Adds, stream.Updates, stream.Deletes))
            {
                yield return new Problem(
                    "plan.moved_on", stream.Stream,
                    $"The plan says {Describe(stream)}; now it would be {(current is null ? "nothing" : Describe(current))}. The source or the destination has changed since.",
                    "Make a new plan and look at it.");
            }
            else if (current.TakesMoreThan(stream) is { } more)
                yield return new Problem("plan.moved_on", stream.Stream, $"The plan says less: {more}.", "Make a new plan and look at it.");
        }

        static string Describe(StreamChanges changes) => string.Create(
            CultureInfo.InvariantCulture,
            $"{changes.Adds} adds, {changes.Updates} updates, {changes.Deletes} deletes ({changes.Digest})");
    }
}
