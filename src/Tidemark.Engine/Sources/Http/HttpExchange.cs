using System.Buffers;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using Polly;
using Polly.Retry;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;
using Tidemark.Engine.Settings;

namespace Tidemark.Engine.Sources.Http;

/// <summary>
/// Sends calls to one vendor, at its pace, and gives back scanned pages. What is transient is asked again; what is
/// thrown has used up its retries. One exchange serves all streams of a source: they share rate and connections.
/// </summary>
public sealed class HttpExchange : IAsyncDisposable
{
    private const int MaxRedirects = 3;
    private const int MaxRefusals = 2;
    private const int MaxErrorBytes = 256 << 10;
    private const int ProbeRetries = 2;
    private const int MaxMessage = 2_000;
    // Shorter pauses are the pace of the vendor and nobody's concern.
    private static readonly TimeSpan Noticed = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan MaxBackOff = TimeSpan.FromSeconds(60);

    private readonly HttpApi _api;
    private readonly TimeProvider _clock;
    private readonly HttpClient _client;
    private readonly RequestPace _pace;
    private readonly ResiliencePipeline<Attempt> _retry;
    private readonly ResiliencePipeline<Attempt> _retryBriefly;
    private long _requests;

    public HttpExchange(HttpApi api, TimeProvider clock)
        : this(api, clock, GuardedHandler.Create(api.MaxConcurrent, api.AllowsPrivateNetwork))
    {
    }

    internal HttpExchange(HttpApi api, TimeProvider clock, HttpMessageHandler handler)
    {
        (_api, _clock, VendorClock) = (api, clock, new VendorClock(clock));
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _pace = new RequestPace(api.RequestsPerSecond, api.MaxConcurrent, clock);
        _retry = RetryPipeline(api.Retries);
        _retryBriefly = RetryPipeline(Math.Min(ProbeRetries, api.Retries));
    }

    /// <summary>Where the vendor is: host, port and path.</summary>
    internal string VendorAddress => _api.BaseAddress.Authority + _api.BaseAddress.AbsolutePath;

    /// <summary>
    /// Whose the credentials are, by the vendor's id of the account. Null until the vendor has said it; not every key may ask.
    /// </summary>
    public string? Owner { get; set; }

    /// <summary>Hears when a request waits, with a text that is fit to be shown; null where nobody does.</summary>
    public Action<Wait>? OnWait { get; set; }

    /// <summary>Requests sent so far, retries among them.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>The vendor's clock, by the dates of its answers so far.</summary>
    public VendorClock VendorClock { get; }

    /// <summary>A text of the vendor's made fit to be shown: on one line and without the credentials.</summary>
    public string Clean(string text) => ForeignText.Clean(text, _api.Authentication.Secrets);

    /// <summary>Sends a call and scans the answer. The caller disposes the page.</summary>
    /// <exception cref="TidemarkException">
    /// What the API's <see cref="HttpApi.Classify"/> throws, and: Transient <c>source.timeout</c>,
    /// <c>source.unreachable</c>, <c>source.cut_short</c>, <c>source.bad_encoding</c>, <c>source.not_json</c>, <c>source.invalid_json</c>, <c>source.no_body</c>; Upstream <c>source.too_large</c>,
    /// <c>source.no_records</c>, <c>source.other_host</c>, <c>source.bad_address</c>; Configuration <c>source.address_refused</c>,
    /// <c>source.not_encrypted</c>, <c>source.redirected</c>, <c>source.certificate</c>, <c>source.unsendable</c>.
    /// Message and code are fit to be kept and shown: see <see cref="Clean"/>.
    /// </exception>
    public Task<HttpPage> SendAsync(HttpCall call, PageShape shape, CancellationToken cancellationToken) =>
        SendWithAsync(_retry, call, shape, cancellationToken);

    /// <summary>
    /// <see cref="SendAsync"/> with two retries at most where nobody hears of the waits: whoever only wants to know
    /// whether the vendor answers waits for that, not for it to recover. A run does, as when it reads.
    /// </summary>
    public Task<HttpPage> ProbeAsync(HttpCall call, PageShape shape, CancellationToken cancellationToken) =>
        SendWithAsync(OnWait is null ? _retryBriefly : _retry, call, shape, cancellationToken);

