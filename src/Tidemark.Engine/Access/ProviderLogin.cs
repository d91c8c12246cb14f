namespace Tidemark.Engine.Access;

/// <summary>What an OpenID provider says of somebody who comes from there.</summary>
/// <param name="Issuer">The provider.</param>
/// <param name="Subject">Who it is there; it never becomes another.</param>
/// <param name="Role">The highest role that their groups give; null where they give none.</param>
public sealed record ProviderLogin(string Issuer, string Subject, Role? Role)
{
    /// <summary>Their address; null where the provider says none.</summary>
    public string? Email { get; init; }

    /// <summary>Whether the provider has seen that the address is theirs; null where it does not say.</summary>
    public bool? IsEmailVerified { get; init; }

    /// <summary>As people call them; null where the provider does not say.</summary>
    public string? Name { get; init; }
}
