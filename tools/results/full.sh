# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# full.sh : ./test.sh --full. Runs the pieces of pieces.txt that have not passed yet for the present commit. Sourced from the root of the tree.
#
# artifacts/full-results/DATE/COMMIT/PIECE.trx, .log, .xml/ (NUnit's results, which name the checks) and .verdict: "passed|failed PASSED
# FAILED SKIPPED TIME". The verdict is written last, so a piece that was interrupted has none and runs again.

full_results=artifacts/full-results
full_tools=tools/results
full_limit=${WD40_PIECE_LIMIT:-60m}

# The commit, and if the tree differs from it what differs: results of one tree never pass for another's.
full_commit() {
	local id changes
	id=$(git rev-parse --short=12 HEAD) || return 1
	changes=$(git status --porcelain) || return 1
	[ -z "$changes" ] || id="$id-$({ echo "$changes"; git diff HEAD; } | sha256sum | cut -c1-8)"
	echo "$id"
}

full_pieces() { # TIERS
	local name tier filter
	while read -r name tier filter; do
		case $name in '' | '#'*) continue ;; esac
		case ",$1," in *",$tier,"*) echo "$name $tier $filter" ;; esac
	done <"$full_tools/pieces.txt"
}

# Prints the newest file PIECE.verdict of a commit, or nothing.
full_verdict() { # COMMIT PIECE
	local file newest=
	for file in "$full_results"/*/"$1/$2.verdict"; do
		[ -f "$file" ] && newest=$file
	done
	echo "$newest"
}

full_list() { # TIERS
	local commit name tier filter file
	commit=$(full_commit) || return 1
	echo "commit $commit"
	while read -r name tier filter; do
		file=$(full_verdict "$commit" "$name")
		printf '%-16s %-5s %s\n' "$name" "$tier" "$([ -n "$file" ] && cat "$file" || echo 'to run')"
	done < <(full_pieces "$1")
}

full_counter() { sed -n "s/.*<Counters [^>]*\b$2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1; }

full_piece() { # COMMIT NAME PROJECT FILTER
	local out trx status passed failed total word=failed
	out="$full_results/$(date -u +%F)/$1"
	mkdir -p "$out" && rm -rf "$out/$2".*
	trx="$out/$2.trx"
	# In the background and waited for, so that an interrupt is acted on at once.
	timeout -k 30 "$full_limit" dotnet test "tests/$3/$3.csproj" -c Release --no-build --nologo --logger "trx;LogFileName=$PWD/$trx" \
		--logger "console;verbosity=normal" ${4:+--filter "$4"} -- "NUnit.TestOutputXml=$PWD/$out/$2.xml" >"$out/$2.log" 2>&1 &
	full_pid=$!
	wait "$full_pid"
	status=$?
	full_pid=
	passed=0 failed=0 total=0
	[ -s "$trx" ] && passed=$(full_counter "$trx" passed) failed=$(full_counter "$trx" failed) total=$(full_counter "$trx" total)
	if [ "$status" -eq 0 ] && [ "${failed:-0}" -eq 0 ] && [ "${passed:-0}" -gt 0 ]; then word=passed; fi
	# What ended early, at its limit or by a crash, is at least one failure.
	if [ $word = failed ] && [ "${failed:-0}" -eq 0 ]; then failed=1; fi
	echo "$word ${passed:-0} $failed $((${total:-0} > ${passed:-0} + failed ? ${total:-0} - ${passed:-0} - failed : 0)) $(date -u +%FT%H:%MZ)" >"$out/.$2"
	mv "$out/.$2" "$out/$2.verdict"
	echo "$2: $(cat "$out/$2.verdict")"
}

# Runs what is left; sets passed, failed, skipped and ran (tiers) to the sums over all pieces of this commit.
full_run() { # TIERS
	local commit name tier filter file project word p f s
	local results=()
	commit=$(full_commit) || return 1
	full_pid=
	trap '[ -n "$full_pid" ] && kill -TERM "$full_pid" 2>/dev/null; echo "interrupted; ./test.sh --full goes on from here"; exit 130' INT TERM
	while read -r name tier filter <&3; do
		file=$(full_verdict "$commit" "$name")
		if [ -n "$file" ] && read -r word p f s _ <"$file" && [ "$word" = passed ]; then
			echo "$name: has passed, $(cat "$file")"
		else
			case $tier in unit) project=Wd40.UnitTests ;; host) project=Wd40.HostTests ;; *) project=Wd40.VmTests ;; esac
			[ "$filter" != - ] || filter=
			full_piece "$commit" "$name" "$project" "$filter"
			file=$(full_verdict "$commit" "$name")
			read -r word p f s _ <"$file"
		fi
		passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s)) ran="$ran,$tier"
		for file in "${file%.verdict}".xml/*.xml; do
			[ ! -s "$file" ] || results+=("$file")
		done
	done 3< <(full_pieces "$1")
	trap - INT TERM
	[ ${#results[@]} -eq 0 ] || awk -v mode=summary -f "$full_tools/checks.awk" "$full_tools/checks.txt" "${results[@]}"
}
