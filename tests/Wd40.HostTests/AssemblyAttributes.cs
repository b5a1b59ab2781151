// SPDX-License-Identifier: GPL-2.0-only
[assembly: Category("Host")]

[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
