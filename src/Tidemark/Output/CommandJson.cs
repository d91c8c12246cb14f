using System.Text.Json.Serialization;

namespace Tidemark.Output;

/// <summary>What only the command line answers.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SandboxAnswer))]
[JsonSerializable(typeof(ServeAnswer))]
[JsonSerializable(typeof(TemplateAnswer))]
[JsonSerializable(typeof(VersionAnswer))]
[JsonSerializable(typeof(WrittenFileAnswer))]
internal sealed partial class CommandJson : JsonSerializerContext;

/// <param name="Version">E.g. <c>0.1.0</c>.</param>
internal sealed record VersionAnswer(string Version);

/// <param name="Template">Name of the template.</param>
/// <param name="Summary">Purpose of the template.</param>
internal sealed record TemplateAnswer(string Template, string Summary);

/// <param name="File">Name of the file that was written.</param>
internal sealed record WrittenFileAnswer(string File);

/// <param name="Control">Address of the control.</param>
/// <param name="Vendors">Address of each stand-in, by its name.</param>
/// <param name="StripeKey">Key that the stand-in for Stripe takes.</param>
internal sealed record SandboxAnswer(string Control, IReadOnlyDictionary<string, string> Vendors, string StripeKey);

/// <param name="Address">Address that the server listens on.</param>
internal sealed record ServeAnswer(string Address);
