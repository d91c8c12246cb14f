using System.Text;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Alerts;

/// <summary>When a message that was not taken is sent again: ten attempts over about three days, as Standard Webhooks advises.</summary>
/// <remarks>https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md</remarks>
internal static class RetryWaits
{
    private const int MostPercent = 10;

    private static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    /// <summary>How many attempts there are.</summary>
    public static int Attempts => Waits.Length + 1;

    /// <summary>How long to wait after an attempt that failed; null after the last.</summary>
    /// <param name="message">Id of the message: those that failed together are not sent together again.</param>
    /// <param name="failures">Attempts that have failed, at least one.</param>
    public static TimeSpan? After(string message, int failures) => failures > Waits.Length ? null
        : Waits[failures - 1] * (1 + (ContentHash.Of(Encoding.UTF8.GetBytes(message)) % (MostPercent + 1) / 100.0));
}
