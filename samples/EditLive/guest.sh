#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The guest's half of run.sh: starts `dotnet watch` on a policy, edits that three times beside a hog and four sleepers, and looks at what the kernel says.
set -u
cd "$1" || exit 1
export HOME=/root PATH=/usr/share/dotnet:$PATH DOTNET_CLI_HOME=/tmp DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_WATCH_SUPPRESS_EMOJIS=1 MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false DOTNET_TieredPGO=0 TERM=dumb
log=/tmp/watch.log ext=/sys/kernel/sched_ext longest_gap_ms=2000 limit=900

say() { printf '%7.1f s  %s\n' "$(cut -d ' ' -f 1 /proc/uptime)" "$*"; }
fail() {
	say "FAILED: $*"
	tail -n 40 $log
	exit 1
}
scheduler() { echo "$(cat $ext/state) $(cat $ext/root/ops 2>/dev/null), attached $(cat $ext/enable_seq) time(s)"; }
until_true() { # WHAT COMMAND...
	what=$1 waited=0
	shift
	until "$@"; do
		kill -0 "$watch" 2>/dev/null || fail "dotnet watch has ended before: $what"
		[ $waited -lt $limit ] || fail "not within $limit s: $what"
		sleep 1
		waited=$((waited + 1))
	done
	say "$what: $(scheduler)"
}
is_enabled() { [ "$(cat $ext/state)" = enabled ]; }
seen() { [ "$(grep -c "$2" $log)" -ge "$1" ]; } # TIMES PATTERN
edit() { # WHAT SED
	say "edit: $1"
	sed -i "$2" FifoPolicy.cs
}

# The image has no times of files: one for all, so that nothing counts as changed.
find . -type f -print0 | xargs -0 touch -d "$(date '+%Y-%m-%d %H:%M:%S')"
dotnet watch --no-hot-reload -- fifo 600 >$log 2>&1 &
watch=$!
say "dotnet watch is started"
until_true "the policy schedules" is_enabled
attached=$(scheduler)
/opt/wd40/wd40-load hogs --groups 1 --warmup 0 --seconds 3000 --end-on-signal >/tmp/hogs.json &
hogs=$!
/opt/wd40/wd40-load timer --tasks 4 --period-us 20000 --work-us 200 --hogs-per-cpu 0 --loops-per-us 25 --warmup 1 --seconds 3000 >/dev/null &
sleep 10

edit "slices of 2 ms in place of 5" 's/5_000_000/2_000_000/'
until_true "the new text has taken over" seen 1 'adopted samples from process'
sleep 10
edit "a text that does not build" 's/_arrivals++/_arrivals+++/'
until_true "the compiler has refused it" seen 1 'error CS'
[ -z "$(pidof run-policy)" ] || fail "a process runs the text before"
say "no process; the kernel half goes on: $(scheduler)"
until_true "dotnet watch looks at the files again" seen 1 'Waiting for a file to change'
sleep 10
edit "it builds again" 's/_arrivals+++/_arrivals++/'
until_true "the mended text has taken over" seen 2 'adopted samples from process'
sleep 10

kill -USR1 $hogs
wait $hogs || fail "the hog"
gap=$(sed -n 's/.*"alive".*"longest_gap_ns":\([0-9]*\).*/\1/p' /tmp/hogs.json | tail -n 1)
gap=$((${gap:-999999999999} / 1000000))
say "longest time in which the hog made no progress: $gap ms"
[ "$(scheduler)" = "$attached" ] || fail "it was '$attached', and is '$(scheduler)'"
[ $gap -lt $longest_gap_ms ] || fail "the hog waited for $gap ms, at least $longest_gap_ms"

kill -TERM $watch
while policy=$(pidof run-policy); do
	kill -TERM "$policy"
	sleep 1
done
rm -r /sys/fs/bpf/wd40/samples
sleep 3
[ "$(cat $ext/state)" = disabled ] || fail "it is still attached: $(scheduler)"
say "ok: edited three times under load, attached once, and ended"
