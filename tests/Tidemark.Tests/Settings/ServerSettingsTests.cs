using Shouldly;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Server;
using Xunit;

namespace Tidemark.Tests.Settings;

/// <summary>Settings of the server from options, variables and a file.</summary>
public sealed class ServerSettingsTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_option_goes_before_a_variable_and_a_variable_before_the_file()
    {
        var file = await FileAsync("""
            port: 9001
            max_runs: 5
            keep_run_days: 7
            local_callers: true
            cors_origins: [https://a.example.com, "https://b.example.com"]
            otlp_endpoint:
            """);

        var options = ServerOptions.Read(new Dictionary<string, string> { ["port"] = "9003" }, name => name switch
        {
            "TIDEMARK_PORT" => "9002",
            "TIDEMARK_MAX_RUNS" => "6",
            _ => null,
        }, file);

        (options.Port, options.MaxRuns, options.KeepRunDays, options.LocalCallers, options.OtlpEndpoint).ShouldBe((9003, 6, 7, true, null));
        options.CorsOrigins.ShouldBe(["https://a.example.com", "https://b.example.com"]);
    }

    [Theory]
    [InlineData("prot: 9000", "prot")]
    [InlineData("port: many", "port")]
    [InlineData("port: 70000", "port")]
    [InlineData("port: 9000\nmax_runs: 0", "max_runs")]
    public async Task What_is_wrong_in_the_file_is_told_with_its_name(string text, string name)
    {
        var file = await FileAsync(text);
        var wrong = Should.Throw<TidemarkException>(() => ServerOptions.Read(new Dictionary<string, string>(), _ => null, file));
        wrong.Kind.ShouldBe(FailureKind.Configuration);
        wrong.Problems.ShouldContain(problem => problem.Subject.Contains(name, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("port: {a: 1}", "setting.invalid")]
    [InlineData("port: [[1]]", "setting.invalid")]
    [InlineData("port: 1\nport: 2", "definitions.malformed")]
    [InlineData("- port", "definitions.malformed")]
    [InlineData("port: !!int 3", "definitions.malformed")]
    [InlineData("", "definitions.malformed")]
    public async Task A_file_that_is_no_map_of_values_is_refused(string text, string code) =>
        (await Should.ThrowAsync<TidemarkException>(() => FileAsync(text))).Code.ShouldBe(code);

    [Fact]
    public async Task A_file_that_is_not_there_is_said() =>
        (await Should.ThrowAsync<TidemarkException>(() => SettingsFile.ReadAsync(_folder.File("none.yaml"), TestContext.Current.CancellationToken)))
        .Code.ShouldBe("settings_file.unreadable");

    private async Task<IReadOnlyDictionary<string, string>> FileAsync(string text)
    {
        await File.WriteAllTextAsync(_folder.File("server.yaml"), text, TestContext.Current.CancellationToken);
        return await SettingsFile.ReadAsync(_folder.File("server.yaml"), TestContext.Current.CancellationToken);
    }
}
