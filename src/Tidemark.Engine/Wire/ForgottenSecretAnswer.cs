using Tidemark.Engine.Secrets;

namespace Tidemark.Engine.Wire;

/// <summary>A secret that could not be read and was forgotten.</summary>
public sealed record ForgottenSecretAnswer
{
    /// <summary><c>source</c>, <c>destination</c>, or <c>masks</c> for the key of masked columns, which is made anew.</summary>
    public required string Kind { get; init; }

    /// <summary>Name of the source or destination.</summary>
    public required string Name { get; init; }

    public required string Setting { get; init; }

    public static ForgottenSecretAnswer Of(LostSecret secret) => new() { Kind = secret.Kind, Name = secret.Owner, Setting = secret.Setting };
}
