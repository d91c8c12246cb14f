using Tidemark.Engine;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Wire;

namespace Tidemark.Server.Compat.Payments;

/// <summary>One record of the CRM, as it would be written.</summary>
internal static class OneRecord
{
    private const string UsualModule = "Contacts";

    /// <exception cref="TidemarkException"><c>request.malformed</c> (usage); settings, reachability.</exception>
    public static async Task<SyncTestAnswer> TestAsync(Home home, PipelineDefinition pipeline, SyncTest test, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(test.Email)) throw new TidemarkException(FailureKind.Usage, "request.malformed", "email is empty.");
        var module = string.IsNullOrWhiteSpace(test.Module) ? UsualModule : test.Module;
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["criteria"] = $"{module}=(Email:equals:{Escaped(test.Email)})" };
        if (module != UsualModule) settings["modules"] = module;
        var shown = await home.PreviewAsync(pipeline.Name, _ => null, ColumnNames.SnakeCase(module), 1, settings, cancellationToken);
        var answer = StreamShownAnswer.Of(shown[0]);
        var row = answer.Rows is [var first, ..] ? first : null;
        row?.Remove("raw");
        List<string> problems = [.. (answer.Quarantined ?? []).Select(problem => problem.Message)];
        var message = (row, problems) switch
        {
            (not null, _) => $"This would be written to {answer.Table}. Nothing was.",
            (null, { Count: > 0 }) => "The record was found, and could not be written.",
            _ => $"No record of {module} has this e-mail address.",
        };
        return new(row is not null, module, test.Email, row is not null || problems.Count > 0, row, problems, message);
    }

    private static string Escaped(string value)
    {
        var text = new System.Text.StringBuilder();
        foreach (var letter in value)
        {
            if (letter is '\\' or '(' or ')' or ',') text.Append('\\');
            text.Append(letter);
        }

        return text.ToString();
    }
}
