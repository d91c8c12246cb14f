using System.Text;
using System.Text.Json;
using Shouldly;
using Tidemark.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources;
using Tidemark.Sandbox;
using Tidemark.Tests.GraphQL;
using Tidemark.Tests.Sources;
using Tidemark.Tests.Square;
using Tidemark.Tests.Zoho;
using Xunit;

namespace Tidemark.Tests.Connectors;

/// <summary>Each vendor's stand-in behind a server that breaks some of its answers: bodies, headers, statuses, by a fixed seed.</summary>
public sealed class HostileVendorTests
{
    private const int Cases = 50;

    // A reading of ten records asks for less; what goes on longer is cut off.
    private const int MaxRequests = 80;

    private static readonly string[] Values =
    [
        "null", "-1", "0", "1e400", "99999999999999999999", "1.5", "\"\"", "\"x\"", "\"\\ud800\"", "\"\\u0000\\u001b[2J\"", "[]", "{}", "true",
        "[null]", "[[]]", "{\"\\ud83d\":1}", "\"http://[\"", "\"\\\\\\\\host\"", "\"https://other.example/x\"", "\"9999-12-31T23:59:59Z\"", "\"1970-01-01\"",
    ];

    private static readonly string[] Bodies = ["", " ", "null", "[]", "{}", "0", "\"x\"", "<html>", "{\"error\":", "{\"errors\":[null]}", "{\"errors\":{}}", "{\"error\":[]}", "{\"data\":null}"];

    private static readonly int[] Statuses =
        [200, 201, 204, 206, 300, 301, 302, 304, 307, 308, 400, 401, 402, 403, 404, 405, 409, 410, 418, 422, 429, 451, 500, 502, 503, 504, 599, 999];

