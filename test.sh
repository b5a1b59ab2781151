#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# test.sh : installs what is missing, builds, and runs all tests. See tests/README.md for the tiers and their time budget.
set -u -o pipefail
cd "$(dirname "$0")" || exit 1

usage() {
	cat <<'EOF'
usage: ./test.sh [--tier unit,host,vm] [--filter EXPRESSION] [--full [--piece LIST] [--list]] [--no-format]

  --tier LIST    tiers to run (default: unit,host,vm)
                   unit  no privilege, no kernel
                   host  real BPF arenas and syscall programs on this kernel (root, Linux 6.9 or newer)
                   vm    schedulers on real sched_ext kernels in QEMU
  --filter EXPR  only tests that match (as 'dotnet test --filter')
  --full         the acceptance checks at full length instead of the scaled ones, in pieces of at most 60 minutes: those that have not
                 passed yet for this tree. Interrupted, it goes on there the next time. With --filter: just these tests, in one go.
  --piece LIST   with --full: only these pieces
  --list         with --full: the pieces and their results; runs nothing
  --no-format    leave the format checks out

WD40_EXPECT names the tiers that must run (default: those of --tier, or of the pieces); one that did not run counts as 1 failed.
Results (.trx, logs) are left in artifacts/test-results, those of the pieces in artifacts/full-results/DATE/TREE.
EOF
}

tiers=unit,host,vm filter= format=1 pieces=0 named= list=0
export WD40_FULL=${WD40_FULL:-0}
while [ $# -gt 0 ]; do
	case $1 in
	--tier) tiers=${2:?--tier needs a list}; shift ;;
	--filter) filter=${2:?--filter needs an expression}; shift ;;
	--full) WD40_FULL=1 pieces=1 ;;
	--piece) named=${2:?--piece needs a list}; shift ;;
	--list) list=1 ;;
	--no-format) format=0 ;;
	-h | --help) usage; exit 0 ;;
	*) echo "test.sh: unknown argument '$1'" >&2; usage >&2; exit 2 ;;
	esac
	shift
done
expected=${WD40_EXPECT:-}
for t in ${tiers//,/ } ${expected//,/ }; do
	case $t in unit | host | vm) ;; *) echo "test.sh: no tier '$t': unit, host, vm" >&2; exit 2 ;; esac
done

[ -z "$filter" ] || pieces=0
. tools/results/full.sh
if [ $list = 1 ] || [ -n "$named" ]; then
	[ $pieces = 1 ] || { echo "test.sh: --list and --piece go with --full, without --filter" >&2; exit 2; }
	unknown=$(full_unknown "$named")
	[ -z "$unknown" ] || { echo "test.sh: no piece '$unknown': see ./test.sh --full --list" >&2; exit 2; }
	[ -z "$named" ] || tiers=$(full_pieces "$tiers" "$named" | cut -d' ' -f2 | sort -u | paste -sd,)
	[ -n "$tiers" ] || { echo "test.sh: none of the pieces '$named' is of a tier of --tier" >&2; exit 2; }
fi
export WD40_EXPECT=${expected:-$tiers}
if [ $list = 1 ]; then
	full_list "$tiers" "$named"
	exit
fi

