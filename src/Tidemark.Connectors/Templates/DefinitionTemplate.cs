using System.Reflection;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Templates;

/// <summary>A whole definition file for a task that many have, to be filled in from the environment. A file here is enough.</summary>
/// <param name="Name">As typed, e.g. <c>payments</c>.</param>
/// <param name="Summary">What it is for: the first line of the file.</param>
/// <param name="Text">YAML with comments.</param>
public sealed record DefinitionTemplate(string Name, string Summary, string Text)
{
    private const string Extension = ".yaml";

    private static readonly Assembly Here = typeof(DefinitionTemplate).Assembly;

    /// <summary>All of them, by name.</summary>
    public static readonly IReadOnlyList<DefinitionTemplate> All =
    [
        .. Here.GetManifestResourceNames()
            .Where(resource => resource.EndsWith(Extension, StringComparison.Ordinal))
            .Select(Read).OrderBy(template => template.Name, StringComparer.Ordinal),
    ];

    /// <exception cref="TidemarkException">Usage <c>template.unknown</c>.</exception>
    public static DefinitionTemplate Named(string name) => All.FirstOrDefault(template => template.Name == name)
        ?? throw new TidemarkException(FailureKind.Usage, "template.unknown", $"There is no template {name}.")
        {
            Hint = NearestName.Hint(name, All.Select(template => template.Name)),
        };

    private static DefinitionTemplate Read(string resource)
    {
        using var reader = new StreamReader(Here.GetManifestResourceStream(resource)!);
        var text = reader.ReadToEnd();
        return new DefinitionTemplate(
            resource[..^Extension.Length].Split('.')[^1], text[..text.IndexOf('\n', StringComparison.Ordinal)].TrimStart('#', ' ').TrimEnd(), text);
    }
}
