using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Definitions;

/// <summary>Tells what saving a definition changed.</summary>
internal static class SavedDefinition
{
    /// <summary>What has changed, or would change, with the fields that differ where they are known.</summary>
    public static void Report(Session session, DefinitionChangeAnswer applied)
    {
        if (session.IsJson)
        {
            session.WriteJson(applied, WireJson.Default.DefinitionChangeAnswer);
            return;
        }

        session.Say($"{applied.Kind} {Printable.Of(applied.Name)}: {applied.Change}");
        foreach (var field in applied.Fields ?? [])
        {
            session.Say(field.Secret ? $"  {Printable.Of(field.Field)}: changed"
                : $"  {Printable.Of(field.Field)}: {Shown(field.Before)} -> {Shown(field.After)}");
        }
    }

    private static string Shown(string? value) => value is null ? "(none)" : value.Length == 0 ? "(empty)" : Printable.Of(Cut.Short(value));
}
