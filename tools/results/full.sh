# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# full.sh : ./test.sh --full. Runs the pieces of pieces.txt that have not passed yet for the present tree. Sourced from the root of the tree.
#
# artifacts/full-results/DATE/TREE/PIECE.trx, .log, .xml/ (NUnit's results, which name the checks) and .verdict: "passed|failed PASSED
# FAILED SKIPPED TIME". The verdict is written last, so a piece that was interrupted has none and runs again.

full_results=artifacts/full-results
full_tools=tools/results
full_limit=${WD40_PIECE_LIMIT:-60m}

full_guests=tests/Wd40.VmTests

# Prints the files of the fixtures that a filter does not name, as pathspecs that leave them out. A filter that names none leaves nothing out.
full_others() { # FILTER
	local names file name others=() named=0
	names=$(grep -oE '\bFullyQualifiedName~[A-Za-z0-9]+' <<<"$1" | cut -d'~' -f2)
	for file in $full_guests/*Tests*.cs $full_guests/*Figures*.cs; do
		for name in $names; do
			case ${file##*/} in *"$name"*) named=1; continue 2 ;; esac
		done
		others+=(":!$file")
	done
	[ $named = 0 ] || [ ${#others[@]} -eq 0 ] || printf '%s\n' "${others[@]}"
}

# Names what a piece's results hold for: its filter and all files with their contents, committed or not. Of guests, without what they do not see:
# documents, benchmarks, this bookkeeping, the tests of the other tiers and those of other fixtures; and where the filter names one of the two
# schedulers that order in the kernel, what is the third's alone. The pieces take many hours, and what came of them is written down meanwhile.
full_tree() { # TIER FILTER
	local what=(.)
	if [ "$1" = vm ]; then
		mapfile -t what < <(full_others "$2")
		what=(. ':!*.md' ':!bench' ':!tools/results' ':!test.sh' ':!tests/Wd40.UnitTests' ':!tests/Wd40.HostTests' "${what[@]}")
		case $2 in *Name~wd40* | *Name~rusty*)
			what+=(':!src/Policies' ':!src/ArenaRuntime/Generated/WdUserStats.g.cs' ':!arena-bpf/include/wd40/rings.h')
			what+=(':!arena-bpf/core/userspace*' ':!arena-bpf/core/custody.h' ':!arena-bpf/core/decisions.h')
			;;
		esac
	fi
	# A file that git knows and that is not there any more shows as sha256sum's message.
	{
		echo "$2"
		git ls-files -zco --exclude-standard -- "${what[@]}" | sort -zu | xargs -0 sha256sum 2>&1
	} | sha256sum | cut -c1-12
}

full_pieces() { # TIERS NAMES: those of the tiers, or of these only those that are named
	local name tier filter
	while read -r name tier filter; do
		case $name in '' | '#'*) continue ;; esac
		case ",$1," in *",$tier,"*) ;; *) continue ;; esac
		case ",${2:-$name}," in *",$name,"*) echo "$name $tier $filter" ;; esac
	done <"$full_tools/pieces.txt"
}

full_unknown() { # NAMES: prints the first that no piece has
	local name
	for name in ${1//,/ }; do
		grep -q "^$name " "$full_tools/pieces.txt" || { echo "$name"; return; }
	done
}

# Prints the newest file PIECE.verdict of a tree, or nothing.
full_verdict() { # TREE PIECE
	local file newest=
	for file in "$full_results"/*/"$1/$2.verdict"; do
		[ -f "$file" ] && newest=$file
	done
	echo "$newest"
}

full_list() { # TIERS NAMES
	local name tier filter file
	while read -r name tier filter; do
		file=$(full_verdict "$(full_tree "$tier" "$filter")" "$name")
		printf '%-16s %-5s %s\n' "$name" "$tier" "$([ -n "$file" ] && cat "$file" || echo 'to run')"
	done < <(full_pieces "$1" "$2")
}

full_counter() { sed -n "s/.*<Counters [^>]*\b$2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1; }

full_piece() { # TREE NAME PROJECT FILTER
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

# Runs what is left; sets passed, failed, skipped and ran (tiers) to the sums over all these pieces.
full_run() { # TIERS NAMES
	local tree name tier filter file project word p f s
	local results=()
	full_pid=
	trap '[ -n "$full_pid" ] && kill -TERM "$full_pid" 2>/dev/null; echo "interrupted; ./test.sh --full goes on from here"; exit 130' INT TERM
	while read -r name tier filter <&3; do
		tree=$(full_tree "$tier" "$filter")
		file=$(full_verdict "$tree" "$name")
		if [ -n "$file" ] && read -r word p f s _ <"$file" && [ "$word" = passed ]; then
			echo "$name: has passed, $(cat "$file")"
		else
			case $tier in unit) project=Wd40.UnitTests ;; host) project=Wd40.HostTests ;; *) project=Wd40.VmTests ;; esac
			[ "$filter" != - ] || filter=
			full_piece "$tree" "$name" "$project" "$filter"
			file=$(full_verdict "$tree" "$name")
			read -r word p f s _ <"$file"
		fi
		passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s)) ran="$ran,$tier"
		for file in "${file%.verdict}".xml/*.xml; do
			[ ! -s "$file" ] || results+=("$file")
		done
	done 3< <(full_pieces "$1" "$2")
	trap - INT TERM
	[ ${#results[@]} -eq 0 ] || awk -v mode=summary -f "$full_tools/checks.awk" "$full_tools/checks.txt" "${results[@]}"
}
