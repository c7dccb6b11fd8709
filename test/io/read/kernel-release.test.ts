import { release as runningRelease } from "node:os";
import { expect, test } from "vitest";
import { findRelease, releaseOfPath } from "../../../src/io/read/kernel-release.ts";

test.each([
  ["/lib/modules/6.12.117+deb13-amd64/build/vmlinux", "6.12.117+deb13-amd64"],
  ["/usr/lib/modules/5.14.0-570.el9.x86_64/vmlinux", "5.14.0-570.el9.x86_64"],
  ["/boot/vmlinux-6.1.0-47-amd64", "6.1.0-47-amd64"],
  ["/boot/vmlinuz-7.3.4", "7.3.4"],
  ["vmlinux.6.18.15.btf", "6.18.15"],
  ["k/6.1.0-56-amd64.vmlinux.btf.xz", "6.1.0-56-amd64"],
  ["k/6.12.117-amd64/vmlinux.btf", "6.12.117-amd64"],
  ["/srv/vmlinux", undefined],
  ["/srv/base-1.2.btf", undefined],
  ["/srv/v2.0-tools/vmlinux.btf", undefined],
])("the release in %s is %s", (path, release) => {
  expect(releaseOfPath(path)).toBe(release);
});

test("a banner says more than a path, and the running kernel's files are its own", () => {
  expect(findRelease("/boot/vmlinux-6.1.0", "6.12.1")).toEqual({ release: "6.12.1", source: "banner" });
  expect(findRelease("/sys/kernel/btf/vmlinux", undefined)).toEqual({
    release: runningRelease(),
    source: "running",
  });
  expect(findRelease("/boot/vmlinux-6.1.0", undefined)).toEqual({ release: "6.1.0", source: "path" });
});
