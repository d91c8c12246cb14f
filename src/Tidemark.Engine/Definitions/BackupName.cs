using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Definitions;

/// <summary>Names of backup files.</summary>
internal static partial class BackupName
{
    public const string ManifestExtension = ".manifest";

    /// <summary>E.g. <c>20251006_143000</c>, in UTC.</summary>
    public static string Timestamp(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyyMMdd'_'HHmmss", CultureInfo.InvariantCulture);

    /// <summary>The names that a backup may take, from the first choice on.</summary>
    public static IEnumerable<string> Choices(string stem, DateTimeOffset at, string extension)
    {
        var name = $"{Plain(stem)}_{Timestamp(at)}";
        yield return name + extension;
        for (var number = 2; ; number++)
            yield return string.Create(CultureInfo.InvariantCulture, $"{name}_{number}{extension}");
    }

    /// <summary>Whether a file is called as only backups are.</summary>
    public static bool IsOurs(string path) => Made().IsMatch(path);

    /// <exception cref="TidemarkException"><c>backup.name_invalid</c>: it would leave the folder, or is no backup's.</exception>
    public static void Require(string name)
    {
        if (IsPlain(name) && !name.EndsWith(ManifestExtension, StringComparison.Ordinal))
            return;
        throw new TidemarkException(FailureKind.Usage, "backup.name_invalid", "The name of the backup is not valid.")
        {
            Hint = "Names have no path. See which there are.",
            Next = new(NextAct.ListBackups),
        };
    }

    /// <summary>Whether a name can stand in a folder and nowhere else.</summary>
    public static bool IsPlain(string name) => name.Length > 0 && name == Plain(name);

    /// <summary>The name with everything but letters, digits, point, dash and underscore as an underscore.</summary>
    private static string Plain(string name)
    {
        var plain = new StringBuilder(name);
        for (var at = 0; at < plain.Length; at++)
        {
            if (!char.IsAsciiLetterOrDigit(plain[at]) && plain[at] is not ('_' or '-' or '.')) plain[at] = '_';
        }

        if (plain.Length > 0 && plain[0] == '.') plain[0] = '_';
        return plain.ToString();
    }

    [GeneratedRegex(@"_[0-9]{8}_[0-9]{6}(?:_[0-9]+)?\.(?:zip|json)$", RegexOptions.None, 1000)]
    private static partial Regex Made();
}
