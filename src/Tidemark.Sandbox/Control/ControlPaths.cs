namespace Tidemark.Sandbox.Control;

/// <summary>The paths of the control port, as its root lists them.</summary>
internal static class ControlPaths
{
    private static readonly (string Path, string Does, string Example)[] All =
    [
        ("GET /health", "whether it is there", "{0}health"),
        ("GET /truth/{vendor}/{stream}", "count and ids that a client must end up with; ?full=true: the records too",
            "{0}truth/stripe/customers"),
        ("POST /mutate/{vendor}/{stream}", "creates, updates and deletes records",
            """{0}mutate/stripe/customers -d '{"create":2,"update":{"count":7},"delete":{"count":1}}'"""),
        ("POST /faults/{vendor}", "adds a fault", """{0}faults/stripe -d '{"fault":"break_off","times":3}'"""),
        ("GET /faults/{vendor}", "the faults in force, and how often they fired", "{0}faults/stripe"),
        ("DELETE /faults/{vendor}", "takes all faults away", "-X DELETE {0}faults/stripe"),
        ("POST /settings/{vendor}", "how the vendor behaves, such as its requests a second",
            """{0}settings/stripe -d '{"rate_limit":25,"retry_after":true}'"""),
        ("GET /requests/{vendor}", "what was asked, and how fast", "{0}requests/stripe"),
        ("DELETE /requests/{vendor}", "forgets what was asked", "-X DELETE {0}requests/stripe"),
    ];

    /// <param name="address">Address of the control port, with a slash at its end.</param>
    public static IEnumerable<ControlPath> At(string address) =>
        All.Select(path => new ControlPath(path.Path, path.Does, "curl " + path.Example.Replace("{0}", address, StringComparison.Ordinal)));
}

/// <param name="Path">With its method.</param>
/// <param name="Does">What the path does.</param>
/// <param name="Example">A whole command.</param>
internal sealed record ControlPath(string Path, string Does, string Example);
