#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# apt-private.sh DIR SUITE... : writes a private apt configuration into DIR and prints the path of its apt.conf.
# The mirror and the key come from the machine's own sources (deb822 or one-line form), or from WD40_MIRROR;
# the system's apt configuration is neither changed nor used, only dpkg's status is shared.
set -eu

die() { echo "apt-private.sh: $*" >&2; exit 1; }
[ $# -ge 2 ] || die "usage: apt-private.sh DIR SUITE..."
dir=$(realpath -m "$1"); shift

# Debian main archives only: a line of another vendor must not be taken for the mirror.
from_deb822() {
	for f in /etc/apt/sources.list.d/*.sources; do
		[ -r "$f" ] || continue
		awk '
			function flush() { if (u != "" && s ~ /(^| )(bookworm|trixie|forky|sid|stable|testing|unstable)( |$)/ && c ~ /(^| )main( |$)/) { print u; exit } u = s = c = "" }
			/^URIs:/ { u = $2 } /^Suites:/ { sub(/^Suites:[ \t]*/, ""); s = $0 } /^Components:/ { sub(/^Components:[ \t]*/, ""); c = $0 }
			/^[ \t]*$/ { flush() } END { flush() }' "$f"
	done | head -n 1
}
from_one_line() {
	cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
	sed -nE 's/^deb[ \t]+(\[[^]]*\][ \t]+)?([^ \t]+)[ \t]+(bookworm|trixie|forky|sid|stable|testing|unstable)[ \t]+main.*$/\2/p' | head -n 1
}
uri=${WD40_MIRROR:-}
[ -n "$uri" ] || uri=$(from_deb822)
[ -n "$uri" ] || uri=$(from_one_line)
[ -n "$uri" ] || die "no Debian mirror found in /etc/apt/sources.list*; set WD40_MIRROR to the URL of one (for example that of another Debian machine)"

key=/usr/share/keyrings/debian-archive-keyring.gpg
[ -r "$key" ] || die "$key is missing: apt-get install debian-archive-keyring"

mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial" "$dir/pref.d"
: > "$dir/sources.list"
for suite in "$@"; do
	echo "deb [arch=amd64 signed-by=$key] $uri $suite main" >> "$dir/sources.list"
	echo "deb-src [signed-by=$key] $uri $suite main" >> "$dir/sources.list"
done
cat > "$dir/apt.conf" <<EOF
Dir::Etc::sourcelist "$dir/sources.list";
Dir::Etc::sourceparts "-";
Dir::Etc::preferences "$dir/pref";
Dir::Etc::preferencesparts "$dir/pref.d";
Dir::State::lists "$dir/lists";
Dir::Cache "$dir/cache";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
EOF
echo "$dir/apt.conf"
