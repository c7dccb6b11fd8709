#!/bin/bash
# real-hooks.sh: the hooks of contrib/ with Debian's own dkms, sign-file, xz and kernel-install.
#
# Builds a module of three lines with DKMS for a kernel whose headers are installed, with the hooks in place, in mount namespaces and
# directories of its own: nothing of the system is changed. Needs root, dkms, openssl, pahole, the headers of a kernel from 6.11 on
# and its vmlinuz: /boot/vmlinuz-RELEASE, or KERNEL=FILE. Prints what it saw and exits with 1 if a check fails, with 77 if
# something is missing.
set -euo pipefail

if [ "${1:-}" != inside ]; then
  skip() { echo "skipped: $1" >&2; exit 77; }
  [ "$(id -u)" = 0 ] || skip "it takes root"
  for command in dkms openssl pahole unshare modinfo xz kernel-install; do
    command -v "$command" >/dev/null || skip "$command is not installed"
  done
  release=${RELEASE:-$(basename "$(dirname "$(readlink -e -- /lib/modules/*/build/.. | head -1)/x")")}
  [ -e "/lib/modules/$release/build/Makefile" ] || skip "there are no kernel headers (linux-headers-*): set RELEASE"
  [ -e "/lib/modules/$release/build/vmlinux" ] || skip "the headers have no vmlinux, without which modules get no BTF"
  kernel=${KERNEL:-/boot/vmlinuz-$release}
  [ -r "$kernel" ] || skip "there is no $kernel: set KERNEL"
  exec unshare --mount "$0" inside "$(realpath "$(dirname "$0")/../..")" "$release" "$(realpath "$kernel")"
fi

root=$2
release=$3
kernel=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
check() { # DESCRIPTION COMMAND...
  local what=$1
  shift
  if "$@" >"$work/out" 2>&1; then echo "ok: $what"; else
    echo "FAILED: $what"
    sed 's/^/    /' "$work/out" | tail -20
    failed=1
  fi
}

# The system as the hooks' README makes it: the scripts, btfx on the PATH, the kernel in /boot.
mkdir -p "$work"/{etc,bin,lib,boot,tree,src/three-1.0,modules,plugins}
printf '#!/bin/sh\nexec "%s" "%s/bin/btfx.js" "$@"\n' "$(command -v node)" "$root" >"$work/bin/btfx"
chmod +x "$work/bin/btfx"
export PATH="$work/bin:$PATH"
mkdir -p /usr/lib/btfx
mount --bind "$work/lib" /usr/lib/btfx
install -m 755 "$root"/contrib/btfx-check-modules "$root"/contrib/dkms/{distill,sign-file,pre-install} /usr/lib/btfx/
cp -r /etc/dkms/. "$work/etc/"
mount --bind "$work/etc" /etc/dkms
install -m 644 "$root/contrib/dkms/btfx.conf" /etc/dkms/framework.conf.d/
printf 'mok_signing_key="%s/mok.key"\nmok_certificate="%s/mok.pub"\n' "$work" "$work" >/etc/dkms/framework.conf.d/key.conf
cp "$kernel" "$work/boot/vmlinuz-$release"
mount --bind "$work/boot" /boot
cat >"$work/src/three-1.0/three.c" <<'C'
#include <linux/module.h>
#include <linux/device.h>
struct three { struct device *device; struct list_head list; };
static struct three it;
static int __init three_init(void) { INIT_LIST_HEAD(&it.list); return it.device != NULL; }
module_init(three_init);
MODULE_LICENSE("GPL");
C
echo 'obj-m := three.o' >"$work/src/three-1.0/Makefile"
cat >"$work/src/three-1.0/dkms.conf" <<'CONF'
PACKAGE_NAME="three"
PACKAGE_VERSION="1.0"
BUILT_MODULE_NAME[0]="three"
DEST_MODULE_LOCATION[0]="/updates"
MAKE[0]="make -C $kernel_source_dir M=$dkms_tree/$PACKAGE_NAME/$PACKAGE_VERSION/build modules"
CLEAN="true"
CONF
# DKMS looks for the scripts of a package from its source on: the dots lead from there to the root.
up=$(printf '%s' "$work/src/three-1.0" | sed 's|/[^/]*|../|g')
echo "PRE_INSTALL=\"${up}usr/lib/btfx/pre-install \$kernelver\"" >>"$work/src/three-1.0/dkms.conf"
# Modules in .ko.xz beside it make DKMS compress what it builds.
mkdir -p "$work/modules/$release/kernel"
: | xz >"$work/modules/$release/kernel/other.ko.xz"
options=(-m three -v 1.0 -k "$release" --dkmstree "$work/tree" --sourcetree "$work/src" --installtree "$work/modules" --no-depmod)

check "dkms add" dkms add -m three -v 1.0 --dkmstree "$work/tree" --sourcetree "$work/src"
check "dkms build" dkms build "${options[@]}"
built=$(find "$work/tree/three/1.0/$release" -name 'three.ko*' | head -1)
echo "built: ${built##*/}"
case $built in *.xz) xz -dc "$built" >"$work/three.ko" ;; *) cp "$built" "$work/three.ko" ;; esac
check "the module has a distilled base" bash -c "readelf -SW '$work/three.ko' | grep -F .BTF.base"
check "it is signed, after that" bash -c "modinfo -F signer '$work/three.ko' | grep ."
check "the kernel would take it" btfx verify -B "$kernel" "$built"
check "dkms install, past the gate" dkms install "${options[@]}"
check "it is installed" bash -c "find '$work/modules/$release/updates' -name 'three.ko*' | grep ."

# A module that the kernel refuses: its BTF is cut short.
dkms uninstall "${options[@]}" >/dev/null 2>&1 || true
head -c 100 /dev/zero >"$work/zeros"
objcopy --update-section ".BTF=$work/zeros" "$work/three.ko" "$work/bad.ko"
case $built in *.xz) xz -c --check=crc32 "$work/bad.ko" >"$built" ;; *) cp "$work/bad.ko" "$built" ;; esac
check "the gate stops a module that the kernel refuses" bash -c "! dkms install $(printf "'%s' " "${options[@]}")"
check "it was not installed" bash -c "! find '$work/modules/$release/updates' -name 'three.ko*' 2>/dev/null | grep ."

# The hooks of a kernel's installation, run by what runs them.
mkdir -p "$work/modules/$release/updates" "$work/postinst.d"
cp "$built" "$work/modules/$release/updates/"
export BTFX_MODULES="$work/modules"
install -m 755 "$root/contrib/kernel/zz-btfx" "$work/postinst.d/"
check "run-parts runs the hook, which warns" bash -c \
  "run-parts --arg='$release' --arg='$kernel' '$work/postinst.d' 2>&1 | grep -F 'will refuse the types of'"
for plugin in /usr/lib/kernel/install.d/*.install; do ln -sf /dev/null "$work/plugins/$(basename "$plugin")"; done
install -m 755 "$root/contrib/kernel/90-btfx.install" "$work/plugins/"
mkdir -p /etc/kernel/install.d
mount --bind "$work/plugins" /etc/kernel/install.d
check "kernel-install runs the plugin, which warns and lets it go on" bash -c \
  "kernel-install add '$release' '$kernel' >'$work/said' 2>&1 && grep -F 'will refuse the types of' '$work/said'"
umount /etc/kernel/install.d
exit "$failed"
