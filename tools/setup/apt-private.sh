#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# apt-private.sh [-s] DIR SUITE... : writes a private apt configuration into DIR and prints the path of its apt.conf.
# -s adds the source packages. The mirror comes from the machine's own sources (deb822 or one-line form, below
# ${WD40_APT_SOURCES:-/etc/apt}), or from WD40_MIRROR; the system's apt configuration is neither changed nor used, only
# dpkg's status is shared. What is downloaded must be signed by a key of the distribution's archive keyring.
set -eu

die() { echo "apt-private.sh: $*" >&2; exit 1; }
sources=no
[ "${1:-}" != -s ] || { sources=yes; shift; }
[ $# -ge 2 ] || die "usage: apt-private.sh [-s] DIR SUITE..."
dir=$(realpath -m "$1"); shift
etc=${WD40_APT_SOURCES:-/etc/apt}

# Debian main archives only: a line of another vendor must not be taken for the mirror, nor the archive of security updates,
# whose suites have names of their own (bookworm-security, bookworm/updates).
from_deb822() {
	for f in "$etc"/sources.list.d/*.sources; do
		[ -r "$f" ] || continue
		awk '
			function flush() {
				if (u != "" && enabled && t ~ /(^| )deb( |$)/ && s ~ /(^| )(bookworm|trixie|forky|sid|stable|testing|unstable)( |$)/ && c ~ /(^| )main( |$)/) print u
				u = s = c = ""; t = "deb"; enabled = 1; field = ""
			}
			BEGIN { t = "deb"; enabled = 1 }
			{ sub(/\r$/, "") }
			/^#/ { next }
			/^[ \t]*$/ { flush(); next }
			/^[ \t]/ { value = $0; append = 1 }
			/^[^ \t]/ { field = tolower($0); sub(/:.*/, "", field); value = $0; sub(/^[^:]*:/, "", value); append = 0 }
			{
				gsub(/[ \t]+/, " ", value); sub(/^ /, "", value); sub(/ $/, "", value)
				if (field == "uris" && u == "") { split(value, uris, " "); u = uris[1] }
				else if (field == "suites") s = append ? s " " value : value
				else if (field == "components") c = append ? c " " value : value
				else if (field == "types") t = append ? t " " value : value
				else if (field == "enabled" && tolower(value) ~ /^(no|false|0|off)$/) enabled = 0
			}
			END { flush() }' "$f"
	done | head -n 1
}
from_one_line() {
	cat "$etc/sources.list" "$etc"/sources.list.d/*.list 2>/dev/null |
	sed -nE 's/^[ \t]*deb[ \t]+(\[[^]]*\][ \t]*)?([^ \t]+)[ \t]+(bookworm|trixie|forky|sid|stable|testing|unstable)[ \t]+(.*[ \t])?main([ \t].*)?$/\2/p' | head -n 1
}
uri=${WD40_MIRROR:-}
[ -n "$uri" ] || uri=$(from_deb822)
[ -n "$uri" ] || uri=$(from_one_line)
[ -n "$uri" ] || die "no Debian mirror found in $etc/sources.list and $etc/sources.list.d; set WD40_MIRROR to the URL of one (for example that of another Debian machine)"

key=/usr/share/keyrings/debian-archive-keyring.gpg
[ -r "$key" ] || die "$key is missing: apt-get install debian-archive-keyring"

mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial" "$dir/pref.d"
for suite in "$@"; do
	echo "deb [arch=amd64 signed-by=$key] $uri $suite main"
	[ $sources = no ] || echo "deb-src [signed-by=$key] $uri $suite main"
done > "$dir/sources.list"
cat > "$dir/apt.conf" <<END
Dir::Etc::sourcelist "$dir/sources.list";
Dir::Etc::sourceparts "-";
Dir::Etc::preferences "$dir/pref";
Dir::Etc::preferencesparts "$dir/pref.d";
Dir::State::lists "$dir/lists";
Dir::Cache "$dir/cache";
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
END
echo "$dir/apt.conf"
