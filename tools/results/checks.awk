# SPDX-License-Identifier: GPL-2.0-only
# Verdicts of the acceptance checks from test results: the tests' property Check in NUnit's result files (.xml; the .trx files do not have
# it). One file with the names of the checks (number, tab, name) comes first, then any number of result files.
#
#   awk -v mode=line    -f checks.awk checks.txt RESULTS.xml...    one line: passed, failed, without a test
#   awk -v mode=summary -f checks.awk checks.txt RESULTS.xml...    a line a check: number, verdict, time of its last test, name
#
# A check is passed when all its tests are; one test that failed or did not run to its end fails it. Of a test that ran again the last result
# counts, by the time at which it ended and then by the order of the files.

function attribute(line, name) {
	return match(line, " " name "=\"[^\"]*\"") ? substr(line, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : ""
}

# A test that is over: counts for its own checks and for those of the suites around it (the cases of one method).
function count(    level) {
	inside = 0
	if (test in endOf && ended < endOf[test])
		return
	for (level = 0; level <= depth; level++)
		own = own " " suite[level]
	checksOf[test] = own
	outcomeOf[test] = outcome
	endOf[test] = ended
}

function judge(    test, part, parts, i) {
	for (test in outcomeOf) {
		parts = split(checksOf[test], part, " ")
		for (i = 1; i <= parts; i++) {
			seen[part[i]]++
			if (outcomeOf[test] != "Passed")
				bad[part[i]]++
			if (endOf[test] > last[part[i]])
				last[part[i]] = endOf[test]
		}
	}
}

FNR == 1 { file++; depth = inside = 0; suite[0] = "" }

file == 1 {
	tab = index($0, "\t")
	if (tab) {
		order[++checks] = substr($0, 1, tab - 1)
		title[order[checks]] = substr($0, tab + 1)
	}
	next
}

/<test-suite / { suite[++depth] = "" }

/<\/test-suite>/ { depth-- }

/<test-case / {
	inside = 1
	own = ""
	test = attribute($0, "fullname")
	if (test == "")
		test = FILENAME ":" FNR
	outcome = attribute($0, "result")
	ended = attribute($0, "end-time")
	if ($0 ~ /\/>[ \r]*$/)
		count()
}

/<property name="Check" / {
	if (inside)
		own = own " " attribute($0, "value")
	else
		suite[depth] = suite[depth] " " attribute($0, "value")
}

/<\/test-case>/ { count() }

END {
	judge()
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
