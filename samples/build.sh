#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Builds the samples as an outside project is built: packages of this tree, copies of the samples elsewhere, nothing else of the tree.
#
#	samples/build.sh --out DIR
#
# The tree must have been built (dotnet build Wd40.sln -c Release). No network is used: what the packages depend on is taken from the machine's
# own package cache, where building the tree has put it. Left in DIR: feed/ (packages), mymodule/ (the sample, built), mine/ and my_scheduler/
# (what dotnet new makes of both templates, built), src/ (their sources).
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
out=
while [ $# -gt 0 ]; do
	case $1 in
	--out) out=${2:?--out needs a directory}; shift 2 ;;
	-h | --help) sed -n '3,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
	*) echo "build.sh: unknown argument '$1'; see --help" >&2; exit 2 ;;
	esac
done
[ -n "$out" ] || { echo "build.sh: --out DIR is needed" >&2; exit 2; }
umask 022
rm -rf "$out"
mkdir -p "$out/feed" "$out/src" "$out/cache"
out=$(CDPATH='' cd -- "$out" && pwd)

quiet() {
	"$@" >"$out/log" 2>&1 || { cat "$out/log" >&2; echo "build.sh: $* failed" >&2; exit 1; }
}

quiet dotnet build "$root/build/Packages.proj" -nologo -v quiet -nodeReuse:false -t:Pack -p:PackageOutputPath="$out/feed"

cache=${NUGET_PACKAGES:-$HOME/.nuget/packages}
for package in communitytoolkit.highperformance system.io.hashing system.runtime.compilerservices.unsafe; do
	cp "$cache/$package"/*/*.nupkg "$out/feed/"
done
cat >"$out/nuget.config" <<END
<configuration><packageSources><clear /><add key="wd40" value="$out/feed" /></packageSources></configuration>
END

# A package cache and a place for templates of their own: nothing of an earlier build is taken for this one, and nothing is left behind.
export NUGET_PACKAGES="$out/cache" DOTNET_CLI_HOME="$out/home" DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
build() { # PROJECT OUT
	quiet dotnet build "$1" -c Release -nologo -v quiet -nodeReuse:false -p:RestoreConfigFile="$out/nuget.config" -o "$2"
}

# The sample itself, then what the templates make of it under another name.
cp -R "$root/samples/MyModule" "$out/src/mymodule"
build "$out/src/mymodule/mymodule.csproj" "$out/mymodule"
quiet dotnet new install "$out"/feed/Wd40.Templates.*.nupkg
quiet dotnet new wd40-module -n mine -o "$out/src/mine" --no-update-check
quiet dotnet new wd40-scheduler -n my_scheduler -o "$out/src/my_scheduler" --no-update-check
build "$out/src/mine/mine.csproj" "$out/mine"
build "$out/src/my_scheduler/my_scheduler.csproj" "$out/my_scheduler"
