// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.LoadBalance;

/// <summary>
/// The infeasible-weights problem: a task cannot use more CPU time than its duty cycle; if its share by weight exceeds that, its weight
/// distorts the distribution. The solver finds lambda such that clamping every weight to it makes lambda = L' / P, where L' is the clamped
/// load sum and P the number of CPUs: tasks above lambda get exactly their duty cycle, the rest share what is left by weight.
/// </summary>
public static class InfeasibleWeights
{
    private const double Epsilon = 1e-4;

    /// <summary>Finds lambda, the effective largest weight.</summary>
    /// <param name="weights">Weights in ascending order.</param>
    /// <param name="duty">Sum of the duty cycles of all tasks of each weight.</param>
    /// <param name="cpus">CPUs that run them.</param>
    /// <returns>Lambda, or positive infinity when every weight is feasible or the machine is under-utilised.</returns>
    public static double Solve(ReadOnlySpan<double> weights, ReadOnlySpan<double> duty, int cpus)
    {
        if (weights.Length != duty.Length)
            throw new ArgumentException($"{weights.Length} weights and {duty.Length} duty sums", nameof(duty));
        ArgumentOutOfRangeException.ThrowIfLessThan(cpus, 1);
        double load = 0, largest = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            load += weights[i] * duty[i];
            if (duty[i] > 0)
                largest = Math.Max(largest, weights[i]);
        }
        double lambda = load / cpus, clamped = 0;
        if (largest < lambda - Epsilon)
            return double.PositiveInfinity;
        for (int i = weights.Length - 1; i >= 0; i--)
        {
            if (duty[i] <= 0)
                continue;
            if (lambda >= weights[i] - Epsilon)
                return lambda;
            clamped += duty[i];
            load -= weights[i] * duty[i];
            if (clamped >= cpus)
                return double.PositiveInfinity; // more duty above than CPUs: measured averages lag, no weight is to be trusted
            lambda = load / (cpus - clamped);
        }
        return double.PositiveInfinity;
    }
}
