using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Tidemark.Engine.Errors;

namespace Tidemark.Server.Api;

/// <summary>Refuses bodies whose lists of texts have nulls among them: what reads JSON looks at the lists alone.</summary>
internal static class NullItems
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<PropertyInfo>> Lists = [];

    public static ValueTask<object?> RefuseAsync(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        foreach (var body in call.Arguments)
        {
            if (body is null || body.GetType().Assembly != typeof(NullItems).Assembly) continue;
            foreach (var list in Lists.GetOrAdd(body.GetType(), ListsOf))
            {
                if (list.GetValue(body) is IReadOnlyList<string> texts && texts.Any(text => text is null))
                    throw new TidemarkException(FailureKind.Usage, "request.malformed", $"{list.Name.ToLowerInvariant()} has no nulls.");
            }
        }

        return next(call);
    }

    private static IReadOnlyList<PropertyInfo> ListsOf(Type type) => [.. type.GetProperties().Where(property => property.PropertyType == typeof(IReadOnlyList<string>))];
}
