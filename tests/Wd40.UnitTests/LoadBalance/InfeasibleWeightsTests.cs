// SPDX-License-Identifier: GPL-2.0-only
using Wd40.LoadBalance;

namespace Wd40.UnitTests.LoadBalance;

public sealed class InfeasibleWeightsTests
{
    [TestCase(32, new double[] { 1, 10000 }, new double[] { 64, 1 }, 2.064516, 66.064516)]
    [TestCase(4, new double[] { 1, 10000 }, new double[] { 7, 1 }, 2.333333, 9.333333)]
    [TestCase(8, new double[] { 100, 1000, 5000 }, new double[] { 8, 2, 1 }, 160, 1280)]
    [Property("Check", "A-29")]
    public void Lambda_follows_the_vectors(int cpus, double[] weights, double[] duty, double lambda, double total)
    {
        double got = InfeasibleWeights.Solve(weights, duty, cpus);
        Assert.Multiple(() =>
        {
            Assert.That(got, Is.EqualTo(lambda).Within(1e-6));
            Assert.That(Clamped(weights, duty, got), Is.EqualTo(total).Within(1e-6));
        });
    }

    [Test]
    [Property("Check", "A-29")]
    public void Feasible_weights_stay()
    {
        double[] weights = [100, 200], duty = [4, 4];
        double lambda = InfeasibleWeights.Solve(weights, duty, 4);
        Assert.That(Clamped(weights, duty, lambda), Is.EqualTo(1200).Within(1e-6));
    }

    [Test]
    [Property("Check", "A-29")]
    public void An_under_utilised_machine_is_left_alone() =>
        Assert.That(InfeasibleWeights.Solve([100, 9000], [1, 1], 8), Is.EqualTo(double.PositiveInfinity));

    [FsCheck.NUnit.Property(MaxTest = 500)]
    [Property("Check", "A-29")]
    public void Lambda_is_the_clamped_load_per_cpu_whenever_it_clamps(byte[] counts, byte cpuCount)
    {
        int cpus = (cpuCount % 64) + 1;
        double[] weights = [.. counts.Take(20).Select((_, i) => Math.Floor(Math.Pow(1.6, i)) + i)];
        double[] duty = [.. counts.Take(20).Select(count => count / 8.0)];
        double lambda = InfeasibleWeights.Solve(weights, duty, cpus);
        if (double.IsFinite(lambda))
            Assert.That(lambda * cpus, Is.EqualTo(Clamped(weights, duty, lambda)).Within(1e-3 * cpus));
    }

    private static double Clamped(double[] weights, double[] duty, double lambda) => weights.Zip(duty, (w, d) => Math.Min(w, lambda) * d).Sum();
}
