# SPDX-License-Identifier: GPL-2.0-only
# Tests that failed because the emulator killed their guest (tools/vm/EmulatorFault.cs), from NUnit's result files: a full name a line.
#
#   awk -f killed.awk RESULTS.xml...

/<test-case / {
	name = killed = ""
	if ($0 ~ / result="Failed"/ && match($0, / fullname="[^"]*"/))
		name = substr($0, RSTART + 11, RLENGTH - 12)
}

/the emulator killed it/ { killed = 1 }

/<\/test-case>/ {
	if (name != "" && killed) {
		gsub(/&quot;/, "\"", name)
		gsub(/&lt;/, "<", name)
		gsub(/&gt;/, ">", name)
		gsub(/&amp;/, "\\&", name)
		print name
	}
	name = ""
}