passed=0 failed=0 skipped=0 ran=
out=artifacts/test-results
rm -rf "$out" && mkdir -p "$out"
began=$SECONDS
say() { printf '== %4ds  %s\n' $((SECONDS - began)) "$*"; }
one_failed() { failed=$((failed + 1)); echo "FAILED: $*"; }
# Tiers that run beside others, and the processes.
declare -A beside=()
finish() {
	beside_ended unit
	beside_ended host
	for t in ${WD40_EXPECT//,/ }; do
		case ",$ran," in *",$t,"*) ;; *) one_failed "tier '$t' was expected and did not run" ;; esac
	done
	if [ $pieces = 0 ]; then
		local results=("$out"/*/*.xml)
		[ ! -s "${results[0]}" ] || awk -v mode=line -f tools/results/checks.awk tools/results/checks.txt "${results[@]}"
	fi
	say "done; results in $out"
	if [ $skipped -gt 0 ]; then echo "$passed passed, $failed failed, $skipped skipped"; else echo "$passed passed, $failed failed"; fi
	[ $failed -eq 0 ] && [ $passed -gt 0 ]
	exit
}

# Runs the tests of a tier; what is of interest is printed, all of it left in NAME.log.
run_tests() { # NAME PROJECT
	local filter=$filter
	# The scaled run makes some checks on the newest kernel only, and some not at all, see tests/README.md.
	[ "$1" != vm ] || [ -n "$filter" ] || filter='TestCategory!=full-only&(TestCategory!=one-kernel|FullyQualifiedName~newest)'
	dotnet test "tests/$2/$2.csproj" -c Release --no-build --nologo --logger "trx;LogFileName=$PWD/$out/$1.trx" --logger "console;verbosity=minimal" \
		${filter:+--filter "$filter"} -- "NUnit.TestOutputXml=$PWD/$out/$1" 2>&1 | tee "$out/$1.log" | grep -vE '^\s*$|^Starting test|^A total of|^Results File' | tail -n 80
	return "${PIPESTATUS[0]}"
}

# Adds up what came of a tier's tests.
count_tests() { # NAME STATUS
	local trx="$out/$1.trx" p f t
	if [ ! -s "$trx" ]; then one_failed "tier $1 produced no result (exit $2, see $out/$1.log)"; return; fi
	p=$(full_counter "$trx" passed) f=$(full_counter "$trx" failed) t=$(full_counter "$trx" total)
	passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0})) skipped=$((skipped + ${t:-0} - ${p:-0} - ${f:-0}))
	if [ "$2" -ne 0 ] && [ "${f:-0}" -eq 0 ]; then one_failed "tier $1 ended with status $2"; fi
	[ "${t:-0}" -gt 0 ] && ran="$ran,$1"
}

tier() { # NAME PROJECT
	say "tier $1"
	run_tests "$1" "$2"
	count_tests "$1" $?
}

wanted() { case ",$tiers," in *",$1,"*) ;; *) return 1 ;; esac; }

run_beside() { # NAME PROJECT [LOCK]
	(
		# Held by this shell alone: what the tests leave behind does not keep it.
		if [ $# -gt 2 ]; then exec 9>>"$3" && flock 9; fi
		run_tests "$1" "$2" 9>&-
	) >"$out/$1.shown" &
	beside[$1]=$!
}

beside_ended() { # NAME
	[ -n "${beside[$1]:-}" ] || return 0
	wait "${beside[$1]}"
	local status=$?
	unset "beside[$1]"
	say "tier $1, which ran beside others:"
	cat "$out/$1.shown"
	count_tests "$1" "$status"
}

# The emulator kills a guest now and then while the kernel patches its own code, see tools/vm/EmulatorFault.cs. What failed of that proves nothing and
# runs once more; whatever comes of it the second time counts.
again() {
	local killed where trx="$out/vm-again.trx" p t
	killed=$(awk -f tools/results/killed.awk "$out"/vm/*.xml)
	[ -n "$killed" ] || return
	say "the emulator killed the guest of $(wc -l <<<"$killed") test(s); they run once more"
	where=$(sed "s/.*/test == '&'/" <<<"$killed" | paste -sd '|' | sed 's/|/ or /g')
	dotnet test tests/Wd40.VmTests/Wd40.VmTests.csproj -c Release --no-build --nologo --logger "trx;LogFileName=$PWD/$trx" --logger "console;verbosity=minimal" \
		-- "NUnit.TestOutputXml=$PWD/$out/vm-again" "NUnit.Where=$where" 2>&1 | tee "$out/vm-again.log" | grep -vE '^\s*$|^Starting test|^A total of|^Results File' | tail -n 80
	[ -s "$trx" ] || return
	p=$(full_counter "$trx" passed) t=$(full_counter "$trx" total)
	[ "${t:-0}" -eq "$(wc -l <<<"$killed")" ] || return
	passed=$((passed + p)) failed=$((failed - p))
}

say "installing what is missing"
tools/setup/install.sh || { one_failed "installation"; finish; }

export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
say "building"
dotnet build Wd40.sln -c Release -v q --nologo -clp:NoSummary >"$out/build.log" 2>&1 || { tail -n 30 "$out/build.log"; one_failed "build (see $out/build.log)"; finish; }
make -s -C workloads O="$PWD/artifacts/workloads" >"$out/workloads.log" 2>&1 || { tail -n 20 "$out/workloads.log"; one_failed "workload program"; finish; }

# Beside all that comes before the guests: much of that keeps one CPU busy only.
if [ $pieces = 0 ] && wanted unit; then
	say "tier unit, beside what follows"
	run_beside unit Wd40.UnitTests
fi
if wanted vm; then
	say "publishing wd40 for the guests"
	tools/wd40/publish.sh --out artifacts/wd40 >"$out/publish.log" 2>&1 || { tail -n 20 "$out/publish.log"; one_failed "publish (see $out/publish.log)"; finish; }
fi
if wanted host || wanted vm; then
	say "building the samples outside the tree"
	samples/build.sh --out artifacts/samples >"$out/samples.log" 2>&1 || { tail -n 20 "$out/samples.log"; one_failed "samples (see $out/samples.log)"; finish; }
	# The host tier takes these, where it would build its own.
	export WD40_SAMPLES=$PWD/artifacts/samples
fi
if [ $format = 1 ]; then
	say "checking formats"
	# All C of the tree but what bpftool wrote.
	if find arena-bpf bench samples tests tools workloads -name '*.[ch]' ! -name vmlinux.h -exec clang-format-19 --dry-run --Werror {} + 2>"$out/clang-format.log"; then passed=$((passed + 1)); else head -n 10 "$out/clang-format.log"; one_failed "clang-format (run clang-format-19 -i)"; fi
	# Rules of style and the analyzers' are errors of the build. By folder, not by solution: no project is loaded, and samples outside it are seen too.
	if dotnet format whitespace . --folder --exclude artifacts --verify-no-changes >"$out/format.log" 2>&1; then passed=$((passed + 1)); else head -n 10 "$out/format.log"; one_failed "dotnet format (run dotnet format whitespace . --folder)"; fi
fi
if [ $pieces = 1 ]; then
	out=$full_results
	say "checks at full length, in pieces"
	full_run "$tiers" "$named"
	finish
fi
if wanted host && wanted vm; then
	# It keeps one CPU busy, as a guest does: it runs beside the first of them, in place of one (tools/vm/VmCache.cs has the locks).
	say "tier host, beside the first guests"
	locks=${WD40_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/wd40}/locks
	mkdir -p "$locks"
	run_beside host Wd40.HostTests "$locks/guest-slot-2.lock"
elif wanted host; then
	tier host Wd40.HostTests
fi
if wanted vm; then
	beside_ended unit
	tier vm Wd40.VmTests
	again
fi
finish
