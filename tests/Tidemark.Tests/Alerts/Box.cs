using System.Collections.Concurrent;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;

namespace Tidemark.Tests.Alerts;

/// <summary>A channel that keeps what it is sent, and refuses it as long as a test says.</summary>
internal sealed class Box : IChannelConnector
{
    public ConnectorSpec Spec { get; } = ConnectorSpec.Of<BoxOptions>("box", "Box", ConnectorRoles.Channel);

    /// <summary>Everything that was tried, in order.</summary>
    public ConcurrentQueue<ChannelMessage> Tried { get; } = new();

    /// <summary>What was taken.</summary>
    public ConcurrentQueue<ChannelMessage> Taken { get; } = new();

    /// <summary>How many attempts fail from now on.</summary>
    public int Fails { get; set; }

    /// <summary>Called while a message is on its way.</summary>
    public Func<Task> OnTheWay { get; set; } = () => Task.CompletedTask;

    /// <summary>Subjects of what was taken since the last time.</summary>
    public IReadOnlyList<string> Empty()
    {
        var subjects = Taken.Select(message => message.Data.Subject).ToList();
        Taken.Clear();
        return subjects;
    }

    public IChannel OpenChannel(BoundSettings settings, TimeProvider clock) => new Channel(this);

    internal sealed class BoxOptions
    {
        public Secret? Password { get; set; }
    }

    private sealed class Channel(Box box) : IChannel
    {
        public async Task<ChannelReply> SendAsync(ChannelMessage message, CancellationToken cancellationToken)
        {
            box.Tried.Enqueue(message);
            await box.OnTheWay();
            if (box.Fails > 0)
            {
                box.Fails--;
                return ChannelReply.Not(new(FailureKind.Transient, "channel.refused", "box answered 500."), 500);
            }

            box.Taken.Enqueue(message);
            return new(200);
        }

        public void Dispose()
        {
        }
    }
}
