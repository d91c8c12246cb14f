using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Tidemark.Sandbox;
using Xunit;

namespace Tidemark.Tests.Zoho;

/// <summary>What Zoho's official clients do works against the stand-in.</summary>
public sealed class ZohoStandInTests : IAsyncLifetime
{
    private SandboxServer? _sandbox;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _sandbox = await SandboxServer.StartAsync(new SandboxOptions { Port = 0, Size = 20 }, Stop);

    public ValueTask DisposeAsync() => _sandbox!.DisposeAsync();

    [Fact]
    public async Task R13_a_token_is_given_to_a_request_in_parts_and_a_single_record_is_read_with_it()
    {
        using var client = new HttpClient { BaseAddress = _sandbox!.Vendors["zoho"] };
        using var form = new MultipartFormDataContent();
        foreach (var (name, value) in new[] { ("grant_type", "refresh_token"), ("client_id", "tidemark"), ("client_secret", "tidemark"), ("refresh_token", "tidemark") })
            form.Add(new StringContent(value), name);
        using var given = await client.PostAsync(new Uri("/oauth/v2/token", UriKind.Relative), form, Stop);
        var token = (await given.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("access_token").GetString()!;
        client.DefaultRequestHeaders.Authorization = new("Zoho-oauthtoken", token);

        var listed = (await client.GetFromJsonAsync<JsonElement>("/crm/v8/Leads?fields=Company&per_page=1", Stop)).GetProperty("data")[0];
        var id = listed.GetProperty("id").GetString();
        var whole = (await client.GetFromJsonAsync<JsonElement>($"/crm/v8/Leads/{id}", Stop)).GetProperty("data")[0];
        whole.GetProperty("Company").GetString().ShouldBe(listed.GetProperty("Company").GetString());
        whole.TryGetProperty("Full_Name", out _).ShouldBeTrue();
        var narrow = (await client.GetFromJsonAsync<JsonElement>($"/crm/v8/Leads/{id}?fields=Company", Stop)).GetProperty("data")[0];
        narrow.TryGetProperty("Full_Name", out _).ShouldBeFalse();
        using var unknown = await client.GetAsync(new Uri("/crm/v8/Leads/1", UriKind.Relative), Stop);
        ((int)unknown.StatusCode).ShouldBe(204);
        using var wrong = await client.GetAsync(new Uri("/crm/v8/Leads/nobody", UriKind.Relative), Stop);
        ((int)wrong.StatusCode).ShouldBe(400);
    }
}
