using Xunit;

namespace Tidemark.Tests.Stripe;

/// <summary>Stripe's official client for Node.js, unpacked: <c>stripe/package</c> in the folder that TIDEMARK_SPECS names.</summary>
internal static class StripePackage
{
    /// <summary>A file of its declarations; the test is left out, and says so, where there is none.</summary>
    public static string File(string name)
    {
        var folder = Environment.GetEnvironmentVariable("TIDEMARK_SPECS");
        var path = Path.Combine(folder ?? "", "stripe", "package", "esm", "resources", name);
        Assert.SkipWhen(folder is null || !System.IO.File.Exists(path),
            "left out: TIDEMARK_SPECS names no folder with stripe/package, the unpacked npm package stripe 23.1.0");
        return System.IO.File.ReadAllText(path);
    }
}
