using System.CommandLine;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;
using Tidemark.Commands.Remote;
using Tidemark.Engine;
using Tidemark.Engine.Access;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Output;

namespace Tidemark.Commands;

/// <summary>One command being carried out: what was typed, and where the answers go.</summary>
internal sealed class Session(ParseResult typed, TidemarkInvocation invocation, CancellationToken stop)
{
    public const string DefaultHome = ".tidemark";

    private Home? _home;

    private readonly Lazy<EnvironmentFiles> _variables = new(() => new(invocation.Terminal.Variable, Folders(typed, invocation)));

    public Terminal Terminal => invocation.Terminal;

    public TimeProvider Clock => invocation.Clock;

    public ConnectorCatalog Connectors => invocation.Connectors;

    /// <summary>Cancelled by Ctrl-C.</summary>
    public CancellationToken Stop => stop;

    public bool IsJson => Get(SharedOptions.Json);

    /// <summary>Whether nothing is said that needs nobody.</summary>
    public bool IsQuiet => Get(SharedOptions.Quiet);

    /// <summary>Whether the log of a run is shown as it comes.</summary>
    public bool IsVerbose => Get(SharedOptions.Verbose);

    /// <summary>Where words for people go: standard output, unless a program reads that, or nobody wants to hear of success.</summary>
    public IAnsiConsole Prose => IsJson || IsQuiet ? Terminal.ErrorConsole : Terminal.OutputConsole;

    /// <summary>True where somebody can be asked.</summary>
    public bool IsInteractive => Terminal.Traits.IsInput && Prose.Profile.Capabilities.Interactive;

    /// <summary>What runs of this command are started by: the person or the script that typed it.</summary>
    public RunOrigin Origin { get; } = new(RunTrigger.Command, Environment.UserName);

    /// <summary>Who types, for the audit trail.</summary>
    public AuditActor Who => new(Origin.Actor, AuditActor.Command);

    /// <summary>The server that is asked; null where a home of this machine is.</summary>
    public ServerClient? Server { get; init; }

    /// <summary>The folder asked for with --home; null where none was.</summary>
    public string? HomeOption => Get(SharedOptions.Home);

    public string HomeFolder => HomeOption ?? Terminal.Variable("TIDEMARK_HOME") ?? DefaultHome;

    /// <summary>Address of the catalog; null for the one in the home.</summary>
    public string? Catalog => Terminal.Variable("TIDEMARK_CATALOG");

    private HomeOptions Options => new(HomeFolder) { Catalog = Catalog, Key = Key };

    /// <summary>Value of a variable that a definition, an address or a setting names: of the environment, else of .env here, else of .env in the home.</summary>
    public string? Variable(string name) => _variables.Value.Find(name);

    /// <summary>As <see cref="Variable"/>, with those of .env beside a file before those of .env here.</summary>
    public Func<string, string?> VariablesOf(string file) =>
        new EnvironmentFiles(invocation.Terminal.Variable, [Path.GetDirectoryName(Path.GetFullPath(file))!, .. Folders(typed, invocation)]).Find;

    private static IReadOnlyList<string> Folders(ParseResult typed, TidemarkInvocation invocation) =>
        [Environment.CurrentDirectory, typed.GetValue(SharedOptions.Home) ?? invocation.Terminal.Variable("TIDEMARK_HOME") ?? DefaultHome];

    private string? Key => Terminal.Variable("TIDEMARK_ENCRYPTION_KEY");

    public T? Get<T>(Option<T> option) => typed.GetValue(option);

    public T Get<T>(Argument<T> argument) => typed.GetValue(argument)!;

    /// <summary>Whether an option was typed.</summary>
    public bool Has(Option option) => typed.GetResult(option) is { Implicit: false };

    /// <summary>Asks the home that is there, or the server in its place.</summary>
    /// <param name="here">Asks the home.</param>
    /// <param name="there">Asks the server for the same.</param>
    /// <exception cref="TidemarkException"><c>home.unknown</c>; <c>server.unreachable</c> and its like.</exception>
    public async Task<T> AskAsync<T>(Func<Home, Task<T>> here, Func<ServerClient, Task<T>> there) =>
        Server is { } server ? await there(server) : await here(await OpenHomeAsync());

    /// <summary>As asking, for the verbs that people begin with: a home is made if it does not exist.</summary>
    /// <inheritdoc cref="AskAsync"/>
    public async Task<T> BeginAsync<T>(Func<Home, Task<T>> here, Func<ServerClient, Task<T>> there) =>
        Server is { } server ? await there(server) : await here(await MakeHomeAsync());

    /// <summary>The home that is there.</summary>
    /// <exception cref="TidemarkException"><c>home.unknown</c>.</exception>
    public async Task<Home> OpenHomeAsync() => _home ??= await OpenHomeAsync(stop);

    /// <inheritdoc cref="OpenHomeAsync()"/>
    public Task<Home> OpenHomeAsync(CancellationToken cancellationToken) => Home.OpenExistingAsync(Options, Connectors, Clock, cancellationToken);

    /// <summary>The home, created if it does not exist: for the verbs that people begin with.</summary>
    public async Task<Home> MakeHomeAsync() => _home ??= await Home.OpenAsync(Options, Connectors, Clock, stop);

    /// <summary>A home in a folder, with its catalog, whatever TIDEMARK_CATALOG says.</summary>
    public Task<Home> MakeHomeAsync(string folder) =>
        Home.OpenAsync(new HomeOptions(folder) { Key = Key }, Connectors, Clock, stop);

    /// <summary>Looks at the home that is there, or where there is none, at an empty one that is gone afterwards.</summary>
    public async Task<T> LookAsync<T>(Func<Home, Task<T>> look)
    {
        try
        {
            await using var there = await OpenHomeAsync(stop);
            return await look(there);
        }
        catch (TidemarkException none) when (none.Code == "home.unknown")
        {
            var folder = Directory.CreateTempSubdirectory("tidemark-");
            try
            {
                await using var empty = await MakeHomeAsync(folder.FullName);
                return await look(empty);
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }
    }

    /// <summary>A list: for programs one JSON object a line, for people a sentence where it is empty, else what is written.</summary>
    /// <param name="all">The items.</param>
    /// <param name="type">How one is written for programs.</param>
    /// <param name="none">The sentence.</param>
    /// <param name="write">Writes the items for people.</param>
    public void WriteList<T>(IReadOnlyList<T> all, JsonTypeInfo<T> type, string none, Action<IReadOnlyList<T>> write)
    {
        foreach (var each in IsJson ? all : []) WriteJson(each, type);
        if (all.Count == 0) Say(none);
        else if (!IsJson) write(all);
    }

    /// <summary>One JSON object on standard output.</summary>
    public void WriteJson<T>(T answer, JsonTypeInfo<T> type) => JsonLine.WriteTo(Terminal.Output, answer, type);

    /// <summary>A line or a paragraph for people; of what needs nobody, and so not where they want quiet.</summary>
    public void Say(string line, string label = "")
    {
        if (!IsQuiet) Prose.WriteParagraph(line, label: label);
    }

    /// <summary>Shows on a terminal that something takes its time.</summary>
    public async Task<T> WaitAsync<T>(string what, Func<Task<T>> work) => Prose.Profile.Capabilities.Ansi && !IsQuiet
        ? await Prose.Status().StartAsync(what, _ => work()) : await work();

    /// <summary>A moment as the person's clock shows it, with its offset.</summary>
    public string LocalTime(DateTimeOffset moment) => Moments.Text(moment, Clock);
}
