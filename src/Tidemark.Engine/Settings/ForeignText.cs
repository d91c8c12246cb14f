using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Settings;

/// <summary>Takes secrets out of texts that come from outside: some vendors, and what stands before them, repeat what they were sent.</summary>
public static class ForeignText
{
    // A shorter one may be a part of any word: it is taken out where it stands alone, and in another case only there.
    private const int LeastPart = 4;
    private const int LeastPartInAnyCase = 12;

    /// <summary>
    /// The text on one line, with <c>***</c> in place of each secret, in whatever case and as it is written in an address, a form,
    /// JSON, HTML or base64.
    /// </summary>
    public static string Clean(string text, IReadOnlyList<Secret> secrets)
    {
        foreach (var form in secrets.SelectMany(secret => Forms(secret.Reveal())).Distinct(StringComparer.Ordinal).OrderByDescending(form => form.Length))
        {
            if (form.Length >= LeastPart)
                text = text.Replace(form, "***", form.Length >= LeastPartInAnyCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
            text = Regex.Replace(
                text, $"(?<![A-Za-z0-9]){Regex.Escape(form)}(?![A-Za-z0-9])", "***", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase,
                TimeSpan.FromSeconds(1));
        }

        return PlainLine.Of(text);
    }

    private static IEnumerable<string> Forms(string secret)
    {
        var base64 = Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)).TrimEnd('=');
        string[] forms =
        [
            secret, secret.Trim(), PlainLine.Of(secret), Uri.EscapeDataString(secret), WebUtility.UrlEncode(secret), WebUtility.HtmlEncode(secret),
            JavaScriptEncoder.Default.Encode(secret), JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(secret),
            base64, base64.Replace('+', '-').Replace('/', '_'), Uri.EscapeDataString(base64),
        ];
        return forms.Where(form => form.Length > 0);
    }
}
