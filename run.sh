#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# run.sh : installs what is missing, builds, boots a real sched_ext kernel in QEMU, runs a scheduler there under load and shows what it did.
set -eu -o pipefail

usage() {
	cat <<'EOF'
usage: ./run.sh [SCHEDULER] [--kernel SERIES|BZIMAGE] [--append ARGS] [--topology NODES,LLCS,CORES[,THREADS]] [--seconds N] [--json]
       ./run.sh [SCHEDULER] --host      on this machine, if it has sched_ext

SCHEDULER is one of
  wd40        the default: a crowd of hogs that begin on one domain, a sleeper, hackbench; 8 CPUs, 2 last-level caches
  rusty       the same
  rustland    a game (60 frames a second) beside a parallel build: how late its frames begin, and how many it misses; 4 CPUs

The load runs under the default scheduler and then under SCHEDULER, in the same boot.
--kernel    a kernel series such as 6.18, or an image; the newest one when not given
--append    more kernel arguments
--seconds   measured window of each load, seconds of guest time, 4 to 600; 10 when not given, for rustland 20
--json      the report as one JSON object on standard output

Exits with 0 only if SCHEDULER was enabled, did its work (wd40, rusty: migrations were applied; rustland: its policy made decisions) and detached
cleanly.
EOF
}

refuse() {
	echo "run.sh: there is no demonstration of '$1'; name one of wd40, rusty, rustland (./run.sh --help)" >&2
	exit 2
}

# A relative path of a kernel is one of the user's directory, not of the tree's; a series stays one, whatever files there are.
from_user() {
	if [ "$1" != newest ] && [[ ! $1 =~ ^[0-9]+\.[0-9]+$ ]] && [ -f "$1" ]; then realpath -- "$1"; else printf '%s\n' "$1"; fi
}
args=()
while [ $# -gt 0 ]; do
	case $1 in
	-h | --help) usage; exit 0 ;;
	--kernel=*) args+=("--kernel=$(from_user "${1#*=}")") ;;
	--kernel) args+=("$1"); if [ $# -gt 1 ]; then shift; args+=("$(from_user "$1")"); fi ;;
	--append | --topology | --seconds) args+=("$1"); if [ $# -gt 1 ]; then shift; args+=("$1"); fi ;;
	wd40 | rusty | rustland) args+=("$1") ;;
	[!-]*) refuse "$1" ;; # before anything is installed or built
	*) args+=("$1") ;;
	esac
	shift
done
cd "$(dirname "$0")"

began=$SECONDS
say() { printf '%4d s  %s\n' $((SECONDS - began)) "$*" >&2; }
say "installing what is missing (the first time about 100 MB) ..."
tools/setup/install.sh
out=artifacts/wd40
log=artifacts/run-build.log
mkdir -p artifacts
say "building wd40 and the workload program ..."
make -s -C workloads O="$PWD/artifacts/workloads" >"$log" 2>&1 || { tail -n 20 "$log" >&2; echo "run.sh: the workload program did not build, see $log" >&2; exit 1; }
MSBUILDDISABLENODEREUSE=1 tools/wd40/publish.sh --out "$out" >>"$log" 2>&1 || { tail -n 20 "$log" >&2; echo "run.sh: the build failed, see $log" >&2; exit 1; }
cp -f artifacts/workloads/wd40-load "$out/wd40-load"
say "running ..."
exec "$out/wd40" demo --files "$PWD/$out" ${args[@]+"${args[@]}"}
