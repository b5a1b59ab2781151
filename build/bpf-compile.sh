#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# bpf-compile.sh SOURCE OBJECT INCLUDE LAYOUT-GEN... : compiles one BPF object, strips its DWARF, stamps its layout hashes.
# Beside OBJECT it leaves OBJECT.deps, the files the object was made from, one a line. LAYOUT-GEN is the command that stamps.
# WD40_CLANG names the compiler; without it the oldest of clang-19 to clang-22 is taken.
set -eu
source=$1 object=$2 include=$3
shift 3
clang=${WD40_CLANG:-}
for v in 19 20 21 22; do
	[ -n "$clang" ] || { command -v "clang-$v" >/dev/null 2>&1 && clang=clang-$v; } || true
done
if [ -z "$clang" ] || ! command -v "$clang" >/dev/null 2>&1; then
	echo "$source: error WD4001: no BPF compiler: ${clang:-clang-19 to clang-22} not found; run tools/setup/install.sh, or set WD40_CLANG" >&2
	exit 1
fi
# llvm-strip-19 belongs to clang-19, llvm-strip beside /usr/lib/llvm-19/bin/clang to that one.
llvm() { echo "$clang" | sed -E "s|clang(-[0-9]+)?\$|llvm-$1\1|"; }
mkdir -p "$(dirname "$object")"
trap 'rm -f "$object.tmp" "$object.d"' EXIT
# -fno-builtin: clang would merge stores to the arena into a memset after its pass that inserts address space casts.
"$clang" -O2 -g -target bpf -mcpu=v3 -D__TARGET_ARCH_x86 -fno-builtin -Wall -Werror -Wno-missing-declarations -I "$include" \
	-MD -MF "$object.d" -c "$source" -o "$object.tmp"
"$(llvm strip)" -g "$object.tmp"
"$@" stamp --objcopy "$(llvm objcopy)" "$object.tmp"
sed -e 's/^[^:]*: //' -e 's/\\$//' "$object.d" | tr ' ' '\n' | grep -v '^$' >"$object.deps"
mv "$object.tmp" "$object"
