namespace Tidemark.Engine.Access;

/// <summary>What somebody may do. Each role may do what those before it may.</summary>
public enum Role
{
    /// <summary>Read the server's metrics, and nothing else.</summary>
    Metrics,

    /// <summary>Look at everything but secrets.</summary>
    Viewer,

    /// <summary>Start, stop, approve and undo runs; settle what is in quarantine.</summary>
    Operator,

    /// <summary>Change definitions, secrets and access.</summary>
    Admin,
}
