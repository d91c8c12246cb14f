using MimeKit;
using Shouldly;
using Tidemark.Engine.Connectors;
using Xunit;

namespace Tidemark.Tests.Alerts;

/// <summary>Mail, to a real server over TCP.</summary>
public sealed class MailChannelTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task S2_11_a_mail_says_what_happened_how_the_data_stands_and_what_to_do()
    {
        await using var server = new PlayedMail();

        var reply = await SendAsync(server, ChannelBench.Message(ChannelBench.Failed()));

        (reply.Problem, reply.Status).ShouldBe((null, 250));
        var mail = server.Mails.ShouldHaveSingleItem();
        mail.Subject.ShouldBe("[Tidemark] payments: failed");
        mail.From.ToString().ShouldBe("tidemark@example.com");
        mail.To.Mailboxes.Select(to => to.Address).ShouldBe(["ops@example.com", "night@example.com"]);
        mail.MessageId.ShouldBe("msg_1@example.com");
        mail.Headers["Auto-Submitted"].ShouldBe("auto-generated");
        mail.Importance.ShouldBe(MessageImportance.High);
        mail.TextBody.ShouldNotBeNull().ReplaceLineEndings("\n").ShouldBe("""
            payments: failed
            The sync of payments failed: the vendor does not answer.

            State of the data: The tables are as they were.
            Next step: Run the pipeline payments again, where its schedule does not.
            When: 2026-12-01T02:03:00Z
            Run: r-20261201-020300-0a1b2c
            https://sync.example.com/runs/r-20261201-020300-0a1b2c

            Sent by the rule nightly.

            """);
    }

    [Theory]
    [InlineData("starttls")]
    [InlineData("tls")]
    public async Task A_certificate_that_has_signed_itself_is_refused_unless_it_is_trusted(string security)
    {
        using var certificate = PlayedMail.SelfSigned("localhost");
        await using var server = new PlayedMail { Certificate = certificate, IsTls = security == "tls", Password = "s3cret" };
        (string, string)[] settings = [("host", "localhost"), ("security", security), ("username", "tidemark"), ("password", "s3cret")];

        var refused = await SendAsync(server, ChannelBench.Message(ChannelBench.Failed()), settings);
        refused.Problem.ShouldNotBeNull().Code.ShouldBe("channel.certificate");
        server.Said.ShouldNotContain(line => line.StartsWith("AUTH", StringComparison.Ordinal));
        server.Mails.ShouldBeEmpty();

        await File.WriteAllTextAsync(_folder.File("ca.pem"), certificate.ExportCertificatePem(), ChannelBench.Cancel);
        (await SendAsync(server, ChannelBench.Message(ChannelBench.Failed()), [.. settings, ("certificates", _folder.File("ca.pem"))])).Problem.ShouldBeNull();
        server.Mails.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_certificate_of_another_name_is_refused_although_it_is_trusted()
    {
        using var certificate = PlayedMail.SelfSigned("mail.example.com");
        await using var server = new PlayedMail { Certificate = certificate };
        await File.WriteAllTextAsync(_folder.File("ca.pem"), certificate.ExportCertificatePem(), ChannelBench.Cancel);

        var reply = await SendAsync(server, ChannelBench.Message(ChannelBench.Failed()), ("host", "localhost"), ("security", "starttls"), ("certificates", _folder.File("ca.pem")));

        reply.Problem.ShouldNotBeNull().Code.ShouldBe("channel.certificate");
    }

    [Fact]
    public async Task A_server_without_STARTTLS_gets_nothing_in_the_clear()
    {
        await using var server = new PlayedMail { Password = "s3cret" };

        var reply = await SendAsync(server, ChannelBench.Message(ChannelBench.Failed()), ("security", "starttls"), ("username", "tidemark"), ("password", "s3cret"));

        reply.Problem.ShouldNotBeNull().Code.ShouldBe("channel.not_encrypted");
        server.Said.ShouldAllBe(line => line.StartsWith("EHLO", StringComparison.Ordinal) || line == "QUIT");
    }

    [Fact]
    public async Task A_wrong_password_is_said_and_not_shown()
    {
        await using var server = new PlayedMail { Password = "right" };

        var reply = await SendAsync(server, ChannelBench.Message(ChannelBench.Failed()), ("username", "tidemark"), ("password", "wr0ng-secret"));

        var problem = reply.Problem.ShouldNotBeNull();
        (problem.Code, problem.IsTransient).ShouldBe(("channel.login_refused", false));
        $"{problem}".ShouldNotContain("wr0ng-secret");
    }

    [Fact]
    public async Task A_server_that_is_gone_after_the_mail_is_asked_again_with_the_same_id()
    {
        await using var server = new PlayedMail { Dies = 1 };

        var gone = await SendAsync(server, ChannelBench.Message(ChannelBench.Failed()));
        var taken = await SendAsync(server, ChannelBench.Message(ChannelBench.Failed()));

        gone.Problem.ShouldNotBeNull().Code.ShouldBe("channel.unreachable");
        gone.Problem.IsTransient.ShouldBeTrue();
        taken.Problem.ShouldBeNull();
        server.Mails.Select(mail => mail.MessageId).ShouldBe(["msg_1@example.com", "msg_1@example.com"]);
    }

    [Fact]
    public async Task A_receiver_that_is_refused_is_named()
    {
        await using var server = new PlayedMail { Refuses = "night@example.com" };

        var reply = await SendAsync(server, ChannelBench.Message(ChannelBench.Failed()));

        reply.Status.ShouldBe(550);
        reply.Problem.ShouldNotBeNull().Message.ShouldContain("night@example.com");
    }

    [Theory]
    [InlineData("evil\r\nBcc: thief@example.com\r\n\r\nhello")]
    [InlineData("evil\nSubject: other")]
    [InlineData("nul \0 and 🌊 and \u2028 and \u202e and half \ud83d")]
    public async Task A_hostile_name_stays_in_the_subject(string name)
    {
        await using var server = new PlayedMail();

        (await SendAsync(server, ChannelBench.Message(ChannelBench.Failed(name)))).Problem.ShouldBeNull();

        var mail = server.Mails.ShouldHaveSingleItem();
        (mail.Bcc.Count, mail.Headers.Count(header => header.Id == HeaderId.Subject)).ShouldBe((0, 1));
        mail.Subject.ShouldStartWith("[Tidemark] ");
        server.Said.ShouldNotContain(line => line.Contains("thief", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("127.0.0.1", "allow_private_network")]
    [InlineData("169.254.169.254", null)]
    public async Task A_server_where_nothing_is_sent_to_is_refused(string host, string? way)
    {
        await using var server = new PlayedMail();

        var reply = await SendAsync(server, ChannelBench.Message(ChannelBench.Failed()), ("host", host), ("allow_private_network", $"{way is null}"));

        var problem = reply.Problem.ShouldNotBeNull();
        problem.Code.ShouldBe("channel.address_refused");
        if (way is null) problem.Hint.ShouldBeNull();
        else problem.Hint.ShouldNotBeNull().ShouldContain(way);
        server.Said.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("to", "nobody")]
    [InlineData("to", "ops@example.com,who?")]
    [InlineData("from", "a@b\r\nBcc: c@d")]
    [InlineData("port", "0")]
    [InlineData("security", "ssl3")]
    public void Settings_that_are_none_are_refused(string setting, string value)
    {
        var settings = new Dictionary<string, string> { ["host"] = "mail", ["from"] = "a@example.com", ["to"] = "b@example.com", [setting] = value };

        ChannelBench.Problems("mail", [.. settings.Select(each => (each.Key, each.Value))]).ShouldHaveSingleItem().Code.ShouldBe("setting.invalid");
    }

    private static Task<ChannelReply> SendAsync(PlayedMail server, ChannelMessage message, params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>
        {
            ["host"] = "127.0.0.1",
            ["port"] = $"{server.Port}",
            ["security"] = "none",
            ["from"] = "tidemark@example.com",
            ["to"] = "ops@example.com,night@example.com",
            ["allow_private_network"] = "true",
        };
        foreach (var (name, value) in settings) all[name] = value;
        return ChannelBench.SendAsync(ChannelBench.Open("mail", TimeProvider.System, [.. all.Select(setting => (setting.Key, setting.Value))]), message);
    }
}
