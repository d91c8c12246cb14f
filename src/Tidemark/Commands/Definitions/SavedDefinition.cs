using Tidemark.Engine.Definitions;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Definitions;

/// <summary>Tells what saving a definition changed.</summary>
internal static class SavedDefinition
{
    public static void Report(Session session, string kind, string name, DefinitionChange change) =>
        Report(session, kind, name, change.ToString().ToLowerInvariant());

    public static void Report(Session session, string kind, string name, string change)
    {
        if (session.IsJson)
            session.WriteJson(new DefinitionChangeAnswer(kind, name, change), WireJson.Default.DefinitionChangeAnswer);
        else session.Say($"{kind} {Printable.Of(name)}: {change}");
    }
}
