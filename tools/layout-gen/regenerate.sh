#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# regenerate.sh : writes src/ArenaRuntime/Generated from the headers in arena-bpf/include/wd40. Run it after changing a header and
# commit the result; a test fails if that was forgotten.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
"$here/objects.sh" "$tmp"
dotnet run --project "$here/Wd40.LayoutGen.csproj" "$@" -- generate --out "$root/src/ArenaRuntime/Generated" "$tmp/layouts.o" "$tmp/constants.o"
