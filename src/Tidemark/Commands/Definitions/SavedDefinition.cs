using Tidemark.Engine.Definitions;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Definitions;

/// <summary>Tells what saving a definition changed.</summary>
internal static class SavedDefinition
{
    public static void Report(Session session, string kind, string name, DefinitionChange change) =>
        Report(session, kind, name, change.ToString().ToLowerInvariant());

    /// <summary>What applying a file has changed, or would change, with the fields that differ.</summary>
    public static void Report(Session session, DefinitionChangeAnswer applied)
    {
        if (session.IsJson)
        {
            session.WriteJson(applied, WireJson.Default.DefinitionChangeAnswer);
            return;
        }

        Report(session, applied.Kind, applied.Name, applied.Change);
        foreach (var field in applied.Fields ?? [])
        {
            session.Say(field.Secret ? $"  {Printable.Of(field.Field)}: changed"
                : $"  {Printable.Of(field.Field)}: {Shown(field.Before)} -> {Shown(field.After)}");
        }
    }

    private static string Shown(string? value) => value is null ? "(none)" : value.Length == 0 ? "(empty)" : Printable.Of(Cut.Short(value));

    public static void Report(Session session, string kind, string name, string change)
    {
        if (session.IsJson)
            session.WriteJson(new DefinitionChangeAnswer(kind, name, change), WireJson.Default.DefinitionChangeAnswer);
        else session.Say($"{kind} {Printable.Of(name)}: {change}");
    }
}
