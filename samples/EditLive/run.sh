#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The demonstration of adoption: a guest schedules by samples/Policies/FifoPolicy.cs, which is edited there under `dotnet watch` while it runs under load.
#
#	samples/EditLive/run.sh [--kernel SERIES]
#
# Installs and builds what is missing, then takes some 9 minutes: the guest's processors are emulated, and the compiler runs on them. Exits
# with 0 only if the scheduler was attached once, each text that builds took over, one that does not left the kernel half to itself, and the
# hog beside it never waited for 2 s.
set -eu -o pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
kernel=newest
while [ $# -gt 0 ]; do
	case $1 in
	--kernel) kernel=${2:?--kernel needs a series}; shift 2 ;;
	-h | --help) sed -n '3,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
	*) echo "run.sh: unknown argument '$1'; see --help" >&2; exit 2 ;;
	esac
done

built=$root/artifacts
log=$built/edit-live-build.log
mkdir -p "$built"
build() {
	"$@" >>"$log" 2>&1 || { tail -n 20 "$log" >&2; echo "run.sh: '$*' failed, see $log" >&2; exit 1; }
}
echo "installing and building what is missing ..." >&2
"$root/tools/setup/install.sh"
: >"$log"
export MSBUILDDISABLENODEREUSE=1
build dotnet build "$root/Wd40.sln" -c Release -v quiet --nologo
build "$root/tools/wd40/publish.sh" --out "$built/wd40"
build make -s -C "$root/workloads" O="$built/workloads"
build "$root/samples/build.sh" --out "$built/samples"

library() { # NAME: its path on this machine
	ldconfig -p | awk -v name="$1" '$1 == name && /x86-64/ { print $NF; exit }'
}
dotnet_root=$(dirname "$(readlink -f "$(command -v dotnet)")")
libraries=()
for name in libssl.so.3 libcrypto.so.3; do
	path=$(library "$name")
	[ -n "$path" ] || { echo "run.sh: $name is not installed; the .NET SDK needs it (package libssl3)" >&2; exit 1; }
	libraries+=(--add "$path:/usr/lib/x86_64-linux-gnu/$name")
done

# The project as the guest has it, under the same path here, where its packages are restored: a guest has no network.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/project" "$work/cache"
cp "$root"/samples/RunPolicy/Program.cs "$root"/samples/Policies/*.cs "$root"/samples/EditLive/edit-live.csproj "$root"/samples/Composition/Directory.*.props "$work/project/"
cp -R "$built/samples/feed" "$work/feed"
cat >"$work/project/nuget.config" <<END
<configuration><packageSources><clear /><add key="wd40" value="$work/feed" /></packageSources></configuration>
END
build env "NUGET_PACKAGES=$work/cache" dotnet build "$work/project" -v quiet --nologo

"$built/wd40/wd40" vm run --kernel "$kernel" --topology 1,1,2 --memory 6000 --limit 3000 "${libraries[@]}" \
	--add "$dotnet_root:/usr/share/dotnet" --add "$work:$work" --add "$built/workloads/wd40-load:/opt/wd40/wd40-load" \
	--add "$built/wd40/libbpf.so.1:/usr/lib/x86_64-linux-gnu/libbpf.so.1" --add "$root/samples/EditLive/guest.sh:/opt/wd40/edit-live.sh" \
	-- "NUGET_PACKAGES=$work/cache sh /opt/wd40/edit-live.sh $work/project"
