#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Publishes wd40: one self-contained executable (no .NET needed on the target), libbpf.so.1 beside it, and the aliases scx_wd40, scx_rusty and scx_rustland.
#
#	tools/wd40/publish.sh [--out DIR] [--artifacts DIR]
#
# libbpf is taken from the installed libbpf1 package, 1.4.6 or newer (tools/setup/install.sh installs it); Debian 12's own is too old.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
out=$root/artifacts/wd40
artifacts=$root/artifacts
while [ $# -gt 0 ]; do
	case $1 in
	--out) out=${2:?--out needs a directory}; shift 2 ;;
	--artifacts) artifacts=${2:?--artifacts needs a directory}; shift 2 ;;
	-h | --help) sed -n '3,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
	*) echo "publish.sh: unknown argument '$1'; see --help" >&2; exit 2 ;;
	esac
done

fail() {
	echo "publish.sh: $1" >&2
	exit 1
}

libbpf=$(dpkg -L libbpf1 2>/dev/null | grep '/libbpf\.so\.1$' | head -n 1) || true
[ -n "$libbpf" ] || fail "the package libbpf1 is not installed; run tools/setup/install.sh"
version=$(dpkg-query -W -f='${Version}' libbpf1)
dpkg --compare-versions "$version" ge 1:1.4.6 ||
	fail "libbpf1 is $version and 1.4.6 is needed; run tools/setup/install.sh"

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT INT TERM
log=$stage/publish.log
dotnet publish "$root/tools/wd40/Wd40.Tool.csproj" -c Release -p:Wd40Publish=true --artifacts-path "$artifacts" \
	-o "$stage/out" -nodeReuse:false -v quiet >"$log" 2>&1 || {
	cat "$log" >&2
	fail "dotnet publish failed, see above"
}

mkdir -p "$out"
cp "$stage/out/wd40" "$out/wd40.new"
cp -L "$libbpf" "$out/libbpf.so.1.new"
# Renamed into place: a running instance keeps its own files.
mv "$out/wd40.new" "$out/wd40"
mv "$out/libbpf.so.1.new" "$out/libbpf.so.1"
for name in wd40 rusty rustland; do
	ln -sfn wd40 "$out/scx_$name"
done
"$out/wd40" --version >/dev/null || fail "the published program does not start"
du -sh "$out/wd40" "$out/libbpf.so.1" | sed 's/^/published /'