    private async Task<HttpPage> SendWithAsync(
        ResiliencePipeline<Attempt> retry, HttpCall call, PageShape shape, CancellationToken cancellationToken)
    {
        try
        {
            var attempt = call.IsRepeatable
                ? await retry.ExecuteAsync(
                    static (state, token) => state.Exchange.AttemptAsync(state.Call, state.Shape, token),
                    (Exchange: this, Call: call, Shape: shape), cancellationToken)
                : await AttemptAsync(call, shape, cancellationToken);
            return attempt.Page ?? throw attempt.Verdict.Failure!;
        }
        catch (TidemarkException failure) when (Cleaned(failure) is { } cleaned)
        {
            throw cleaned;
        }
    }

    /// <summary>
    /// The failure without what a vendor's words may hold, wherever in its message they came from: bodies, headers, links, media types,
    /// hosts. Null where there is nothing to clean. Its cause may say the same again, and goes.
    /// </summary>
    private TidemarkException? Cleaned(TidemarkException failure)
    {
        var (message, code) = (Clean(failure.Message), Clean(failure.Code));
        if (message.Length > MaxMessage) message = message[..MaxMessage] + "…";
        if (message == failure.Message && code == failure.Code && !HasSecret(failure.InnerException)) return null;
        return new(failure.Kind, code == failure.Code ? code : $"{failure.Code.Split('.')[0]}.refused", message)
        {
            Hint = failure.Hint is null ? null : Clean(failure.Hint),
            Next = failure.Next,
        };
    }

    private bool HasSecret(Exception? cause) => cause is not null && Clean(cause.ToString()) != PlainLine.Of(cause.ToString());

    /// <summary>
    /// Asks whose the credentials are, for <see cref="Owner"/>. Not every key may ask, which is no problem; what is wrong with a key,
    /// other calls say.
    /// </summary>
    /// <param name="call">The call, whose first record is the account.</param>
    /// <param name="shape">Where it stands in the answer.</param>
    /// <param name="id">Path of its id.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task AskOwnerAsync(HttpCall call, PageShape shape, string id, CancellationToken cancellationToken)
    {
        try
        {
            using var page = await ProbeAsync(call, shape, cancellationToken);
            Owner = page.First(id);
        }
        catch (TidemarkException)
        {
            Owner = null;
        }
    }

    /// <summary>Asks for a number of records; null where the answer has none.</summary>
    /// <exception cref="TidemarkException">As <see cref="SendAsync"/>.</exception>
    public async Task<long?> CountAsync(HttpCount count, CancellationToken cancellationToken)
    {
        using var answer = await ProbeAsync(count.Call, PageShape.One, cancellationToken);
        return long.TryParse(answer.First(count.Path), NumberStyles.None, CultureInfo.InvariantCulture, out var records)
            ? records : null;
    }

    /// <summary>Reads a listing from its start, one page after the other; the caller disposes the pages.</summary>
    /// <exception cref="TidemarkException">As <see cref="SendAsync"/>, and for paging that does not get on: Upstream
    /// <c>source.paging_loop</c>, <c>source.page_repeated</c>, <c>source.empty_page</c>, <c>source.no_position</c>,
    /// <c>source.below_total</c>.</exception>
    public async IAsyncEnumerable<HttpPage> ReadAsync(
        HttpListing listing, Slice slice, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = new SliceReader(listing, this, _clock);
        for (Slice? rest = slice; rest is not null;)
        {
            (var page, rest) = await reader.ReadAsync(rest, cancellationToken);
            yield return page;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _pace.DisposeAsync();
    }

    private async ValueTask<Attempt> AttemptAsync(HttpCall call, PageShape shape, CancellationToken cancellationToken)
    {
        using var slot = await _pace.EnterAsync(cancellationToken);
        using var timeout = new CancellationTokenSource(_api.Timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var host = _api.BaseAddress.Authority;
        try
        {
            return await AskAsync(call, shape, address => host = address.Authority, either.Token);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            return Again(HttpErrors.Timeout(call, _api.Timeout, late));
        }
        catch (HttpRequestException refused) when (refused.InnerException is TidemarkException reason)
        {
            return new Attempt(null, HttpVerdict.Fail(reason));
        }
        catch (InvalidDataException broken)
        {
            return Again(HttpErrors.BadEncoding(call, broken));
        }
        catch (HttpIOException broken)
        {
            return Again(HttpErrors.CutShort(call, broken));
        }
        catch (HttpRequestException refused) when (refused.InnerException is AuthenticationException { InnerException: null })
        {
            return new Attempt(null, HttpVerdict.Fail(HttpErrors.Certificate(call, host, refused)));
        }
        catch (Exception lost) when (lost is HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded })
        {
            return Again(HttpErrors.CutShort(call, lost));
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException)
        {
            return Again(HttpErrors.Unreachable(call, host, lost));
        }
    }

    /// <summary>
    /// Sends a call once; follows redirects on the same host and asks again where a token was refused.
    /// </summary>
    private async Task<Attempt> AskAsync(HttpCall call, PageShape shape, Action<Uri> asks, CancellationToken cancellationToken)
    {
        var address = Address(call);
        var (redirects, refusals) = (0, 0);
        while (true)
        {
            using var request = await RequestAsync(call, address, cancellationToken);
            asks(request.RequestUri!);
            Interlocked.Increment(ref _requests);
            using var response = await _client.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.StatusCode == HttpStatusCode.Unauthorized && refusals++ < MaxRefusals
                && await _api.Authentication.RefusedAsync(request, cancellationToken))
                continue;

            if ((int)response.StatusCode is 301 or 302 or 303 or 307 or 308)
            {
                var location = response.Headers.Location;
                var next = Uri.TryCreate(address, location, out var target) ? target : null;
                var mayFollow = call.Method == HttpMethod.Get && ++redirects <= MaxRedirects;
                if (next is null || !IsSameHost(next, address) || !mayFollow)
                    return new Attempt(null, HttpVerdict.Fail(HttpErrors.Redirected(call, next)));
                address = next;
                continue;
            }

            if (response.IsSuccessStatusCode && response.Headers.Date is { } date) VendorClock.Note(date);
            return await JudgeAsync(call, shape, response, cancellationToken);
        }
    }