    private static readonly (string Name, string Value)[] Headers =
    [
        ("Retry-After", "-1"), ("Retry-After", "99999999999"), ("Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"), ("Retry-After", "soon"), ("Retry-After", "30"),
        ("Date", "Thu, 01 Jan 1970 00:00:00 GMT"), ("Date", "Fri, 31 Dec 9999 23:59:59 GMT"), ("Date", "today"),
        ("Content-Type", "text/html; charset=nothing"), ("Content-Type", ";;"), ("Content-Encoding", "br"), ("Content-Encoding", "gzip"), ("Content-Encoding", "zstd"),
        ("Location", "http://["), ("Location", "//"), ("Location", "\\\\host\\x"), ("Location", ""), ("Location", "/"), ("Location", "https://other.example/"),
        ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "-5"), ("X-Rate-Limit-Remaining", "0"), ("X-Rate-Limit-Reset", "1e300"), ("RateLimit", "limit=;;reset=NaN,remaining"),
        ("X-API-CREDITS-REMAINING", "0"), ("Request-Id", "\u0007\u001b[31m"), ("Stripe-Should-Retry", "true"), ("ETag", "\"\""), ("Last-Modified", "never"),
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("stripe")]
    [InlineData("close")]
    [InlineData("square")]
    [InlineData("zoho")]
    [InlineData("oracle")]
    [InlineData("graphql")]
    public async Task H2_Whatever_a_vendor_answers_is_read_or_refused_and_never_a_defect(string vendor)
    {
        var clock = new SkippingClock();
        await using var sandbox = await SandboxServer.StartAsync(new SandboxOptions { Port = 0, Size = 10 }, Stop);
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        using var client = new HttpClient(handler) { BaseAddress = sandbox.Vendors[vendor] };
        var (draw, gate, asked) = (new SeededDraw(0), new Lock(), 0);
        await using var server = new PlayedServer(request =>
        {
            var answer = Forward(client, request);
            lock (gate) return ++asked > MaxRequests ? new PlayedAnswer(500, []) : Break(answer, draw);
        });
        var connections = new Connections(CompiledConnectors.Catalog(), clock);
        for (var number = 0; number < Cases; number++)
        {
            lock (gate) (draw, asked) = (new SeededDraw((vendor.Length * 1_000) + number), 0);
            try
            {
                await ReadAsync(connections, vendor, server.Address, number);
            }
            catch (TidemarkException failure)
            {
                failure.Kind.ShouldNotBe(FailureKind.Defect, $"case {number}: {failure}");
                failure.Message.ShouldNotContain("\u001b", customMessage: $"case {number}");
            }
            catch (Exception defect) when (defect is not ShouldAssertException)
            {
                Assert.Fail($"case {number} of {vendor}: {defect}");
            }
        }
    }

    private static async Task ReadAsync(Connections connections, string vendor, Uri address, int number)
    {
        var problems = new List<Problem>();
        await using var source = connections.OpenSource(new SourceDefinition("vendor", vendor, Settings(vendor, address)), problems);
        problems.ShouldBeEmpty();
        var check = await source!.CheckAsync(Stop);
        check.Problems.ShouldAllBe(problem => problem.Code != "defect.unexpected");
        var streams = await source.DiscoverAsync(Stop);
        if (streams.Count == 0) return;
        var stream = streams[number % streams.Count];
        var cursor = await ReadAsync(source, new ReadRequest(stream, null) { IsFull = number % 2 == 0 });
        if (cursor is not null && source.CanResume(stream.Name, cursor)) await ReadAsync(source, new ReadRequest(stream, cursor));
    }

    private static async Task<Cursor?> ReadAsync(ISource source, ReadRequest request)
    {
        var mapper = new RecordMapper(request.Stream, reportsNewFields: true, keepsRaw: true);
        var batch = new RowBatch(request.Stream);
        Cursor? last = null;
        await foreach (var page in source.ReadAsync(request, Stop))
        {
            using (page)
            {
                foreach (var place in page.Records)
                    mapper.Map(page.Bytes.Span.Slice(place.Start, place.Length), place.IsDeletion, batch, place.Unfit);
                last = page.After;
            }
        }

        return last;
    }

    private static Dictionary<string, string> Settings(string vendor, Uri address)
    {
        Dictionary<string, string> settings = vendor switch
        {
            "square" => SquareBench.Settings(address),
            "zoho" => ZohoBench.Settings(address),
            "graphql" => ShopQueries.Settings(address, ShopQueries.Customers + ShopQueries.Orders),
            "oracle" => new() { ["username"] = "tidemark", ["password"] = "tidemark", ["fields"] = "all", ["children"] = "ChildRevenue" },
            "close" => new() { ["api_key"] = "api_tidemark", ["requests_per_second"] = "0" },
            _ => new() { ["api_key"] = "sk_test_tidemark", ["requests_per_second"] = "1000" },
        };
        if (vendor is not ("zoho" or "graphql")) settings["base_url"] = address.ToString();
        settings["allow_private_network"] = "true";
        (settings["retries"], settings["timeout"]) = ("1", "600");
        return settings;
    }

    private static PlayedAnswer Forward(HttpClient client, PlayedRequest request)
    {
        using var forwarded = new HttpRequestMessage(new HttpMethod(request.Method), request.Target);
        if (request.Body.Length > 0) forwarded.Content = new StringContent(request.Body);
        foreach (var (name, value) in request.Headers.Where(header => header.Key is not ("Host" or "Content-Length" or "Accept-Encoding" or "Connection")))
        {
            if (name == "Content-Type") forwarded.Content!.Headers.Remove(name);
            if (!forwarded.Headers.TryAddWithoutValidation(name, value)) forwarded.Content?.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = client.Send(forwarded);
        using var body = new MemoryStream();
        response.Content.ReadAsStream().CopyTo(body);
        return new PlayedAnswer((int)response.StatusCode, body.ToArray());
    }

    /// <summary>Most answers as they are, so that a reading gets far enough to meet the others.</summary>
    private static PlayedAnswer Break(PlayedAnswer answer, SeededDraw draw)
    {
        answer = draw.Next(20) switch
        {
            0 => answer with { Body = answer.Body[..draw.Next(answer.Body.Length + 1)] },
            1 => answer with { Body = Flipped(answer.Body, draw) },
            2 or 3 or 4 => answer with { Body = Replaced(answer.Body, draw) },
            5 => answer with { Body = Encoding.UTF8.GetBytes(Bodies[draw.Next(Bodies.Length)]) },
            6 => answer with { Status = Statuses[draw.Next(Statuses.Length)] },
            7 => answer with { Status = Statuses[draw.Next(Statuses.Length)], Body = Replaced(answer.Body, draw) },
            _ => answer,
        };
        if (draw.Next(10) != 0) return answer;
        var (name, value) = Headers[draw.Next(Headers.Length)];
        return answer with { Headers = new() { [name] = value } };
    }

    private static byte[] Flipped(byte[] body, SeededDraw draw)
    {
        var flipped = body.ToArray();
        for (var times = draw.Next(5); times >= 0 && flipped.Length > 0; times--) flipped[draw.Next(flipped.Length)] ^= (byte)(1 << draw.Next(8));
        return flipped;
    }

    /// <summary>The body with another value in place of one of its own, whatever its depth.</summary>
    private static byte[] Replaced(byte[] body, SeededDraw draw)
    {
        var places = new List<(int Start, int End)>();
        var reader = new Utf8JsonReader(body);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.EndArray or JsonTokenType.EndObject) continue;
                var whole = reader;
                whole.Skip();
                places.Add(((int)reader.TokenStartIndex, (int)whole.BytesConsumed));
            }
        }
        catch (JsonException)
        {
            return body;
        }

        if (places.Count == 0) return body;
        var (start, end) = places[draw.Next(places.Count)];
        return [.. body[..start], .. Encoding.UTF8.GetBytes(Values[draw.Next(Values.Length)]), .. body[end..]];
    }

    /// <summary>A clock on which every wait is over at once, and the time gone by; only a request's own limit of ten minutes never comes.</summary>
    private sealed class SkippingClock : TimeProvider
    {
        private long _skipped;

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Interlocked.Read(ref _skipped));

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime < TimeSpan.Zero || dueTime >= TimeSpan.FromMinutes(10)) return System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, period);
            Interlocked.Add(ref _skipped, dueTime.Ticks);
            return System.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
