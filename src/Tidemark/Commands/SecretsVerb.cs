using System.CommandLine;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Secrets;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands;

/// <summary><c>tidemark secrets</c>: a new key for every secret, and the way out where the key is lost.</summary>
internal static class SecretsVerb
{
    public static Verb Create() => new("secrets", "Manages the encryption of secrets.", "tidemark secrets rotate", "tidemark secrets forget")
    {
        Rotate(), Forget(),
    };

    private static Verb Forget()
    {
        var question = new Confirmation();
        var verb = new Verb("forget",
            "Forgets the secrets that cannot be read, as their key is lost, and says how to set them again; all else stays.",
            "tidemark secrets forget", "tidemark secrets forget --yes")
        {
            question.Yes,
        };
        verb.RunsHere("keys of secrets are kept on the machine of the home.", async session =>
        {
            var home = await session.OpenHomeAsync();
            var lost = await home.Secrets.LostAsync(session.Stop);
            if (lost.Count == 0)
            {
                session.Say("Every secret can be read; nothing was forgotten.");
                return ExitCode.Done;
            }

            foreach (var secret in lost) session.Say(Printable.Of($"  {secret.Kind} {secret.Owner}: {secret.Setting}"));
            var refusal = new TidemarkException(FailureKind.Usage, "secrets.not_confirmed",
                "Secrets that are forgotten are gone, and there is nobody here to ask.")
            {
                Hint = "Say --yes.",
            };
            if (!await question.AskAsync(session, $"Forget {(lost.Count == 1 ? "this secret" : $"these {lost.Count} secrets")} for good?", refusal))
                return ExitCode.Cancelled;
            var forgotten = await home.Secrets.ForgetLostAsync(session.Stop);
            foreach (var secret in forgotten.Where(_ => session.IsJson))
                session.WriteJson(ForgottenSecretAnswer.Of(secret), WireJson.Default.ForgottenSecretAnswer);
            session.Say("Forgotten. Set them again:");
            foreach (var line in Commands(forgotten)) session.Say(Printable.Of($"  {line}"));
            if (forgotten.Any(secret => secret.Kind == SecretVault.Masks))
                session.Say("The key of masked columns is made anew: hashes of hash masks become others, and a full reading writes them all.");
            return ExitCode.Done;
        });
        return verb;
    }

    private static IEnumerable<string> Commands(IReadOnlyList<LostSecret> forgotten) =>
        forgotten.Where(secret => secret.Kind is not (SecretVault.Masks or SecretVault.Logins)).GroupBy(secret => (secret.Kind, secret.Owner)).Select(owner =>
            $"tidemark {owner.Key.Kind} set \"{owner.Key.Owner}\" {string.Join(' ', owner.Select(secret => $"{secret.Setting}=-"))}");

    private static Verb Rotate()
    {
        var source = new Option<string?>("--new-key")
        {
            Description = "New key: - asks for it, @FILE reads a file, ${NAME} a variable. [default: a new key file]",
            HelpName = "VALUE",
        };
        var verb = new Verb("rotate", "Encrypts every secret with a new key.",
            "tidemark secrets rotate", "tidemark secrets rotate --new-key '${NEW_TIDEMARK_KEY}'") { source };
        verb.RunsHere("keys of secrets are kept on the machine of the home.", async session =>
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
