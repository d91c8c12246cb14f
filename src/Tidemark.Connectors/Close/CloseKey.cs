using System.Text;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Close;

/// <summary>The API key as the user of HTTP Basic, with an empty password.</summary>
/// <remarks>https://developer.close.com/api/overview/api-key-authentication.</remarks>
internal sealed class CloseKey(Secret key) : HttpAuthentication
{
    private readonly Secret _pair = new(Convert.ToBase64String(Encoding.UTF8.GetBytes($"{key.Reveal()}:")));

    // The user is the secret here, so that it must be masked as well.
    public override IReadOnlyList<Secret> Secrets => [key, _pair];

    public override ValueTask AuthorizeAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = new("Basic", _pair.Reveal());
        return ValueTask.CompletedTask;
    }
}
