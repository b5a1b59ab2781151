#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# objects.sh DIR : compiles the two objects from which layout-gen generates: the layouts, and an enum with every integer macro.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out=$1
mkdir -p "$out"
clang=${WD40_CLANG:-}
for v in 19 20 21 22; do
	[ -n "$clang" ] || { command -v "clang-$v" >/dev/null 2>&1 && clang=clang-$v; } || true
done
[ -n "$clang" ] || { echo "objects.sh: error: no clang-19 or newer; run tools/setup/install.sh or set WD40_CLANG" >&2; exit 1; }
source=$root/arena-bpf/tests/layouts.bpf.c
compile() { "$clang" -O2 -g -target bpf -mcpu=v3 -D__TARGET_ARCH_x86 -Wall -Werror -Wno-missing-declarations -I "$root/arena-bpf/include" "$@"; }

compile -c "$source" -o "$out/layouts.o"

# Integer macros only: what is left after taking out names of other WD_ macros must be a constant expression.
{
	echo '#include "'"$source"'"'
	echo 'enum wd_constants {'
	compile -dM -E "$source" | awk '
		$1 == "#define" && $2 ~ /^WD_[A-Z0-9_]+$/ && NF > 2 {
			value = $0; sub(/^#define [A-Z0-9_]+ /, "", value)
			rest = value; gsub(/WD_[A-Z0-9_]+/, "0", rest)
			if (rest ~ /^[0-9a-fA-FxulUL()<>+*\/|&~ -]+$/) print "\twd_const_" $2 " = (" $2 "),"
		}' | sort
	echo '};'
	echo 'enum wd_constants wd_constants;'
} >"$out/constants.c"
compile -Wno-unused -c "$out/constants.c" -o "$out/constants.o"
