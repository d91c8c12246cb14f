using Tidemark.Tests;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace Tidemark.Tests;

/// <summary>Begins with the classes that take minutes, so that none of them runs alone at the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long = ["PostgresPromises", "PostgresCrashMatrix", "KillTests", ".Crash.", ".Systems.", "Promises"];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => Rank(collection.TestCollectionDisplayName)).ThenBy(collection => collection.TestCollectionDisplayName, StringComparer.Ordinal)];

    private static int Rank(string name)
    {
        var at = Array.FindIndex(Long, part => name.Contains(part, StringComparison.Ordinal));
        return at < 0 ? Long.Length : at;
    }
}
