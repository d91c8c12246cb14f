using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Sources.Http;

/// <summary>What a vendor answered when it was asked for one record by its id.</summary>
/// <param name="Page">The record, alone; null where there is none. The caller disposes it.</param>
/// <param name="Unfit">Why the record exists and cannot be had, in a sentence; null where it was given, or is gone.</param>
public sealed record OneRecord(HttpPage? Page, string? Unfit) : IDisposable
{
    private static readonly PageShape Shape = new("") { IsolatesFlaws = true };

    /// <summary>Reads a record. What keeps this one alone from being read is no reason to read no other.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="call">Asks for the record.</param>
    /// <param name="isGone">Whether a failure says that there is no such record any more.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="TidemarkException">As <see cref="HttpExchange.SendAsync"/>, unless it concerns this record alone.</exception>
    public static async Task<OneRecord> ReadAsync(
        HttpExchange exchange, HttpCall call, Func<TidemarkException, bool> isGone, CancellationToken cancellationToken)
    {
        try
        {
            return new(await exchange.SendAsync(call, Shape, cancellationToken), null);
        }
        catch (TidemarkException failure) when (isGone(failure))
        {
            return new(null, null);
        }
        catch (TidemarkException failure) when (ConcernsOne(failure))
        {
            return new(null, $"The record could not be read: {failure.Message}");
        }
    }

    /// <summary>Whether a failure may be due to the record that was asked for, and not to the vendor, the network or the credentials.</summary>
    public static bool ConcernsOne(TidemarkException failure) => failure.Kind == FailureKind.Upstream
        || failure.Code is "source.no_body" or "source.invalid_json";

    public void Dispose() => Page?.Dispose();
}
