// SPDX-License-Identifier: GPL-2.0-only
namespace Wd40.Schedulers;

/// <summary>A number that may be given to a module before load.</summary>
/// <param name="Name">Its name, with the unit at the end: <c>slice-us</c>.</param>
/// <param name="Default">Its value when none is given.</param>
/// <param name="Smallest">Smallest value that is taken.</param>
/// <param name="Largest">Largest value that is taken.</param>
/// <param name="Help">One line on what it does.</param>
public sealed record ModuleSetting(string Name, ulong Default, ulong Smallest, ulong Largest, string Help);
