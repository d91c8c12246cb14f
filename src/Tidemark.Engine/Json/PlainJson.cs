using System.Text.Json.Serialization;

namespace Tidemark.Engine.Json;

/// <summary>A text, a list of texts, and texts by name, as JSON.</summary>
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class PlainJson : JsonSerializerContext;
