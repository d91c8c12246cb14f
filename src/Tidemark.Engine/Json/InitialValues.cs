using System.Reflection;
using System.Text.Json.Serialization.Metadata;

namespace Tidemark.Engine.Json;

/// <summary>
/// Gives a key that is missing in the JSON the value that the record's initialiser gives it. Generated code takes an
/// init-only property for a parameter of the constructor, and would make it null or zero.
/// </summary>
public static class InitialValues
{
    /// <summary>The generated types, those that are named made from their first value.</summary>
    /// <param name="generated">The generated context.</param>
    /// <param name="first">By type, how an object begins before the keys of the JSON are put into it.</param>
    public static IJsonTypeInfoResolver Keep(IJsonTypeInfoResolver generated, IReadOnlyDictionary<Type, Func<object>> first) =>
        generated.WithAddedModifier(type =>
        {
            if (!first.TryGetValue(type.Type, out var begin)) return;
            type.CreateObject = begin;
            foreach (var property in type.Properties)
            {
                // Init-only: only reflection sets it on an object that is there already.
                if (property.AttributeProvider is PropertyInfo { CanWrite: true } info) property.Set = info.SetValue;
            }
        });
}
