import { expect, it } from "vitest";
import {
  runningVmlinux,
  vmlinuxDirectories,
  vmlinuxOf,
  vmlinuxPaths,
} from "../../../src/io/read/find-vmlinux.ts";
import type { ModuleFile } from "../../../src/io/read/module.ts";

/** A module that says it was built for a release. */
function builtFor(release: string): ModuleFile {
  return {
    path: "a.ko",
    stem: "a",
    btf: new Uint8Array(),
    distilledBase: undefined,
    distilledBasePath: undefined,
    idsPath: undefined,
    release,
    ko: undefined,
  };
}

it("names directories that all paths lie in", () => {
  const directories = vmlinuxDirectories("1.2.3");
  for (const path of vmlinuxPaths("1.2.3", "", "other")) {
    expect(
      directories.some((directory) => path.startsWith(`${directory}/`)),
      path,
    ).toBe(true);
  }
});

it("tells the directories in a line, not all paths", () => {
  expect(() => vmlinuxOf(builtFor("0.0.1-none"))).toThrow(
    expect.objectContaining({
      code: "no-base",
      hint: "give it with -B, a vmlinux or vmlinuz; it is not in /lib/modules/0.0.1-none, /usr/lib/modules/0.0.1-none, /boot, /usr/lib/debug",
    }),
  );
});

it("says what to give instead of the running kernel, where that has no BTF", () => {
  expect(() => runningVmlinux("/nonexistent/vmlinux")).toThrow(
    expect.objectContaining({
      code: "io",
      message: "no file is given, and the running kernel has no BTF: /nonexistent/vmlinux does not exist",
      hint: "give a vmlinux, a vmlinuz or raw BTF; kernel packages have a vmlinuz",
    }),
  );
});

it.each(["../../etc", "", ".", "a b", "x/y"])("looks nowhere for %j, which is no release", (release) => {
  expect(() => vmlinuxOf(builtFor(release))).toThrow(
    expect.objectContaining({
      code: "no-base",
      message: `the module says that it was built for ${JSON.stringify(release)}, which is not a kernel release`,
    }),
  );
});
