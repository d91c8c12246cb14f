using Tidemark.Commands.Remote;
using Tidemark.Engine;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Output;

namespace Tidemark.Commands;

/// <summary>A run whose plan may be kept in a file.</summary>
internal static class PlannedRun
{
    /// <summary>As <see cref="WatchedRun.RunAsync"/>; then says where the plan is.</summary>
    /// <param name="session">The command.</param>
    /// <param name="here">What the home is to run; it writes the file itself.</param>
    /// <param name="there">Starts the same at the server, from where the file is taken.</param>
    /// <param name="file">The file; null for none.</param>
    /// <param name="waits">Whether to wait here while another run has the pipeline.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(
        Session session, Func<Home, Task<RunRequest>> here, Func<ServerClient, Task<RunAnswer>> there, string? file, bool waits)
    {
        var run = await WatchedRun.WaitAsync(session, here, there, waits);
        WatchedRun.Write(session, run);
        if (run.Status == RunStatus.Planned && file is not null)
        {
            var path = Path.GetFullPath(file);
            if (session.Server is { } server) await KeepAsync(session, server, run.Run, path);
            session.Say($"Plan written to {Printable.Of(path)}; carry it out: tidemark apply --plan {Printable.Of(path)}");
        }

        return ExitCode.Of(run);
    }

    /// <summary>Takes the plan of a run from the server. It holds rows, so only its owner may read it.</summary>
    private static async Task KeepAsync(Session session, ServerClient server, string run, string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            await using (var target = new FileStream(temporary, options)) await server.CopyAsync($"runs/{run}/plan", target, session.Stop);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new TidemarkException(FailureKind.Usage, "plan.cannot_write", $"The plan cannot be written: {failure.Message}", failure);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
