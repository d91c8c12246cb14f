using Shouldly;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Xunit;

namespace Tidemark.Tests.Catalog;

public sealed class EnvironmentFilesTests : IDisposable
{
    private readonly TestFolder _here = new();
    private readonly TestFolder _home = new();

    public void Dispose()
    {
        _here.Dispose();
        _home.Dispose();
    }

    [Fact]
    public void The_environment_comes_first_then_the_file_here_then_the_one_in_the_home()
    {
        File.WriteAllText(_here.File(".env"), "A=here\nB=here\nEMPTY=\n");
        File.WriteAllText(_home.File(".env"), "A=home\nB=home\nC=home\nEMPTY=home\n");
        var variables = new EnvironmentFiles(name => name == "A" ? "set" : name == "B" ? "" : null, [_here.Path, _home.Path]);

        new[] { "A", "B", "C", "EMPTY", "D" }.Select(variables.Find).ShouldBe(["set", "here", "home", "home", null]);
    }

    [Fact]
    public void Comments_quotes_and_export_are_read_as_shells_do()
    {
        File.WriteAllText(_here.File(".env"), """
            # a comment

            PLAIN=a b c   # said of it
            export SHELL_LIKE=postgres://me:p#w@host/db
            SINGLE='a # b \n $HOME'
              DOUBLE = "a \"b\" # \n c"  # comment
            """);
        var variables = new EnvironmentFiles(_ => null, [_here.Path]);

        new[] { "PLAIN", "SHELL_LIKE", "SINGLE", "DOUBLE" }.Select(variables.Find)
            .ShouldBe(["a b c", "postgres://me:p#w@host/db", @"a # b \n $HOME", "a \"b\" # \n c"]);
    }

    [Theory]
    [InlineData("A sk_live_secret")]
    [InlineData("A='sk_live_secret")]
    [InlineData("A B=sk_live_secret")]
    [InlineData("export A: sk_live_secret")]
    [InlineData("A=\"x\" sk_live_secret")]
    public void A_line_that_does_not_set_its_variable_is_refused_with_its_number_and_not_repeated(string line)
    {
        File.WriteAllText(_here.File(".env"), "OK=1\n" + line);
        var variables = new EnvironmentFiles(_ => null, [_here.Path]);

        var refused = Should.Throw<TidemarkException>(() => variables.Find("A"));

        (refused.Code, refused.Kind).ShouldBe(("env_file.malformed", FailureKind.Configuration));
        refused.Message.ShouldStartWith("Line 2 of ");
        $"{refused.Message}{refused.Hint}".ShouldNotContain("sk_live_secret");
    }

    [Fact]
    public void What_other_programs_write_there_is_in_nobodys_way()
    {
        File.WriteAllText(_here.File(".env"), "MANY='first\nsecond line'\n<<<<\n= x\nOK=1\n");
        var variables = new EnvironmentFiles(_ => null, [_here.Path]);

        (variables.Find("OK"), variables.Find("X")).ShouldBe(("1", null));
    }

    [Fact]
    public void A_folder_of_that_name_holds_no_variables()
    {
        Directory.CreateDirectory(_here.File(".env"));

        new EnvironmentFiles(_ => null, [_here.Path]).Find("X").ShouldBeNull();
    }
}
