using System.Text;
using Shouldly;
using Tidemark.Connectors.Close;
using Tidemark.Connectors.GraphQL;
using Tidemark.Connectors.Oracle;
using Tidemark.Connectors.Square;
using Tidemark.Connectors.Stripe;
using Tidemark.Connectors.Zoho;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;
using Xunit;

namespace Tidemark.Tests.Connectors;

/// <summary>P11: a vendor's call is known by its signature, made here by another program than ours, and by nothing else.</summary>
public sealed class VendorCallTests
{
    private const string StripeBody = """{"id":"evt_1","type":"customer.subscription.updated"}""";
    private const string StripeSignature = "c15db414e895223030537120f97676d0899d3abb6e04a465ec1891e64f097b27";
    private const string SquareBody = """{"type":"order.updated","event_id":"e1"}""";
    private const string CloseBody = """{"event":{"object_type":"activity.call","action":"created"}}""";
    private const string CloseSignature = "d59cbb42f94431990ef2021a8152544b286d146e090419f5babebcbbb4889d32";

    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    [Theory]
    [InlineData($"t=1800000000,v1={StripeSignature}", 0, true)]
    [InlineData($"t=1800000000,v1=00,v1={StripeSignature},v0=11", 299, true)] // two secrets, while one is rolled
    [InlineData($"t=1800000000,v1={StripeSignature}", 301, false)]
    [InlineData($"t=1800000000,v1={StripeSignature}", -301, false)]
    [InlineData($"t=1800000001,v1={StripeSignature}", 0, false)]
    [InlineData($"t=1800000000,v0={StripeSignature}", 0, false)]
    [InlineData($"v1={StripeSignature}", 0, false)]
    [InlineData("t=1800000000,v1=", 0, false)]
    [InlineData("=,=;t", 0, false)]
    [InlineData(null, 0, false)]
    public void S2_11_Stripe_signs_time_and_body(string? header, int later, bool isHeard) =>
        Hear(new StripeConnector(), new StripeOptions(), "whsec_test", StripeBody, Now.AddSeconds(later), ("Stripe-Signature", header))
            .ShouldBe(isHeard ? "customer.subscription.updated: subscriptions" : "webhook.refused");

    [Theory]
    [InlineData("invoice.finalized")]
    [InlineData("customer.discount.created")]
    [InlineData("payout.paid")]
    public void S2_11_an_event_of_Stripe_tells_of_every_stream_that_it_changes(string type)
    {
        var body = $$"""{"type":"{{type}}"}""";
        var signature = Convert.ToHexStringLower(WebhookProof.Sign("k"u8, Encoding.UTF8.GetBytes($"1800000000.{body}")));

        Hear(new StripeConnector(), new StripeOptions(), "k", body, Now, ("Stripe-Signature", $"t=1800000000,v1={signature}")).ShouldBe(type switch
        {
            "invoice.finalized" => "invoice.finalized: customers,invoices",
            "customer.discount.created" => "customer.discount.created: customers,subscriptions,invoices",
            _ => "payout.paid: ",
        });
    }

    [Theory]
    [InlineData("https://sync.example.com/webhooks/shop", "l6rjKMbVLlGHabTm4M7P/qUxSU0VSsWjOKHNrwA7PII=", true)]
    [InlineData(null, "l6rjKMbVLlGHabTm4M7P/qUxSU0VSsWjOKHNrwA7PII=", false)] // a proxy changed the address
    [InlineData("https://sync.example.com/webhooks/shop", "L6rjKMbVLlGHabTm4M7P/qUxSU0VSsWjOKHNrwA7PII=", false)]
    [InlineData("https://sync.example.com/webhooks/shop", null, false)]
    public void S2_11_Square_signs_its_address_and_body(string? address, string? header, bool isHeard)
    {
        var options = new SquareOptions { WebhookUrl = address is null ? null : new(address) };

        Hear(new SquareConnector(), options, "sq-key", SquareBody, Now, ("x-square-hmacsha256-signature", header)).ShouldBe(isHeard ? "order.updated: orders,order_line_items" : "webhook.refused");
    }

    [Theory]
    [InlineData(CloseSignature, "1800000000", "00ff10ab", true)]
    [InlineData(CloseSignature, "1800000000", "00ff10ac", false)]
    [InlineData(CloseSignature, "1800000000", "no hexadecimal", false)]
    [InlineData(CloseSignature, "1799999000", "00ff10ab", false)]
    [InlineData(CloseSignature, null, "00ff10ab", false)]
    [InlineData(null, "1800000000", "00ff10ab", false)]
    public void Close_signs_time_and_body(string? hash, string? time, string key, bool isHeard) =>
        Hear(new CloseConnector(), new CloseOptions(), key, CloseBody, Now, ("close-sig-hash", hash), ("close-sig-timestamp", time))
            .ShouldBe(isHeard ? "activity.call.created: activities" : "webhook.refused");

    [Theory]
    [InlineData("""{"module":"Contacts","operation":"update","token":"mine"}""", null, "Contacts.update: contacts")]
    [InlineData("""{"module":"Invoices","operation":"update","token":"mine"}""", null, "Invoices.update: ")]
    [InlineData("""{"module":"Contacts","operation":"update","token":"Mine"}""", null, "webhook.refused")]
    [InlineData("""{"module":"Contacts","operation":"update","token":["mine"]}""", null, "webhook.refused")]
    [InlineData("""{"module":"Contacts"}""", "mine", ": any")]
    [InlineData("""{"module":"Contacts","token":"mine"}""", "wrong", "webhook.refused")]
    [InlineData("", null, "webhook.malformed")]
    [InlineData("[1", null, "webhook.malformed")]
    public void S2_11_Zoho_repeats_a_token(string body, string? header, string heard) =>
        Hear(new ZohoConnector(), new ZohoOptions(), "mine", body, Now, (WebhookProof.TokenHeader, header)).ShouldBe(heard);

    [Theory]
    [InlineData("mine", ": any")]
    [InlineData("mine ", "webhook.refused")]
    [InlineData("", "webhook.refused")]
    [InlineData(null, "webhook.refused")]
    public void S2_11_Oracle_and_GraphQL_show_a_token_in_a_header(string? header, string heard)
    {
        Hear(new OracleConnector(), new OracleOptions(), "mine", "not even JSON", Now, (WebhookProof.TokenHeader, header)).ShouldBe(heard);
        Hear(new GraphQLConnector(), new GraphQLOptions(), "mine", "", Now, (WebhookProof.TokenHeader, header)).ShouldBe(heard);
    }

    private static string Hear<TOptions>(IWebhookConnector connector, TOptions options, string secret, string body, DateTimeOffset now, params (string Name, string? Value)[] headers)
        where TOptions : class, new()
    {
        var call = new WebhookCall(new("http://10.0.0.7:8000/webhooks/shop"), Encoding.UTF8.GetBytes(body), name => headers.FirstOrDefault(header => header.Name == name).Value);
        try
        {
            var news = connector.Hear(call, new Secret(secret), BoundSettings.Of(options), now);
            return $"{news.Event}: {(news.Streams is { } streams ? string.Join(',', streams) : "any")}";
        }
        catch (TidemarkException refused)
        {
            $"{refused.Message} {refused.Hint}".ShouldNotContain(secret, Case.Sensitive);
            return refused.Code;
        }
    }
}
