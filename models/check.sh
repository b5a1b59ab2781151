#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# check.sh : verifies the models of this folder with SPIN, and that each planted bug is found. See models.txt and docs/user-space-scheduling.md.
set -u -o pipefail
here=$(cd "$(dirname "$0")" && pwd)

usage() {
	cat <<'END'
usage: models/check.sh [--json] [NAME...]

Checks the properties and planted bugs of models/models.txt, or those named, one line each. Status 1 when a property does not hold or a planted
bug is not found (the trace of the former is printed), 2 when a program is missing or an argument is wrong.
END
}

json=0 names=()
while [ $# -gt 0 ]; do
	case $1 in
	--json) json=1 ;;
	-h | --help) usage; exit 0 ;;
	-*) echo "check.sh: unknown option '$1'" >&2; usage >&2; exit 2 ;;
	*) names+=("$1") ;;
	esac
	shift
done
for name in ${names[@]+"${names[@]}"}; do
	grep -q "^$name " "$here/models.txt" && continue
	echo "check.sh: no check '$name' in models.txt: $(sed '/^#/d; s/ .*//' "$here/models.txt" | paste -sd ' ')" >&2
	exit 2
done
for program in spin cc; do
	command -v "$program" >/dev/null || { echo "check.sh: '$program' is missing: run tools/setup/install.sh as root, or 'apt-get install spin gcc libc6-dev'" >&2; exit 2; }
done
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

wanted() { # NAME
	[ ${#names[@]} -gt 0 ] || return 0
	local name
	for name in "${names[@]}"; do [ "$name" != "$1" ] || return 0; done
	return 1
}

# Leaves the verifier's words in run.log. -w: size of the table of states, -m: depth; what does not fit is reported and fails the check.
verify() { # EXPECTED MODEL PROPERTY [DEFINE...]
	local level=-O1 model=$2 property=$3 defines=() define fair=
	[ "$1" = holds ] || level=-O0	# a bug is found at once: compiling is what takes time
	shift 3
	for define in "$@"; do defines+=("-D$define"); done
	rm -f pan* ./*.trail run.log
	spin -a ${defines[@]+"${defines[@]}"} "$here/$model.pml" >run.log 2>&1 || return
	# A model whose runs all end is checked without fairness, which SPIN does not apply to the endless rest of a run that has ended.
	[ "$property" = "${property#any:}" ] && fair=-f
	property=${property#any:}
	if [ "$property" != safety ] && ! grep -q "^ltl $property " "$here/$model.pml"; then
		echo "$model.pml has no formula '$property'" >run.log	# the verifier would take another one
		return 1
	fi
	if [ "$property" = safety ]; then
		cc -w $level -DSAFETY -DNOCLAIM -o pan pan.c >>run.log 2>&1 && ./pan -w20 -m100000 >run.log 2>&1
	else
		# -A: assertions are for `safety`; NFAIR=3: fairness for up to 14 processes
		cc -w $level -DNFAIR=3 -o pan pan.c >>run.log 2>&1 && ./pan -w18 -m200000 -A -a $fair -N "$property" >run.log 2>&1
	fi
}

# A planted bug must be found as a broken assertion or a fair cycle, not as an accident of the verifier.
outcome() {
	if grep -q 'errors: [1-9]' run.log && grep -qE 'assertion violated|acceptance cycle' run.log; then echo found
	elif grep -q 'errors: 0' run.log && ! grep -qE 'too small|out of memory|Search not completed' run.log; then echo holds
	else echo broken; fi
}

cd "$work" || exit 2
failed=0 separator='['
while read -r name model property expected defines; do
	case $name in '' | '#'*) continue ;; esac
	wanted "$name" || continue
	began=$(date +%s%N)
	# shellcheck disable=SC2086 # a list of words
	verify "$expected" "$model" "$property" $defines
	result=$(outcome)
	states=$(awk '/states, stored/ { print $1; exit }' run.log)
	seconds=$(awk -v ns=$(($(date +%s%N) - began)) 'BEGIN { printf "%.1f", ns / 1e9 }')
	verdict=ok
	[ "$result" = "$expected" ] || { verdict=FAILED; failed=1; }
	if [ $json = 1 ]; then
		printf '%s{"name": "%s", "model": "%s", "property": "%s", "defines": "%s", "expected": "%s", "result": "%s", "states": %s, "seconds": %s}' \
			"$separator" "$name" "$model" "$property" "$defines" "$expected" "$result" "${states:-0}" "$seconds"
		separator=$',\n '
	else
		printf '%-6s %-29s %-8s %10s states %5s s  %s\n' "$verdict" "$name" "$result" "${states:-0}" "$seconds" "$property${defines:+, $defines}"
	fi
	if [ $verdict = FAILED ]; then
		tail -n 20 run.log >&2
		# shellcheck disable=SC2086
		[ ! -e "$model.pml.trail" ] || spin -p -g -k "$model.pml.trail" $(printf -- '-D%s ' $defines | sed 's/^-D $//') "$here/$model.pml" 2>&1 | tail -n 200 >&2
	fi
done <"$here/models.txt"
[ $json = 0 ] || echo ']'
exit $failed
