using System.Collections.Concurrent;
using System.Reflection;
using Tidemark.Tests;
using Xunit;
using Xunit.v3;

[assembly: EndsLongTests]

namespace Tidemark.Tests;

/// <summary>Cancels a test that waits for what never comes, so that it fails by its name and the others are still counted.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class EndsLongTestsAttribute : BeforeAfterTestAttribute
{
    // The longest takes three minutes on two processors; those of the longer modes take hours.
    private static readonly TimeSpan Limit =
        Environment.GetEnvironmentVariable("TIDEMARK_TEST_KILLS") is null ? TimeSpan.FromMinutes(10) : TimeSpan.FromHours(10);

    private readonly ConcurrentDictionary<string, Timer> _running = new();

    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        var context = TestContext.Current;
        _running[test.UniqueID] = new Timer(_ => End(context), null, Limit, Timeout.InfiniteTimeSpan);
    }

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (_running.TryRemove(test.UniqueID, out var timer)) timer.Dispose();
    }

    private static void End(ITestContext context)
    {
        context.TestOutputHelper?.WriteLine($"Cancelled after {Limit.TotalMinutes:0} minutes.");
        context.CancelCurrentTest();
    }
}
