using System.Globalization;
using System.Reflection;

namespace Tidemark.Engine.Catalog;

/// <summary>The scripts that bring a catalog up to this version. Each dialect has its own; the newest of all have one number.</summary>
/// <param name="assembly">Where they are embedded.</param>
/// <param name="folder">Beginning of their names, which go on with three digits.</param>
public sealed class CatalogMigrations(Assembly assembly, string folder)
{
    private readonly SortedDictionary<long, string> _names = new(assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(folder, StringComparison.Ordinal))
        .ToDictionary(name => long.Parse(name.AsSpan(folder.Length, 3), CultureInfo.InvariantCulture)));

    /// <summary>The version that they lead to.</summary>
    public long Newest => _names.Keys.Max();

    /// <summary>The scripts that a catalog of a version lacks, in order.</summary>
    public IEnumerable<string> After(long version) => _names.Where(script => script.Key > version).Select(script => Read(script.Value));

    private string Read(string name)
    {
        using var script = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return script.ReadToEnd();
    }
}
