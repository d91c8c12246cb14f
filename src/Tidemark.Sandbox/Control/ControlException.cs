using Microsoft.AspNetCore.Http;

namespace Tidemark.Sandbox.Control;

/// <summary>A request to the control port that makes no sense; the message states why.</summary>
internal sealed class ControlException(string message, int status = StatusCodes.Status400BadRequest)
    : Exception(message)
{
    public int Status { get; } = status;
}
