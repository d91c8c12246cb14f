using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Shouldly;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources.Http;
using Xunit;

namespace Tidemark.Tests.Sources;

public sealed class HttpExchangePromises
{
    private const string Page = """{"data":[{"id":"a"},{"id":"b"}],"has_more":false}""";

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(408)]
    public async Task A_status_that_passes_is_asked_again(int status)
    {
        await using var server = Failing(times: 2, _ => new PlayedAnswer(status, []));
        (await SendAsync(server)).ShouldBe(2);
        server.Requests.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData(429, "source.rate_limited")]
    [InlineData(502, "source.unavailable")]
    public async Task A_status_that_stays_ends_as_transient(int status, string code)
    {
        await using var server = Failing(times: 99, _ => new PlayedAnswer(status, []));
        var failure = await Played.FailureAsync(() => SendAsync(server));
        (failure.Kind, failure.Code).ShouldBe((FailureKind.Transient, code));
        server.Requests.Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_body_cut_short_is_asked_again_and_named_if_it_stays()
    {
        await using var once = Failing(times: 1, _ => PlayedAnswer.Json(Page) with { CutAt = 20 });
        (await SendAsync(once)).ShouldBe(2);

        await using var always = Failing(times: 99, _ => PlayedAnswer.Json(Page) with { CutAt = 20 });
        (await Played.FailureAsync(() => SendAsync(always))).Code.ShouldBe("source.cut_short");
    }

    [Fact]
    public async Task Half_a_json_text_of_the_right_length_is_asked_again()
    {
        await using var once = Failing(times: 1, _ => PlayedAnswer.Json(Page[..25]));
        (await SendAsync(once)).ShouldBe(2);

        await using var always = Failing(times: 99, _ => PlayedAnswer.Json(Page[..25]));
        var failure = await Played.FailureAsync(() => SendAsync(always));
        (failure.Kind, failure.Code).ShouldBe((FailureKind.Transient, "source.cut_short"));
    }

    [Fact]
    public async Task A_page_of_html_is_no_answer_of_the_vendor()
    {
        await using var server = Failing(times: 99, _ => new PlayedAnswer(200, "<html>Sign in</html>"u8.ToArray())
        {
            Headers = { ["Content-Type"] = "text/html; charset=utf-8" },
        });
        var failure = await Played.FailureAsync(() => SendAsync(server));
        failure.Code.ShouldBe("source.not_json");
        failure.Message.ShouldContain("text/html");
    }

    [Fact]
    public async Task Retry_after_in_seconds_and_as_a_date_is_obeyed()
    {
        Func<string>[] waits = [() => "1", () => TimeProvider.System.GetUtcNow().AddSeconds(2).ToString("R")];
        foreach (var wait in waits)
        {
            await using var server = Failing(times: 1, _ => new PlayedAnswer(429, []) { Headers = { ["Retry-After"] = wait() } });
            var watch = Stopwatch.StartNew();
            await SendAsync(server);
            watch.ElapsedMilliseconds.ShouldBeGreaterThan(900);
        }
    }

    [Fact]
    public async Task A_wait_of_hours_ends_the_run_at_once()
    {
        await using var server = Failing(times: 99, _ => new PlayedAnswer(429, []) { Headers = { ["Retry-After"] = "7200" } });
        var failure = await Played.FailureAsync(() => SendAsync(server));
        (failure.Kind, failure.Code).ShouldBe((FailureKind.Transient, "source.rate_limited"));
        server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_429_lets_every_request_of_the_source_wait()
    {
        var served = 0;
        await using var server = new PlayedServer(_ => Interlocked.Increment(ref served) == 1
            ? new PlayedAnswer(429, []) { Headers = { ["Retry-After"] = "1" } } : PlayedAnswer.Json(Page));
        await using var exchange = new HttpExchange(Played.Api(server.Address), TimeProvider.System);
        var first = SendAsync(exchange);
        while (served == 0) await Task.Delay(5, TestContext.Current.CancellationToken);
        await Task.Delay(100, TestContext.Current.CancellationToken);

        var watch = Stopwatch.StartNew();
        await SendAsync(exchange);
        watch.ElapsedMilliseconds.ShouldBeGreaterThan(500);
        await first;
    }

    [Fact]
    public async Task Requests_keep_to_the_rate()
    {
        await using var server = Failing(times: 0, _ => new PlayedAnswer(500, []));
        await using var exchange = new HttpExchange(
            Played.Api(server.Address) with { RequestsPerSecond = 20, MaxConcurrent = 16 }, TimeProvider.System);
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 22).Select(_ => SendAsync(exchange)));
        watch.Elapsed.TotalSeconds.ShouldBeGreaterThan(0.9);
    }

    [Fact]
    public async Task A_request_that_hangs_times_out_and_is_asked_again()
    {
        await using var server = Failing(times: 99, _ => PlayedAnswer.Json(Page) with { Hangs = true });
        var api = Played.Api(server.Address) with { Timeout = TimeSpan.FromMilliseconds(150), Retries = 1 };
        var failure = await Played.FailureAsync(() => SendAsync(server, api));
        (failure.Kind, failure.Code).ShouldBe((FailureKind.Transient, "source.timeout"));
        server.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Cancelling_does_not_wait_for_a_request_that_hangs()
    {
        await using var server = Failing(times: 99, _ => PlayedAnswer.Json(Page) with { Hangs = true });
        await using var source = new HttpSource(
            new HttpExchange(Played.Api(server.Address), TimeProvider.System), [Played.Things], TimeProvider.System);
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        var watch = Stopwatch.StartNew();
        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var page in source.ReadAsync(Played.Everything(), cancel.Token)) page.Dispose();
        });
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_write_that_is_not_idempotent_is_never_sent_twice()
    {
        await using var server = Failing(times: 99, _ => new PlayedAnswer(503, []));
        await using var exchange = new HttpExchange(Played.Api(server.Address), TimeProvider.System);
        var write = new HttpCall(HttpMethod.Post, "/things") { Json = "{}" };
        await Played.FailureAsync(() => exchange.SendAsync(write, PageShape.One, TestContext.Current.CancellationToken));
        server.Requests.Count.ShouldBe(1);

        await Played.FailureAsync(() => exchange.SendAsync(
            HttpCall.Search("/things", """{"cursor":"c"}"""), PageShape.One, TestContext.Current.CancellationToken));
        server.Requests.Count.ShouldBe(5);
        server.Requests.Last().Body.ShouldBe("""{"cursor":"c"}""");
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused_compressed_or_not()
    {
        var body = Encoding.UTF8.GetBytes("""{"data":[],"x":" """ + new string('x', 300_000) + "\"}");
        var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionMode.Compress)) await gzip.WriteAsync(body, TestContext.Current.CancellationToken);
        PlayedAnswer[] answers = [new(200, body), new(200, packed.ToArray()) { Headers = { ["Content-Encoding"] = "gzip" } }];
        foreach (var answer in answers)
        {
            await using var server = Failing(times: 99, _ => answer);
            (await SendAsync(server)).ShouldBe(0);
            var failure = await Played.FailureAsync(() => SendAsync(server, Played.Api(server.Address) with { MaxBytes = 200_000 }));
            (failure.Kind, failure.Code).ShouldBe((FailureKind.Upstream, "source.too_large"));
            server.Requests.Count.ShouldBe(2);
        }
    }

    [Fact]
    public async Task Loopback_is_refused_unless_it_is_allowed()
    {
        await using var server = Failing(times: 0, _ => new PlayedAnswer(500, []));
        var failure = await Played.FailureAsync(() => SendAsync(server, Played.Api(server.Address) with { AllowsPrivateNetwork = false }));
        (failure.Kind, failure.Code).ShouldBe((FailureKind.Configuration, "source.address_refused"));
        failure.Message.ShouldBe("No source may be read from 127.0.0.1.");
        server.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_redirect_to_another_host_is_not_followed_and_the_key_stays()
    {
        await using var other = Failing(times: 0, _ => new PlayedAnswer(500, []));
        await using var server = Failing(times: 99, _ => new PlayedAnswer(302, []) { Headers = { ["Location"] = $"{other.Address}things" } });
        (await Played.FailureAsync(() => SendAsync(server))).Code.ShouldBe("source.redirected");
        other.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_redirect_on_the_same_host_is_followed()
    {
        await using var server = new PlayedServer(request => request.Path == "/things"
            ? new PlayedAnswer(308, []) { Headers = { ["Location"] = "/moved" } } : PlayedAnswer.Json(Page));
        (await SendAsync(server)).ShouldBe(2);
    }

    [Fact]
    public async Task An_absolute_address_of_another_host_is_refused()
    {
        await using var server = Failing(times: 0, _ => new PlayedAnswer(500, []));
        await using var exchange = new HttpExchange(Played.Api(server.Address), TimeProvider.System);
        var failure = await Played.FailureAsync(() => exchange.SendAsync(
            HttpCall.Get("http://127.0.0.2:1/things"), PageShape.One, TestContext.Current.CancellationToken));
        failure.Code.ShouldBe("source.other_host");
    }

    [Fact]
    public async Task A_key_that_the_vendor_echoes_is_not_repeated()
    {
        await using var server = Failing(times: 99, _ =>
            PlayedAnswer.Json($$$"""{"error":{"message":"Invalid key: {{{Played.Key}}}"}}""", 401));
        var failure = await Played.FailureAsync(() => SendAsync(server));
        failure.Code.ShouldBe("source.unauthorized");
        failure.Message.ShouldContain("Invalid key: ***");
        failure.ToString().ShouldNotContain(Played.Key);
        server.Requests.Single().Headers["Authorization"].ShouldBe($"Bearer {Played.Key}");
    }

    [Fact]
    public async Task A_closed_port_is_named_as_unreachable()
    {
        var server = Failing(times: 0, _ => new PlayedAnswer(500, []));
        var address = server.Address;
        await server.DisposeAsync();
        await using var exchange = new HttpExchange(Played.Api(address), TimeProvider.System);
        (await Played.FailureAsync(() => SendAsync(exchange))).Code.ShouldBe("source.unreachable");
    }

    [Fact]
    public async Task An_answer_without_records_is_named_unless_the_vendor_leaves_them_out()
    {
        await using var server = new PlayedServer(_ => PlayedAnswer.Json("""{"cursor":null}"""));
        (await Played.FailureAsync(() => SendAsync(server))).Code.ShouldBe("source.no_records");

        await using var exchange = new HttpExchange(Played.Api(server.Address), TimeProvider.System);
        using var page = await exchange.SendAsync(
            HttpCall.Get("/things"), new PageShape("objects") { OmitsEmpty = true }, TestContext.Current.CancellationToken);
        page.Records.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(200, "")]
    [InlineData(200, "  \n")]
    [InlineData(202, "")]
    [InlineData(204, "")]
    [InlineData(304, "")]
    public async Task R1_an_answer_without_a_body_is_no_records_only_where_the_vendor_documents_it(int status, string body)
    {
        await using var server = new PlayedServer(_ => new PlayedAnswer(status, System.Text.Encoding.UTF8.GetBytes(body)));
        var failure = await Played.FailureAsync(() => SendAsync(server));
        (failure.Kind, failure.Code).ShouldBe((FailureKind.Transient, "source.no_body"));
        server.Requests.Count.ShouldBe(4, "what is no answer is asked for again");

        await using var exchange = new HttpExchange(Played.Api(server.Address), TimeProvider.System);
        var documented = HttpCall.Get("/things") with { EmptyStatuses = [status] };
        using var page = await exchange.SendAsync(documented, new PageShape("data"), TestContext.Current.CancellationToken);
        page.Records.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(403, "Retry-After", "1")]
    [InlineData(400, "Retry-After", "1")]
    [InlineData(403, "X-RateLimit-Remaining", "0")]
    [InlineData(403, "RateLimit-Remaining", "0")]
    public async Task R9_a_refusal_whose_headers_say_too_fast_is_waited_for_whatever_its_status(int status, string header, string value)
    {
        await using var server = Failing(times: 1, _ => new PlayedAnswer(status, "{}"u8.ToArray()) { Headers = new() { [header] = value } });
        (await SendAsync(server)).ShouldBe(2);
        server.Requests.Count.ShouldBe(2);

        await using var closed = Failing(times: 99, _ => new PlayedAnswer(status, "{}"u8.ToArray()));
        (await Played.FailureAsync(() => SendAsync(closed))).Kind.ShouldNotBe(FailureKind.Transient);
        closed.Requests.Count.ShouldBe(1, "without such headers it is a refusal");
    }

    [Fact]
    public async Task A_token_that_was_refused_is_replaced_and_not_for_ever()
    {
        await using var server = new PlayedServer(request =>
            request.Headers["Authorization"] == "Bearer token-2" ? PlayedAnswer.Json(Page) : new PlayedAnswer(401, []));
        var tokens = new CountedTokens(worksFrom: 2);
        (await SendAsync(server, Played.Api(server.Address) with { Authentication = tokens })).ShouldBe(2);
        server.Requests.Count.ShouldBe(2);

        await using var closed = Failing(times: 99, _ => new PlayedAnswer(401, []));
        var never = Played.Api(closed.Address) with { Authentication = new CountedTokens(worksFrom: 99) };
        (await Played.FailureAsync(() => SendAsync(closed, never))).Code.ShouldBe("source.unauthorized");
        closed.Requests.Count.ShouldBe(3);
    }

    private static PlayedServer Failing(int times, Func<PlayedRequest, PlayedAnswer> fault)
    {
        var asked = 0;
        return new PlayedServer(request => Interlocked.Increment(ref asked) <= times ? fault(request) : PlayedAnswer.Json(Page));
    }

    private static async Task<int> SendAsync(PlayedServer server, HttpApi? api = null)
    {
        await using var exchange = new HttpExchange(api ?? Played.Api(server.Address), TimeProvider.System);
        return await SendAsync(exchange);
    }

    /// <summary>Tokens as an authentication with refresh would fetch them.</summary>
    private sealed class CountedTokens(int worksFrom) : HttpAuthentication
    {
        private int _token = 1;

        public override IReadOnlyList<Secret> Secrets => [new Secret($"token-{_token}")];

        public override ValueTask AuthorizeAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Authorization = new("Bearer", $"token-{_token}");
            return ValueTask.CompletedTask;
        }

        public override ValueTask<bool> RefusedAsync(HttpRequestMessage refused, CancellationToken cancellationToken)
        {
            if (_token < worksFrom) _token++;
            return new(true);
        }
    }

    private static async Task<int> SendAsync(HttpExchange exchange)
    {
        using var page = await exchange.SendAsync(
            HttpCall.Get("/things"), new PageShape("data", "has_more"), TestContext.Current.CancellationToken);
        return page.Records.Count;
    }
}
