using System.Globalization;
using System.Text.Encodings.Web;

namespace Tidemark.Server.Pages;

/// <summary>A piece of a page. What is put into its holes is text, unless it is a piece itself.</summary>
internal sealed record Html
{
    private Html(string text) => Text = text;

    public static Html None { get; } = new("");

    public string Text { get; }

    public static Html Of(FormattableString template) => new(string.Format(
        CultureInfo.InvariantCulture, template.Format,
        [.. template.GetArguments().Select(hole => hole is Html piece ? piece.Text : HtmlEncoder.Default.Encode($"{hole}"))]));
}
