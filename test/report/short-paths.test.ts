import { describe, expect, it } from "vitest";
import { shortPaths } from "../../src/report/short-paths.ts";

describe("shortPaths", () => {
  it.each([
    [["/boot/vmlinux"], ["vmlinux"]],
    [
      ["/k/6.12.100", "/k/6.12.117"],
      ["6.12.100", "6.12.117"],
    ],
    [
      ["/k/6.12.100/vmlinux", "/k/6.12.117/vmlinux"],
      ["6.12.100", "6.12.117"],
    ],
    [
      ["/k/6.1/vmlinux.btf", "/k/6.12/vmlinux.btf", "/sys/kernel/btf/vmlinux"],
      ["6.1/vmlinux.btf", "6.12/vmlinux.btf", "vmlinux"],
    ],
    [
      ["a/b/vmlinux", "b/vmlinux", "vmlinux"],
      ["a/b/vmlinux", "b/vmlinux", "vmlinux"],
    ],
    [
      ["a/k/vmlinux", "a/k/vmlinux", "a/l/vmlinux"],
      ["a/k", "a/k", "l"],
    ],
  ])("%j are %j", (paths, expected) => {
    expect(shortPaths(paths)).toEqual(expected);
  });
});
