using Tidemark.Engine.Settings;
using Tidemark.Engine.Transfers;

namespace Tidemark.Engine.Connectors;

/// <summary>A database that whole tables are transferred from and to.</summary>
public interface ITransferConnector : IOriginConnector
{
    /// <param name="settings">Settings that fit <see cref="IConnector.Spec"/>.</param>
    /// <param name="parallel">Connections at most, beside the one that looks.</param>
    /// <param name="maskKey">Key of masks' hashes; null where nothing is hashed.</param>
    ITransferEnd OpenEnd(BoundSettings settings, int parallel, byte[]? maskKey);
}
