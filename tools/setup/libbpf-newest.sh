#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# libbpf-newest.sh : builds the newest libbpf that Debian has (sid) from its source package, because sid's binary needs a newer libc,
# and prints the directory that holds libbpf.so.1: run a program with LD_LIBRARY_PATH set to it. Kept in the cache; nothing is
# installed. Needs gcc, make and the headers of libelf and zlib, which tools/setup/install.sh installs.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=${WD40_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/wd40}
base=$cache/libbpf-newest
mkdir -p "$base"
say() { echo "libbpf-newest.sh: $*" >&2; }
die() { say "$*"; exit 1; }

# One builder at a time; a second caller takes what the first one made. Looked up once a day.
exec 9>"$base/lock"
flock 9
if [ -n "$(find "$base/current" -maxdepth 0 -mtime -1 2>/dev/null)" ] && [ -e "$(cat "$base/current")/libbpf.so.1" ]; then
	cat "$base/current"
	exit 0
fi
fallback() { # the mirror is out of reach: what was built earlier is newest as far as this machine knows
	if [ -s "$base/current" ] && [ -e "$(cat "$base/current")/libbpf.so.1" ]; then
		say "$*; using the earlier build"
		cat "$base/current"
		exit 0
	fi
	die "$*; set WD40_MIRROR to another mirror"
}
conf=$("$here/apt-private.sh" -s "$base/apt" sid) || die "no Debian mirror"
export APT_CONFIG="$conf"
apt-get -qq update >"$base/apt.log" 2>&1 || fallback "apt-get update failed (see $base/apt.log)"
version=$(apt-cache showsrc --only-source libbpf | sed -n 's/^Version: //p' | sort -V | tail -n 1)
[ -n "$version" ] || fallback "sid has no source package libbpf"
name=$(echo "$version" | tr -c 'A-Za-z0-9.+~\n' _)
out=$base/$name
if [ ! -e "$out/libbpf.so.1" ]; then
	say "building libbpf $version"
	work=$(mktemp -d "$base/build.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	# apt checks the archive's signature and the files' hashes.
	(cd "$work" && apt-get -qq source --download-only --only-source "libbpf=$version") >>"$base/apt.log" 2>&1 || fallback "cannot download the source of libbpf $version (see $base/apt.log)"
	mkdir "$work/source"
	tar -C "$work/source" --strip-components=1 -xf "$(find "$work" -name 'libbpf_*.orig.tar.*' ! -name '*.asc')"
	make -s -C "$work/source/src" -j2 NO_PKG_CONFIG=1 OBJDIR="$work/objects" CC="${CC:-gcc}" >"$base/build.log" 2>&1 || die "libbpf $version does not build (see $base/build.log)"
	mkdir -p "$out"
	so=$(find "$work/objects" -name 'libbpf.so.1.*' -type f | head -n 1)
	[ -n "$so" ] || die "the build left no libbpf.so.1 (see $base/build.log)"
	cp "$so" "$out/libbpf.so.1.tmp"
	mv "$out/libbpf.so.1.tmp" "$out/libbpf.so.1"
fi
echo "$out" >"$base/current"
echo "$out"
