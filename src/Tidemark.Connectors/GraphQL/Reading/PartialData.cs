using System.Globalization;
using Tidemark.Connectors.GraphQL.Queries;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.GraphQL.Reading;

/// <summary>
/// Errors that came with data. One that lies within a record makes that record unfit: what is null in it may have a
/// value. One that lies anywhere else leaves open what is missing, and the page fails.
/// </summary>
/// <remarks>https://spec.graphql.org/October2021/#sec-Handling-Field-Errors.</remarks>
internal static class PartialData
{
    /// <summary>What is wrong with records, by their place in the page. Pure.</summary>
    /// <exception cref="TidemarkException">Upstream <c>graphql.partial</c>.</exception>
    public static Dictionary<int, string> Unfit(string? errors, QueryPlan plan)
    {
        var unfit = new Dictionary<int, string>();
        if (errors is null) return unfit;
        string[] way =
            [.. plan.Path.Select(field => field.Response), .. plan.List.Elements is { } elements ? [elements]
            : (string[])[]];
        foreach (var error in GraphQLError.Read(errors))
        {
            var isOfRecord = error.Path.Count > way.Length && error.Path.Take(way.Length).SequenceEqual(way);
            if (!isOfRecord || !int.TryParse(error.Path[way.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var place))
                throw Partial(error);
            unfit[place] =
                $"The server could not give {string.Join('.', error.Path.Skip(way.Length + 1))}: {error.Message}";
        }

        return unfit;
    }

    /// <summary>Refuses an answer with any error, for lists within records.</summary>
    /// <exception cref="TidemarkException">Upstream <c>graphql.partial</c>.</exception>
    public static void Refuse(string? errors)
    {
        if (errors is not null && GraphQLError.Read(errors) is [var error, ..]) throw Partial(error);
    }

    private static TidemarkException Partial(GraphQLError error) =>
        new(FailureKind.Upstream, "graphql.partial", $"The server could not give {string.Join('.', error.Path)}.")
        {
            Hint = "The answer is incomplete, and does not show what is missing.",
        };
}
