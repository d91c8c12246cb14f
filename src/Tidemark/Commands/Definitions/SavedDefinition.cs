using Tidemark.Engine.Catalog;
using Tidemark.Output;

namespace Tidemark.Commands.Definitions;

/// <summary>Tells what saving a definition changed.</summary>
internal static class SavedDefinition
{
    public static void Tell(Session session, string kind, string name, DefinitionChange change) =>
        Tell(session, kind, name, change.ToString().ToLowerInvariant());

    public static void Tell(Session session, string kind, string name, string change)
    {
        if (session.IsJson)
        {
            session.WriteJson(json =>
            {
                json.WriteString("kind", kind);
                json.WriteString("name", name);
                json.WriteString("change", change);
            });
        }
        else
        {
            session.Say($"{kind} {Printable.Of(name)}: {change}");
        }
    }
}
