using System.Reflection;
using Microsoft.AspNetCore.Http;
using Tidemark.Engine.Errors;

namespace Tidemark.Server.Api;

/// <summary>Refuses bodies whose lists of texts have nulls among them: what reads JSON looks at the lists alone.</summary>
internal static class NullItems
{
    /// <summary>A filter for operations that take such a body; the others go on as they are.</summary>
    public static EndpointFilterDelegate Refuse(EndpointFilterFactoryContext operation, EndpointFilterDelegate next)
    {
        var bodies = operation.MethodInfo.GetParameters().Select((parameter, at) => (At: at, Lists: ListsOf(parameter.ParameterType))).Where(body => body.Lists.Count > 0).ToList();
        if (bodies.Count == 0) return next;
        return call =>
        {
            foreach (var (at, lists) in bodies)
            {
                // A body that could not be read is null here, and refused already.
                if (call.Arguments[at] is not { } body) continue;
                foreach (var list in lists)
                {
                    if (list.GetValue(body) is IReadOnlyList<string> texts && texts.Any(text => text is null))
                        throw new TidemarkException(FailureKind.Usage, "request.malformed", $"{list.Name.ToLowerInvariant()} has no nulls.");
                }
            }

            return next(call);
        };
    }

    private static List<PropertyInfo> ListsOf(Type type) => type.Assembly == typeof(NullItems).Assembly && type.IsClass
        ? [.. type.GetProperties().Where(property => property.PropertyType == typeof(IReadOnlyList<string>))] : [];
}
