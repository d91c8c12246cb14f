using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Shouldly;

namespace Tidemark.Tests.Wire;

/// <summary>
/// Compares a text with the file of that name in <c>Approved/</c>. TIDEMARK_APPROVE=1 writes the file instead: the
/// change is then seen in the commit.
/// </summary>
internal static partial class ApprovedText
{
    public static void ShouldBeApproved(this string text, string name, [CallerFilePath] string here = "") =>
        text.ShouldBeApproved(name, same => same, here);

    /// <param name="text">The text.</param>
    /// <param name="name">Name of the file, from the folder <c>Approved</c> beside the test.</param>
    /// <param name="essence">What of a text is compared.</param>
    /// <param name="here">The test's own file.</param>
    public static void ShouldBeApproved(this string text, string name, Func<string, string> essence, [CallerFilePath] string here = "")
    {
        var file = Place(name, here);
        if (Environment.GetEnvironmentVariable("TIDEMARK_APPROVE") == "1") File.WriteAllText(file, text);
        essence(text).ShouldBe(essence(File.ReadAllText(file)), $"{file} has another text");
    }

    /// <summary>The approved text of a name.</summary>
    public static string Read(string name, [CallerFilePath] string here = "") => File.ReadAllText(Place(name, here));

    private static string Place(string name, string here) => Path.Combine(Path.GetDirectoryName(here)!, "Approved", name);

    /// <summary>
    /// Puts a word in the place of all that differs from one run of the tests to the next (a vendor's records of the last
    /// seconds may be read once more), and of sentences for people, which are no contract. Keys, their order, nulls,
    /// codes and the other counts stay.
    /// </summary>
    public static string WithoutChance(string text)
    {
        text = RunId().Replace(text, "RUN");
        text = Moment().Replace(text, "TIME");
        text = Stamp().Replace(text, "STAMP");
        text = text.Replace($"\"actor\":\"{Environment.UserName}\"", "\"actor\":\"USER\"", StringComparison.Ordinal);
        text = Room().Replace(text, "$1\"ROOM\"");
        text = Sentence().Replace(text, "$1\"TEXT\"");
        text = FieldsButTheFirst().Replace(text, ",...");
        text = Number().Replace(text, "${1}0");
        return Hash().Replace(text, "$1\"HASH\"");
    }

    [GeneratedRegex(@"r-\d{8}-\d{6}-[0-9a-f]{6}", RegexOptions.None, 1000)]
    private static partial Regex RunId();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", RegexOptions.None, 1000)]
    private static partial Regex Moment();

    [GeneratedRegex(@"\d{8}_\d{6}(_\d+)?", RegexOptions.None, 1000)]
    private static partial Regex Stamp();

    [GeneratedRegex("""("(?:message|hint|description|summary|yaml|payload)":)"(?:[^"\\]|\\.)*""" + "\"", RegexOptions.None, 1000)]
    private static partial Regex Sentence();

    [GeneratedRegex("""(,\{"name":"[^"]*","before":(null|"(?:[^"\\]|\\.)*"),"after":(null|"(?:[^"\\]|\\.)*")\})+""", RegexOptions.None, 1000)]
    private static partial Regex FieldsButTheFirst();

    [GeneratedRegex("""("(?:seconds|size_bytes|file_size_bytes|low|high|rows|read|unchanged|skipped)":)-?[0-9.]+""", RegexOptions.None, 1000)]
    private static partial Regex Number();

    [GeneratedRegex("""("free on its disk":)"[^"]*""" + "\"", RegexOptions.None, 1000)]
    private static partial Regex Room();

    [GeneratedRegex("""("(?:digest|file_digest|old_key|new_key)":)"[0-9a-f]+""" + "\"", RegexOptions.None, 1000)]
    private static partial Regex Hash();
}