    private async Task<Attempt> JudgeAsync(
        HttpCall call, PageShape shape, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var maxBytes = response.IsSuccessStatusCode ? _api.MaxBytes : Math.Min(_api.MaxBytes, MaxErrorBytes);
        var (buffer, length) = await HttpBody.ReadAsync(response.Content, maxBytes, cancellationToken);
        HttpTelemetry.Answered(response.RequestMessage?.RequestUri, length);
        HttpPage? page = null;
        try
        {
            var body = buffer.AsMemory(0, Math.Min(length, maxBytes));
            if (length > maxBytes && response.IsSuccessStatusCode)
                return new Attempt(null, HttpVerdict.Fail(HttpErrors.TooLarge(call, maxBytes)));

            try
            {
                return Read(body, mended: null);
            }
            catch (JsonException) when (shape.IsolatesFlaws && MendedJson.Of(body.Span) is { } mended)
            {
                // One record that is no JSON does not hide the others: it becomes none, with its reason, when it is mapped.
                return Read(mended.Text, mended);
            }
        }
        catch (JsonException wrong)
        {
            // Each is asked again: a gateway's page in the vendor's place goes as it came.
            return Again(Broken(call, buffer.AsSpan(0, Math.Min(length, maxBytes)), response.Content.Headers.ContentType?.MediaType, wrong));
        }
        finally
        {
            if (page is null) ArrayPool<byte>.Shared.Return(buffer);
        }

        Attempt Read(ReadOnlyMemory<byte> text, MendedJson? mended)
        {
            var answer = new HttpAnswer(call, response, text, _api.Authentication.Secrets, _clock.GetUtcNow());
            var verdict = RateLimitHeaders.Apply(answer, _api.Classify(answer));
            if (verdict is { Failure: { } failure, After: { } asked } && asked > _api.MaxWait)
                verdict = HttpVerdict.Fail(HttpErrors.WaitTooLong(call, asked, _clock.GetUtcNow(), failure));
            if (verdict.Failure is not null) return new Attempt(null, verdict);
            if (verdict.After is { } wait) Pause(wait < _api.MaxWait ? wait : _api.MaxWait);

            var hasNoBody = text.Span.Trim(" \t\r\n"u8).Length == 0;
            if (hasNoBody && !call.EmptyStatuses.Contains(answer.Status)) return Again(HttpErrors.NoBody(call, answer.Status));
            var scan = hasNoBody ? default : PageScan.Read(text.Span, shape);
            if (!hasNoBody && scan.Records is null && !shape.OmitsEmpty)
                return new Attempt(null, HttpVerdict.Fail(HttpErrors.NoRecords(call, shape.Records)));
            var records = scan.Records ?? [];
            // What the envelope says decides how to go on, and must be read as it was meant.
            if (mended is not null && mended.Flaws.Any(flaw => !records.Any(record => record.Start <= flaw && flaw < record.Start + record.Length)))
                throw new JsonException("The envelope is no JSON.");
            page = new HttpPage(buffer, Math.Min(length, maxBytes), shape, records, scan.Picked ?? new string?[shape.Picks.Count]) { Mended = mended?.Text };
            return new Attempt(page, HttpVerdict.Ok);
        }
    }

