using System.CommandLine;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands;

/// <summary><c>tidemark secrets rotate</c>: encrypts every secret under a new key.</summary>
internal static class SecretsVerb
{
    public static Verb Create() => new("secrets", "Manages the encryption of secrets.", "tidemark secrets rotate")
    {
        Rotate(),
    };

    private static Verb Rotate()
    {
        var source = new Option<string?>("--new-key")
        {
            Description = "New key: - asks for it, @FILE reads a file, ${NAME} a variable. [default: a new key file]",
            HelpName = "VALUE",
        };
        var verb = new Verb("rotate", "Encrypts every secret with a new key.",
            "tidemark secrets rotate", "tidemark secrets rotate --new-key '${NEW_TIDEMARK_KEY}'") { source };
        verb.Runs(async session =>
        {
            var home = await session.OpenHomeAsync();
            var key = session.Get(source) is { } text
                ? await SettingValue.ReadAsync(session, "new key", text, isSecret: true)
                : null;
            var rotation = await home.Secrets.RotateAsync(key, session.Stop);
            if (session.IsJson)
            {
                session.WriteJson(
                    new KeyRotationAnswer(rotation.OldKeyId, rotation.NewKeyId, rotation.Secrets),
                    WireJson.Default.KeyRotationAnswer);
            }

            var secrets = rotation.Secrets == 1 ? "1 secret is" : $"{rotation.Secrets} secrets are";
            session.Say($"{secrets} now encrypted with the key {rotation.NewKeyId}; it was {rotation.OldKeyId}.");
            if (key is not null) session.Say("Set TIDEMARK_ENCRYPTION_KEY to the new key from now on.");
            return ExitCode.Done;
        });
        return verb;
    }
}
