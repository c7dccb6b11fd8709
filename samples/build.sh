#!/bin/sh
# Makes the samples anew, and with --expected also what libbpf and bpftool say of them, for test/golden/samples.
#
#   samples/build.sh [--expected PEERS]
#
# Needs gcc, binutils, pahole 1.25 or later and bpftool (Debian: apt-get install gcc binutils pahole bpftool). PEERS is a
# folder with bin/pahole, bin/bpftool and bin/libbpf-peer, a small command around btf__distill_base and btf__relocate.
set -eu
cd "$(dirname "$0")"
pahole=pahole bpftool=bpftool
if [ "${1:-}" = --expected ]; then peers=$2 pahole=$2/bin/pahole bpftool=$2/bin/bpftool; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Debug information names the sources alone, wherever they are compiled.
flags="-g -gdwarf-4 -O1 -fno-pic -fno-stack-protector -fno-asynchronous-unwind-tables -fcf-protection=none
       -ffreestanding -fdebug-prefix-map=$PWD=."

# kernel NAME FLAGS: a vmlinux with .BTF and nothing of DWARF.
kernel() {
  name=$1; shift
  gcc $flags "$@" -c src/kernel.c -o "$work/$name.o"
  ld -static -e start_kernel -z noseparate-code --build-id=none -o "$work/$name" "$work/$name.o"
  $pahole -J --btf_features=encode_force,var,float,decl_tag,type_tag,enum64,reproducible_build "$work/$name"
  strip -g -R .comment -R .note.gnu.property "$work/$name"
  cp "$work/$name" "$name"
}

# module NAME: a .ko with BTF split on vmlinux-a, its .BTF_ids resolved.
module() {
  gcc $flags -c "src/$1.c" -o "$work/$1.o"
  ld -r --build-id=none -o "$work/$1.ko" "$work/$1.o"
  $pahole -J --btf_features=encode_force,var,float,decl_tag,type_tag,enum64,decl_tag_kfuncs,reproducible_build \
    --btf_base vmlinux-a "$work/$1.ko"
  strip -g -R .comment -R .note.gnu.property "$work/$1.ko"
  node src/resolve-ids.mjs "$work/$1.ko" vmlinux-a "$bpftool"
  cp "$work/$1.ko" "$1.ko"
}

kernel vmlinux-a
kernel vmlinux-b -DKERNEL_B -funsigned-char
module meter
module pump
chmod 644 vmlinux-* ./*.ko

if [ -n "${peers:-}" ]; then
  out=../test/golden/samples
  mkdir -p "$out" "$work/distilled" "$work/relocated"
  for kernel in vmlinux-a vmlinux-b; do $bpftool btf dump file $kernel > "$out/$kernel.txt"; done
  for module in meter pump; do $bpftool btf dump file $module.ko -B vmlinux-a > "$out/$module.txt"; done
  # libbpf distills; bpftool prints both parts.
  "$peers/bin/libbpf-peer" distill vmlinux-a "$work/distilled" meter.ko pump.ko
  for module in meter pump; do
    $bpftool btf dump file "$work/distilled/$module.BTF.base" > "$out/$module.distilled-base.txt"
    $bpftool btf dump file "$work/distilled/$module.BTF" -B "$work/distilled/$module.BTF.base" > "$out/$module.distilled.txt"
  done
  # libbpf relocates onto the later kernel: meter fits, of pump it tells the first failure.
  "$peers/bin/libbpf-peer" relocate vmlinux-b "$work/relocated" "$work/distilled/meter.BTF" "$work/distilled/pump.BTF" \
    > "$out/relocate.tsv" || true
  $bpftool btf dump file "$work/relocated/meter.BTF" -B vmlinux-b > "$out/meter.relocated.txt"
fi
