// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.CompilerServices;
using Wd40.Vm;

namespace Wd40.UnitTests.Vm;

internal sealed class KernelPackageTests
{
    [Test]
    public void Newest_of_each_series_comes_from_the_package_that_holds_the_image()
    {
        var newest = KernelPackage.NewestOfEachSeries(File.ReadAllLines(CapturedNames())).Select(p => p.Name);
        Assert.That(newest, Is.EqualTo(new[]
        {
            "linux-binary-unsigned-7.3.4+deb13-cloud-amd64",
            "linux-binary-7.2.13+deb14-cloud-amd64",
            "linux-binary-7.1.13+deb13-cloud-amd64",
            "linux-binary-7.0.13+deb13-cloud-amd64",
            "linux-binary-6.19.14+deb13-cloud-amd64",
            "linux-image-6.18.15+deb13-cloud-amd64",
            "linux-image-6.17.13+deb13-cloud-amd64",
            "linux-image-6.16.12+deb13-cloud-amd64",
            "linux-image-6.12.107+deb13-cloud-amd64",
        }));
    }

    [TestCase("linux-image-cloud-amd64")]
    [TestCase("linux-image-6.18.15+deb13-amd64")]
    [TestCase("linux-headers-6.18.15+deb13-cloud-amd64")]
    [TestCase("linux-image-6.18.15+deb13-cloud-amd64-dbg")]
    [TestCase("linux-image-6.18.15+deb13-cloud-arm64")]
    public void Other_packages_are_no_kernels(string name)
    {
        Assert.That(KernelPackage.Parse(name), Is.Null);
    }

    [TestCase("linux-image-6.12.90+deb12-cloud-amd64", "linux-image-6.12.90+deb12.1-cloud-amd64")]
    [TestCase("linux-image-6.12.90+deb12.1-cloud-amd64", "linux-image-6.12.90+deb13-cloud-amd64")]
    [TestCase("linux-image-6.12.9+deb13-cloud-amd64", "linux-image-6.12.10+deb12-cloud-amd64")]
    [TestCase("linux-image-6.9.1+deb13-cloud-amd64", "linux-image-6.12.1+deb13-cloud-amd64")]
    [TestCase("linux-binary-7.3-cloud-amd64", "linux-binary-7.3.1+deb13-cloud-amd64")]
    [TestCase("linux-image-7.3.4+deb13-cloud-amd64", "linux-binary-unsigned-7.3.4+deb13-cloud-amd64")]
    [TestCase("linux-binary-unsigned-7.2.6+deb13-cloud-amd64", "linux-binary-7.2.6+deb13-cloud-amd64")]
    public void Orders(string older, string newer)
    {
        Assert.That(KernelPackage.Parse(older)!.CompareTo(KernelPackage.Parse(newer)), Is.Negative);
        Assert.That(KernelPackage.Parse(newer)!.CompareTo(KernelPackage.Parse(older)), Is.Positive);
    }

    private static string CapturedNames([CallerFilePath] string caller = "") => Path.Combine(Path.GetDirectoryName(caller)!, "Golden", "apt-cache-pkgnames.txt");
}
