// SPDX-License-Identifier: GPL-2.0-only
// Two guests at once: as many as the runner has slots for. A guest in instruction-count mode uses one core of the host.
[assembly: LevelOfParallelism(2)]
[assembly: Category("Vm")]
