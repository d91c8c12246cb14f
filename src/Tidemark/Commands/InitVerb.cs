using System.CommandLine;
using Spectre.Console;
using Tidemark.Connectors.Templates;
using Tidemark.Engine.Errors;
using Tidemark.Output;

namespace Tidemark.Commands;

/// <summary><c>tidemark init</c>: writes a template as a definition file, or lists the templates.</summary>
internal static class InitVerb
{
    private const string UsualFile = "tidemark.yaml";

    public static Verb Create()
    {
        var name = new Argument<string?>("template")
        {
            Description = "Name of the template. Without it, the templates are listed.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var file = new Option<string?>("--file", "-f") { Description = $"File to write. [default: {UsualFile}]", HelpName = "FILE" };
        var stdout = new Option<bool>("--stdout") { Description = "Print the template and write no file." };
        var force = new Option<bool>("--force") { Description = "Overwrite an existing file." };
        var verb = new Verb("init", "Writes a definition file for a common task; environment variables fill it in.",
            "tidemark init", "tidemark init payments", "tidemark init retail --file shop.yaml", "tidemark init revops --stdout")
        {
            name, file, stdout, force,
        };
        verb.RunsHere("it writes a file of this machine.", async session =>
        {
            if (session.Get(name!) is not { } wanted) return List(session);
            UsageCheck.Require(!session.Get(stdout) || session.Get(file) is null, "Use --stdout or --file, not both.");
            var template = DefinitionTemplate.Named(wanted);
            if (session.Get(stdout))
            {
                await session.Terminal.Output.WriteAsync(template.Text);
                return ExitCode.Done;
            }

            var path = session.Get(file) ?? UsualFile;
            await WriteAsync(path, template.Text, session.Get(force), session.Stop);
            if (session.IsJson) session.WriteJson(new WrittenFileAnswer(path), CommandJson.Default.WrittenFileAnswer);
            session.Say($"{path} is written. Set the variables it names, then run: tidemark apply -f {path}");
            return ExitCode.Done;
        });
        return verb;
    }

    private static int List(Session session)
    {
        if (session.IsJson)
        {
            foreach (var template in DefinitionTemplate.All)
                session.WriteJson(new TemplateAnswer(template.Name, template.Summary), CommandJson.Default.TemplateAnswer);
            return ExitCode.Done;
        }

        var table = new FittingTable();
        table.Add("template", DefinitionTemplate.All.Select(template => template.Name));
        table.Add("is for", DefinitionTemplate.All.Select(template => template.Summary), wraps: true);
        table.Write(session.Prose);
        return ExitCode.Done;
    }

    private static async Task WriteAsync(string path, string text, bool overwrites, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = new FileStream(path, overwrites ? FileMode.Create : FileMode.CreateNew, FileAccess.Write);
            await using var writer = new StreamWriter(file);
            await writer.WriteAsync(text.AsMemory(), cancellationToken);
        }
        catch (IOException) when (!overwrites && File.Exists(path))
        {
            throw new TidemarkException(FailureKind.Usage, "init.file_exists", $"There is a file {path} already.")
            {
                Hint = "Name another with --file, or write over it with --force.",
            };
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new TidemarkException(FailureKind.Usage, "init.cannot_write", $"{path} cannot be written: {wrong.Message}")
            {
                Hint = "Name another with --file, or print it with --stdout.",
            };
        }
    }
}
