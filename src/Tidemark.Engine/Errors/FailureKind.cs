namespace Tidemark.Engine.Errors;

/// <summary>Who must act before the same work can succeed. Decides retry, exit code and wording.</summary>
public enum FailureKind
{
    /// <summary>Nobody: the next attempt may pass (timeout, 429, lost connection).</summary>
    Transient,

    /// <summary>The operator: a setting, a credential or a permission is wrong.</summary>
    Configuration,

    /// <summary>A person who may allow it: the work would go too far, has changed nothing beyond the limits, and waits.</summary>
    Approval,

    /// <summary>The caller: a command or a name that does not exist.</summary>
    Usage,

    /// <summary>The owner of the remote system: it answered what its documentation rules out.</summary>
    Upstream,

    /// <summary>Us.</summary>
    Defect,
}
