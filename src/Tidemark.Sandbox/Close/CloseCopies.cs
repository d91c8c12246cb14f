using Tidemark.Sandbox.Close.Shapes;

namespace Tidemark.Sandbox.Close;

/// <summary>A property that records show of another object.</summary>
/// <param name="Field">Name of the property at the other object.</param>
/// <param name="Stream">Whose records show it.</param>
/// <param name="Reference">The property by which they name the object.</param>
/// <param name="Shown">Under which name.</param>
internal sealed record CloseCopies(string Field, string Stream, string Reference, string Shown)
{
    public static IReadOnlyList<CloseCopies> Of(CloseRecords kind) => kind switch
    {
        LeadRecords => [new("display_name", "opportunities", "lead_id", "lead_name"), new("display_name", "tasks", "lead_id", "lead_name")],
        ContactRecords => [new("name", "opportunities", "contact_id", "contact_name"), new("name", "tasks", "contact_id", "contact_name")],
        LeadStatusRecords => [new("label", "leads", "status_id", "status_label")],
        OpportunityStatusRecords =>
        [
            new("label", "opportunities", "status_id", "status_label"), new("label", "opportunities", "status_id", "status_display_name"),
            new("type", "opportunities", "status_id", "status_type"),
        ],
        _ => [],
    };
}
