namespace Tidemark.Sandbox.Faults;

/// <summary>What goes wrong. Written in snake_case at the control port.</summary>
internal enum FaultKind
{
    /// <summary>Promises the whole body, sends half of it and cuts the connection.</summary>
    BreakOff,

    /// <summary>Waits before answering.</summary>
    Delay,

    /// <summary>Answers another status in the vendor's error format.</summary>
    Status,

    /// <summary>A complete HTTP answer whose JSON stops in the middle.</summary>
    HalfJson,

    /// <summary>Answers the page before again. Fires only where a page before exists.</summary>
    RepeatPage,

    /// <summary>Says that more follows although it may not.</summary>
    HasMoreLieTrue,

    /// <summary>Says that nothing follows although it may.</summary>
    HasMoreLieFalse,

    /// <summary>A page of no records that promises more.</summary>
    EmptyPage,

    /// <summary>Status 204 and no body.</summary>
    NoBody,

    /// <summary>Status 200 and an HTML page.</summary>
    WrongContent,

    /// <summary>Sends the body in 20 pieces with a pause after each.</summary>
    SlowBody,

    /// <summary>Writes one text of the body otherwise, wherever it stands.</summary>
    Rewrite,

    /// <summary>The API key is no longer accepted.</summary>
    Expire,
}
