using System.Net;
using Shouldly;
using Tidemark.Engine.Sources.Http;
using Xunit;

namespace Tidemark.Tests.Sources;

public sealed class AddressGuardTests
{
    [Theory]
    [InlineData("169.254.169.254")]
    [InlineData("169.254.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("168.63.129.16")]
    [InlineData("100.100.100.200")]
    [InlineData("fe80::1")]
    [InlineData("ff02::1")]
    [InlineData("::")]
    [InlineData("fd00:ec2::254")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("2002:a9fe:a9fe::1")]
    [InlineData("64:ff9b:1::a9fe:a9fe")]
    [InlineData("::169.254.169.254")]
    [InlineData("::ffff:0:169.254.169.254")]
    public void Metadata_link_local_and_multicast_are_never_called(string address) =>
        AddressGuard.Allows(IPAddress.Parse(address), allowsPrivate: true).ShouldBeFalse();

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.1.2.3")]
    [InlineData("172.31.0.1")]
    [InlineData("192.168.1.1")]
    [InlineData("100.64.0.1")]
    [InlineData("::1")]
    [InlineData("fd12::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("64:ff9b:1::7f00:1")]
    [InlineData("::127.0.0.1")]
    [InlineData("::ffff:0:127.0.0.1")]
    public void Loopback_and_private_ranges_need_the_setting(string address)
    {
        AddressGuard.Allows(IPAddress.Parse(address), allowsPrivate: false).ShouldBeFalse();
        AddressGuard.Allows(IPAddress.Parse(address), allowsPrivate: true).ShouldBeTrue();
    }

    [Theory]
    [InlineData("3.18.12.63")]
    [InlineData("172.32.0.1")]
    [InlineData("2600:1f18::1")]
    [InlineData("::ffff:3.18.12.63")]
    public void Public_addresses_are_called(string address) =>
        AddressGuard.Allows(IPAddress.Parse(address), allowsPrivate: false).ShouldBeTrue();
}
