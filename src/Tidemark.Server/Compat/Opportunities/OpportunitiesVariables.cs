using Tidemark.Connectors.Templates;
using Tidemark.Engine;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;

namespace Tidemark.Server.Compat.Opportunities;

/// <summary>Makes the pipeline <c>opportunities</c> of the variables that the earlier tool was configured by, where nothing of it is saved.</summary>
public static class OpportunitiesVariables
{
    private static readonly string[] Needed = ["ORACLE_BASE_URL", "ORACLE_USER", "ORACLE_PASS", "DATABASE_URL"];

    /// <summary>Applies the template once; what is saved is never changed.</summary>
    /// <param name="home">The home.</param>
    /// <param name="variable">Value of a variable; null where it is not set.</param>
    /// <param name="cancellationToken">Nothing is saved where it throws.</param>
    /// <returns>A sentence about what was done or left; null where the variables are not set, or the pipeline is there.</returns>
    /// <exception cref="TidemarkException">A variable's value is wrong (configuration).</exception>
    public static async Task<string?> ApplyAsync(Home home, Func<string, string?> variable, CancellationToken cancellationToken)
    {
        if (Needed.Any(name => string.IsNullOrEmpty(variable(name)))) return null;
        if ((await home.Definitions.Pipelines.NamesAsync(cancellationToken)).Contains(OpportunitiesApi.Pipeline)) return null;
        var file = new DefinitionFile(home.Definitions, variable);
        var template = DefinitionTemplate.Named(OpportunitiesApi.Pipeline);
        var changes = await file.CompareAsync(template.Text, prunes: false, cancellationToken);
        var taken = changes.Where(change => change.Change is not (DefinitionChange.Created or DefinitionChange.Unchanged)).Select(change => $"{change.Kind} {change.Name}").ToList();
        if (taken.Count > 0) return $"The variables of Oracle are set, but {string.Join(" and ", taken)} is saved with other settings: nothing was changed.";
        await file.ApplyAsync(template.Text, cancellationToken);
        return $"The pipeline {OpportunitiesApi.Pipeline} was made of {string.Join(", ", Needed)}.";
    }
}
