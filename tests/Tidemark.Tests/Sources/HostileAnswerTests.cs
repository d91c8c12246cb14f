using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Shouldly;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources.Http;
using Xunit;

namespace Tidemark.Tests.Sources;

/// <summary>What a vendor, or whoever answers in its place, must not do to whoever runs a sync.</summary>
public sealed class HostileAnswerTests
{
    private const string Secret = "sk+te/st\"Key=&9";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> Echoes =>
    [
        Secret, Secret.ToUpperInvariant(), Secret.ToLowerInvariant(), Uri.EscapeDataString(Secret), Uri.EscapeDataString(Secret).ToLowerInvariant(),
        WebUtility.UrlEncode(Secret), WebUtility.HtmlEncode(Secret), Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret)),
        Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret + ":")), "sk\\u002Bte/st\\u0022Key=\\u00269", "sk+te/st\\\"Key=&9",
    ];

    [Theory]
    [MemberData(nameof(Echoes))]
    public void H1_A_secret_is_taken_out_of_a_text_however_it_is_written(string echo)
    {
        var pair = Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret + ":"));
        var shown = ForeignText.Clean($"The key {echo} is wrong.", [new(Secret), new(pair)]);

        shown.ShouldStartWith("The key ***");
        shown.ShouldEndWith(" is wrong.");
        shown.Length.ShouldBeLessThan(30);
    }

    [Theory]
    [InlineData("ABC is no key, abcissa is a word", "*** is no key, abcissa is a word")]
    [InlineData("a\u001b[31mred\u0007\r\nb\u202ec", "a [31mred   b c")]
    [InlineData("smile 😀", "smile 😀")]
    public void H1_A_text_from_outside_is_one_line_and_a_short_secret_no_part_of_a_word(string text, string shown) =>
        ForeignText.Clean(text, [new("abc")]).ShouldBe(shown);

    [Fact]
    public void H1_Half_of_a_character_is_none() => PlainLine.Of("a\ud83db\udc00").ShouldBe("a b ");

    [Fact]
    public async Task H1_A_key_is_repeated_from_no_place_of_an_answer()
    {
        const string key = Played.Key;
        PlayedAnswer[] answers =
        [
            PlayedAnswer.Json($$$"""{"error":{"message":"\u001b[2J{{{key.ToUpperInvariant()}}}"}}""", 400),
            new(200, "no json"u8.ToArray()) { Headers = { ["Content-Type"] = $"text/{key}" } },
            new(302, []) { Headers = { ["Location"] = $"https://{key.Replace('_', '-')}.example/{key}" } },
            new(302, []) { Headers = { ["Location"] = $"https://{key}/" } },
        ];
        foreach (var answer in answers)
        {
            await using var server = new PlayedServer(_ => answer);
            await using var exchange = new HttpExchange(Played.Api(server.Address) with { Retries = 0 }, TimeProvider.System);
            var failure = await Played.FailureAsync(() => exchange.SendAsync(HttpCall.Get($"/things/{key}/lines"), PageShape.One, Stop));

            failure.ToString().ShouldNotContain(key, Case.Insensitive);
            failure.Message.ShouldNotContain("\u001b");
            Problem.From(failure, "x").Code.ShouldBe(failure.Code);
        }
    }

    [Theory]
    [InlineData("sk_test_in\ntwo_lines")]
    [InlineData("sk_test_\u00e4")]
    public async Task H1_A_key_that_no_header_can_hold_is_one_clear_problem(string key)
    {
        await using var server = new PlayedServer(_ => PlayedAnswer.Json("{}"));
        var api = Played.Api(server.Address) with { Authentication = HttpAuthentication.Bearer(new Secret(key)) };
        await using var source = new HttpSource(new HttpExchange(api, TimeProvider.System), [Played.Things, Played.Things with { Schema = new StreamSchema("more", [new Field("id", FieldType.Text)]) }], TimeProvider.System);

        var problem = (await source.CheckAsync(Stop)).Problems.ShouldHaveSingleItem();

        (problem.Code, problem.Message.Contains("sk_", StringComparison.Ordinal)).ShouldBe(("source.unsendable", false));
        problem.Message.ShouldStartWith("The header Authorization cannot be sent");
        server.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1970)]
    [InlineData(9998)]
    public async Task H2_Dates_that_no_clock_shows_move_no_cursor_and_are_named(int year)
    {
        var windows = 0;
        var date = new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await using var server = new PlayedServer(_ => PlayedAnswer.Json("""{"data":[{"id":"a","created":1700000000}],"has_more":false}""") with
        {
            Headers = new() { ["Date"] = date.ToString("R", CultureInfo.InvariantCulture) },
        });
        var stream = Played.Things with { Changes = new ChangeFeed((_, _, _) => Nothing(() => windows++), TimeSpan.FromDays(30)) };
        await using var source = new HttpSource(new HttpExchange(Played.Api(server.Address), TimeProvider.System), [stream], TimeProvider.System);

        await Played.ReadAsync(source, Played.Everything(stream));

        windows.ShouldBe(1);
        source.Remarks.ShouldHaveSingleItem().ShouldContain($"{year}-01-01");
        (await source.CheckAsync(Stop)).Facts.ShouldContain(fact => fact.Key == "clock");
    }

    [Theory]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT", "for more than a year.")]
    [InlineData("2147483647", "for more than a year.")]
    [InlineData("86400", "Z.")]
    public async Task H2_A_wait_is_shown_as_a_time_of_the_day_and_an_absurd_one_as_such(string wait, string end)
    {
        await using var server = new PlayedServer(_ => new PlayedAnswer(429, []) { Headers = { ["Retry-After"] = wait } });
        var failure = await Played.FailureAsync(() => SendAsync(server));

        failure.Message.ShouldContain("the vendor asks to wait ");
        failure.Message.ShouldEndWith(end);
        server.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task H2_A_body_that_is_not_compressed_as_it_says_is_asked_again_and_named(string encoding)
    {
        await using var server = new PlayedServer(_ => new PlayedAnswer(200, "\u0013\u0037 is nothing of the kind, whoever says so"u8.ToArray())
        {
            Headers = { ["Content-Encoding"] = encoding },
        });
        var failure = await Played.FailureAsync(() => SendAsync(server));

        (failure.Kind, failure.Code).ShouldBe((FailureKind.Transient, "source.bad_encoding"));
        server.Requests.Count.ShouldBe(4);
    }

    [Fact]
    public void H2_A_property_name_of_any_length_becomes_a_column_name_at_once()
    {
        var name = ColumnNames.SnakeCase(string.Concat(Enumerable.Repeat("L\u00e4nge\ud83d\ude00", 80_000)));

        Encoding.UTF8.GetByteCount(name).ShouldBeInRange(58, ColumnNames.MaxBytes);
        ColumnNames.Shorten(new string('a', 70)).Length.ShouldBe(ColumnNames.MaxBytes);
    }

    [Fact]
    public async Task H2_A_certificate_that_is_not_accepted_is_named_and_not_asked_again()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var met = 0;
        var serving = ServeAsync();
        await using (var exchange = new HttpExchange(Played.Api(new($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}")), TimeProvider.System))
        {
            var failure = await Played.FailureAsync(() => exchange.SendAsync(HttpCall.Get("/things"), PageShape.One, Stop));

            (failure.Kind, failure.Code, met).ShouldBe((FailureKind.Configuration, "source.certificate", 1));
        }

        listener.Stop();
        await serving;

        async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await listener.AcceptTcpClientAsync(Stop);
                    met++;
                    await using var stream = new SslStream(client.GetStream());
                    try
                    {
                        await stream.AuthenticateAsServerAsync(certificate);
                    }
                    catch (Exception refused) when (refused is IOException or System.Security.Authentication.AuthenticationException)
                    {
                        // The client does not like the certificate.
                    }
                }
            }
            catch (Exception ended) when (ended is SocketException or InvalidOperationException or OperationCanceledException)
            {
                // The test is over.
            }
        }
    }

    [Theory]
    [InlineData("http://[")]
    [InlineData("\\\\host\\share")]
    [InlineData("https://api.example:99999/x")]
    [InlineData("//other.example/x")]
    [InlineData("https://other.example/x")]
    [InlineData("http://10.0.0.1/x")]
    [InlineData("https://api.example@other.example/x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("javascript:alert(1)")]
    public async Task H3_A_link_out_of_an_answer_leads_to_no_other_host(string link)
    {
        var asked = new List<string>();
        var handler = new PlayedHandler(request =>
        {
            asked.Add(request.Target);
            return PlayedAnswer.Json("{}");
        });
        await using var exchange = new HttpExchange(Played.Api(new("https://api.example")), TimeProvider.System, handler);

        if (link.StartsWith("//", StringComparison.Ordinal))
        {
            // A path below the base address, whatever it looks like.
            using var page = await exchange.SendAsync(HttpCall.Get(link), PageShape.One, Stop);
            asked.ShouldBe(["//other.example/x"]);
            return;
        }

        var failure = await Played.FailureAsync(() => exchange.SendAsync(HttpCall.Get(link), PageShape.One, Stop));
        failure.Code.ShouldBeOneOf("source.other_host", "source.bad_address");
        failure.Kind.ShouldBe(FailureKind.Upstream);
        asked.ShouldBeEmpty();
    }

    private static async Task SendAsync(PlayedServer server)
    {
        await using var exchange = new HttpExchange(Played.Api(server.Address), TimeProvider.System);
        using var page = await exchange.SendAsync(HttpCall.Get("/things"), PageShape.One, Stop);
    }

    private static async IAsyncEnumerable<HttpPage> Nothing(Action asked)
    {
        asked();
        await Task.CompletedTask;
        yield break;
    }
}
