using Tidemark.Engine;
using Tidemark.Engine.Definitions;

namespace Tidemark.Server.Compat.Payments;

/// <summary>Whether contacts must be fully onboarded, as a run reads them.</summary>
/// <param name="IsUsed">Whether the run asks for it.</param>
/// <param name="Settings">Settings of the source for the run; null for the saved ones.</param>
internal sealed record OnboardingFilter(bool IsUsed, IReadOnlyDictionary<string, string>? Settings)
{
    private const string Criteria = "criteria";
    private const string Field = "Fully_Onboarded";
    private const string WithoutIt = "(Sync_to_Payment_App:equals:Pending Sync)";

    /// <summary>Wanted, the saved criteria hold, whatever they are; not wanted, only what waits is asked for.</summary>
    public static async Task<OnboardingFilter> OfAsync(Home home, PipelineDefinition pipeline, bool isWanted, CancellationToken cancellationToken)
    {
        var saved = (await home.Definitions.Sources.FindAsync(pipeline.Source, cancellationToken)).Settings.GetValueOrDefault(Criteria, "");
        var isUsed = saved.Contains(Field, StringComparison.Ordinal);
        return isWanted || !isUsed ? new(isUsed, null) : new(false, new Dictionary<string, string>(StringComparer.Ordinal) { [Criteria] = WithoutIt });
    }
}
