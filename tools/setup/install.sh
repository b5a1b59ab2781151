#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# install.sh : installs what building and testing Wd40 needs on Debian 12 or 13 and is not there yet.
# Idempotent; with everything present it takes well under a second. Touches no apt configuration of the system.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=${WD40_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/wd40}

say() { echo "setup: $*" >&2; }
die() { echo "setup: error: $*" >&2; exit 1; }

# --- the one prerequisite ------------------------------------------------------------------------------------------
if ! command -v dotnet >/dev/null 2>&1 || ! dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; then
	die "the .NET 10 SDK is not installed. Install the package dotnet-sdk-10.0 of your distribution's or Microsoft's package feed, or run Microsoft's dotnet-install script with '--channel 10.0', and put 'dotnet' on PATH."
fi

. /etc/os-release 2>/dev/null || die "no /etc/os-release: only Debian 12 and 13 are supported"
[ "$(dpkg --print-architecture 2>/dev/null)" = amd64 ] || die "only amd64 is supported (this machine: $(uname -m))"
case "${VERSION_CODENAME:-}" in
bookworm) suites="bookworm bookworm-backports"; backports="-t bookworm-backports" ;;
trixie)   suites="trixie trixie-backports";     backports="" ;;
*) die "Debian '${VERSION_CODENAME:-unknown}' is not supported: use Debian 12 (bookworm) or 13 (trixie)" ;;
esac

missing() { # those of the named packages that are not installed
	for p in "$@"; do
		[ "$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || printf '%s ' "$p"
	done
}
plain="clang-19 llvm-19 clang-format-19 gcc libc6-dev make busybox-static cpio zstd xz-utils binutils libelf-dev zlib1g-dev spin"
newer="libbpf-dev libbpf1 bpftool qemu-system-x86"

need_plain=$(missing $plain)
need_newer=$(missing $newer)
# Debian 12's own libbpf (1.1) and QEMU (7.2, panics guests) do not serve: take those of the backports.
ver=$(dpkg-query -W -f='${Version}' libbpf1 2>/dev/null || true)
if [ -z "$ver" ] || dpkg --compare-versions "$ver" lt 1:1.4.6; then need_newer="$need_newer libbpf1 libbpf-dev"; fi
ver=$(dpkg-query -W -f='${Version}' qemu-system-x86 2>/dev/null || true)
if [ -z "$ver" ] || dpkg --compare-versions "$ver" lt 1:9.0; then need_newer="$need_newer qemu-system-x86 qemu-system-common qemu-system-data"; fi
[ -n "$need_plain$need_newer" ] || exit 0

[ "$(id -u)" = 0 ] || die "these packages are missing: $need_plain$need_newer- run this once as root (sudo ./run.sh), or install them yourself"
say "installing: $need_plain$need_newer(about 100 MB, once)"
conf=$("$here/apt-private.sh" "$cache/apt-tools" $suites)
export APT_CONFIG="$conf" DEBIAN_FRONTEND=noninteractive
apt-get -qq update || die "apt-get update failed (mirror: see $cache/apt-tools/sources.list); set WD40_MIRROR to another one"
log="$cache/install.log"
if [ -n "$need_plain" ]; then
	apt-get -qq install -y --no-install-recommends $need_plain >"$log" 2>&1 || { tail -n 15 "$log" >&2; die "apt-get failed, see $log"; }
fi
if [ -n "$need_newer" ]; then
	apt-get -qq install -y --no-install-recommends $backports $need_newer >>"$log" 2>&1 || { tail -n 15 "$log" >&2; die "apt-get failed, see $log"; }
fi
say "done"
