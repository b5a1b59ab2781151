# SPDX-License-Identifier: GPL-2.0-only
# Verdicts of the acceptance checks from test results: the tests' property Check in .trx files. One file with the names of the checks
# (number, tab, name) comes first, then any number of .trx files.
#
#   awk -v mode=line    -f checks.awk checks.txt RESULTS.trx...    one line: passed, failed, without a test
#   awk -v mode=summary -f checks.awk checks.txt RESULTS.trx...    a line a check: number, verdict, time of its last test, name
#
# A check is passed when all its tests are; one test that failed or did not run to its end fails it.

function attribute(line, name,    at) {
	at = match(line, " " name "=\"[^\"]*\"")
	return at ? substr(line, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : ""
}

FNR == 1 { file++ }

file == 1 {
	tab = index($0, "\t")
	if (tab) {
		order[++checks] = substr($0, 1, tab - 1)
		title[order[checks]] = substr($0, tab + 1)
	}
	next
}

/<UnitTestResult / {
	id = attribute($0, "testId")
	outcome[file, id] = attribute($0, "outcome")
	ended[file, id] = attribute($0, "endTime")
}

/<UnitTest / { test = attribute($0, "id"); key = "" }

/<\/UnitTest>/ { test = "" }

test != "" {
	# Key and value on one line or on two.
	rest = $0
	while (match(rest, /<(Key|Value)>[^<]*<\/(Key|Value)>/)) {
		word = substr(rest, RSTART, RLENGTH)
		rest = substr(rest, RSTART + RLENGTH)
		isKey = word ~ /^<Key>/
		gsub(/<[^>]*>/, "", word)
		if (isKey)
			key = word
		else if (key == "Check")
			member[++members] = file SUBSEP test SUBSEP word
	}
}

END {
	for (i = 1; i <= members; i++) {
		split(member[i], part, SUBSEP)
		check = part[3]
		seen[check]++
		result = outcome[part[1], part[2]]
		if (result != "Passed")
			bad[check]++
		if (ended[part[1], part[2]] > last[check])
			last[check] = ended[part[1], part[2]]
	}
	for (i = 1; i <= checks; i++) {
		check = order[i]
		verdict = !seen[check] ? "no test" : bad[check] ? "FAILED" : "passed"
		if (mode == "summary") {
			when = substr(last[check], 1, 16)
			sub(/T/, " ", when)
			printf "%-5s %-8s %-17s %s\n", check, verdict, when, title[check]
		} else {
			list[verdict] = list[verdict] " " check
		}
	}
	if (mode != "summary")
		printf "checks passed:%s; failed:%s; no test among those that ran:%s\n", list["passed"] ? list["passed"] : " none", list["FAILED"] ? list["FAILED"] : " none", list["no test"] ? list["no test"] : " none"
}