    private void Pause(TimeSpan wait)
    {
        _pace.PauseFor(wait);
        if (wait >= Noticed) OnWait?.Invoke(new(WaitKind.RateLimit, $"The allowance of {_api.BaseAddress.Host} is used up.", wait));
    }

    private static TidemarkException Broken(HttpCall call, ReadOnlySpan<byte> body, string? mediaType, JsonException wrong)
    {
        var text = body.TrimStart(" \t\r\n\uFEFF"u8);
        return !text.StartsWith("{"u8) && !text.StartsWith("["u8) ? HttpErrors.NotJson(call, mediaType, wrong)
            : MendedJson.IsCutShort(MendedJson.Of(text)?.Text ?? text) ? HttpErrors.CutShort(call, wrong)
            : HttpErrors.InvalidJson(call, MendedJson.Flaw(text), wrong);
    }

    private async ValueTask<HttpRequestMessage> RequestAsync(
        HttpCall call, Uri address, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(call.Method, address);
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.UserAgent.ParseAdd("Tidemark");
        foreach (var (name, value) in _api.Headers.Concat(call.Headers))
        {
            request.Headers.Remove(name);
            if (!request.Headers.TryAddWithoutValidation(name, value)) throw HttpErrors.Unsendable(name);
        }

        if (call.IsForm) request.Content = new FormUrlEncodedContent(call.Query);
        if (call.Json is not null) request.Content = new StringContent(call.Json, Encoding.UTF8, call.MediaType);
        try
        {
            await _api.Authentication.AuthorizeAsync(request, cancellationToken);
        }
        catch (FormatException)
        {
            throw HttpErrors.Unsendable("Authorization"); // its message repeats the key
        }

        foreach (var (name, values) in request.Headers.NonValidated)
        {
            if (values.Any(value => value.Any(letter => letter is < ' ' or > '~'))) throw HttpErrors.Unsendable(name);
        }

        return request;
    }

    private Uri Address(HttpCall call)
    {
        var target = call.Target;
        var isAddress = target.StartsWith('/') ? Uri.TryCreate(_api.BaseAddress.AbsoluteUri.TrimEnd('/') + target, UriKind.Absolute, out var address)
            : Uri.TryCreate(_api.BaseAddress, target, out address);
        if (!isAddress) throw HttpErrors.BadAddress(call);
        return IsSameHost(address!, _api.BaseAddress) ? address! : throw HttpErrors.OtherHost(call);
    }

    private static bool IsSameHost(Uri one, Uri other) => one.Scheme == other.Scheme && one.Authority == other.Authority;

    private static Attempt Again(TidemarkException failure) => new(null, HttpVerdict.Retry(failure));

    private ResiliencePipeline<Attempt> RetryPipeline(int retries) =>
        retries == 0 ? ResiliencePipeline<Attempt>.Empty : new ResiliencePipelineBuilder<Attempt> { TimeProvider = _clock }
            .AddRetry(new RetryStrategyOptions<Attempt>
            {
                MaxRetryAttempts = retries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = _api.RetryDelay,
                MaxDelay = MaxBackOff,
                ShouldHandle = retry => ValueTask.FromResult(retry.Outcome.Result.Verdict is { Retries: true }),
                DelayGenerator = retry => ValueTask.FromResult(retry.Outcome.Result.Verdict.After),
                OnRetry = retry =>
                {
                    var verdict = retry.Outcome.Result.Verdict;
                    if (verdict.PausesAll) _pace.PauseFor(retry.RetryDelay);
                    OnWait?.Invoke(new(
                        verdict.PausesAll ? WaitKind.RateLimit : WaitKind.Retry,
                        Clean($"{verdict.Failure!.Message.TrimEnd('.')} ({verdict.Failure.Code})."), retry.RetryDelay));
                    return ValueTask.CompletedTask;
                },
            })
            .Build();

    /// <summary>One attempt: a page, or the reason for its failure.</summary>
    private readonly record struct Attempt(HttpPage? Page, HttpVerdict Verdict);
}
