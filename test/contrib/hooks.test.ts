import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { btfx, workDirectory } from "../support/cli.ts";

/**
 * The hooks of contrib/ with the samples, in directories that stand for a system's. DKMS and kernel-install themselves:
 * `npm run test:hooks`.
 */
const path = (...parts: string[]): string =>
  fileURLToPath(new URL(join("..", "..", ...parts), import.meta.url));
const RELEASE = "6.99.2-sample";

/** A system: the scripts where contrib/README.md puts them, and modules of a kernel in `updates`. */
async function system(modules: readonly string[]) {
  const root = workDirectory();
  const lib = join(root, "usr/lib/btfx");
  const updates = join(root, "modules", RELEASE, "updates");
  for (const directory of [lib, updates]) mkdirSync(directory, { recursive: true });
  for (const script of ["btfx-check-modules", "dkms/distill", "dkms/sign-file", "dkms/pre-install"]) {
    copyFileSync(path("contrib", script), join(lib, script.replace("dkms/", "")));
  }
  for (const module of modules) await distillTo(join(updates, module), module);
  const command = join(root, "btfx");
  writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${path("bin/btfx.js")}' "$@"\n`);
  chmodSync(command, 0o755);
  const env = { PATH: process.env.PATH, BTFX: command, BTFX_LIB: lib, BTFX_MODULES: join(root, "modules") };
  const run = (script: string, args: readonly string[], options: { cwd?: string; env?: object } = {}) => {
    const { status, stdout, stderr } = spawnSync(script, args, {
      encoding: "utf8",
      cwd: options.cwd,
      env: { ...env, ...options.env },
    });
    return { status, stdout, stderr };
  };
  return { root, lib, updates, run };
}

/** A sample that was distilled on the kernel that it was built against. */
async function distillTo(output: string, module: string): Promise<void> {
  const ran = await btfx("distill", path("samples", module), "-B", path("samples/vmlinux-a"), "-o", output);
  expect(ran.exitCode).toBe(0);
}

const holds = (file: string, text: string): boolean => readFileSync(file).includes(text);

describe("the gate of kernel installations", () => {
  it.each([
    ["postinst.d", path("contrib/kernel/zz-btfx"), (kernel: string) => [RELEASE, kernel]],
    [
      "kernel-install",
      path("contrib/kernel/90-btfx.install"),
      (kernel: string) => ["add", RELEASE, "/nowhere", kernel],
    ],
  ])("%s warns of the module that the kernel refuses, and goes on", async (_, script, args) => {
    const { run } = await system(["meter.ko", "pump.ko"]);
    const { status, stderr } = run(script, args(path("samples/vmlinux-b")));
    expect(status).toBe(0);
    expect(stderr).toMatch(/6\.99\.2-sample will refuse the types of .*pump\.ko/);
    expect(stderr).not.toContain("meter.ko");
  });

  it.each([
    ["postinst.d", path("contrib/kernel/zz-btfx"), (kernel: string) => [RELEASE, kernel]],
    [
      "kernel-install",
      path("contrib/kernel/90-btfx.install"),
      (kernel: string) => ["add", RELEASE, "/nowhere", kernel],
    ],
  ])(
    "%s says nothing where all fit, where there is nothing to look at, and without btfx",
    async (_, script, args) => {
      const { run } = await system(["meter.ko"]);
      const kernel = path("samples/vmlinux-b");
      const quiet = { status: 0, stdout: "", stderr: "" };
      expect(run(script, args(kernel))).toEqual(quiet);
      expect(run(script, args(kernel), { env: { BTFX_MODULES: "/nowhere" } })).toEqual(quiet);
      expect(run(script, args(kernel), { env: { BTFX_LIB: "/nowhere" } })).toEqual(quiet);
      expect(run(script, args(kernel), { env: { BTFX: "/nowhere/btfx" } })).toMatchObject({
        status: 0,
        stderr: expect.stringContaining("is not installed"),
      });
    },
  );

  it("reports a module that cannot be judged, and none for having no BTF", async () => {
    const { lib, updates, run } = await system([]);
    const check = () => run(join(lib, "btfx-check-modules"), [RELEASE, path("samples/vmlinux-b"), updates]);
    const strip = ["-R", ".BTF", "-R", ".BTF_ids", path("samples/meter.ko"), join(updates, "stripped.ko")];
    if (spawnSync("objcopy", strip).status === 0)
      expect(check()).toEqual({ status: 0, stdout: "", stderr: "" });
    writeFileSync(join(updates, "cut.ko"), readFileSync(path("samples/meter.ko")).subarray(0, 500));
    expect(check()).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/cut\.ko could not be judged\n.*\[truncated\]/),
    });
  });

  it("does nothing where kernel-install removes a kernel", async () => {
    const { run } = await system(["pump.ko"]);
    const args = ["remove", RELEASE, "/nowhere", path("samples/vmlinux-b")];
    expect(run(path("contrib/kernel/90-btfx.install"), args)).toEqual({ status: 0, stdout: "", stderr: "" });
  });
});

describe("DKMS", () => {
  /** What DKMS runs instead of sign-file, with a real sign-file that notes what it is given. */
  async function signer() {
    const made = await system([]);
    const real = join(made.root, "real-sign-file");
    writeFileSync(real, `#!/bin/sh\necho "$@" > '${made.root}/signed'\nprintf 'signature' >> "$4"\n`);
    chmodSync(real, 0o755);
    const env = { BTFX_SIGN_FILE: real, BTFX_VMLINUX: path("samples/vmlinux-a") };
    return {
      ...made,
      sign: (module: string) =>
        made.run(join(made.lib, "sign-file"), ["sha256", "key", "cert", module], { env }),
    };
  }

  it("distills a module before it is signed", async () => {
    const { root, updates, sign } = await signer();
    const module = join(updates, "meter.ko");
    copyFileSync(path("samples/meter.ko"), module);
    expect(sign(module)).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(holds(module, ".BTF.base")).toBe(true);
    expect(readFileSync(module).subarray(-9).toString()).toBe("signature");
    expect(readFileSync(join(root, "signed"), "utf8")).toBe(`sha256 key cert ${module}\n`);
  });

  it("says that btfx is missing, and signs a module as it was built", async () => {
    const { root, updates, sign } = await signer();
    copyFileSync(path("samples/meter.ko"), join(updates, "meter.ko"));
    rmSync(join(root, "btfx"));
    expect(sign(join(updates, "meter.ko"))).toMatchObject({
      status: 0,
      stderr: expect.stringContaining("is not installed; no module was distilled"),
    });
  });

  it("signs a module as it was built where it has no BTF, and says why where it cannot be distilled", async () => {
    const { updates, sign, run, lib } = await signer();
    const plain = join(updates, "plain.ko");
    writeFileSync(plain, "no module at all");
    expect(sign(plain)).toMatchObject({
      status: 0,
      stderr: expect.stringContaining("stays as it was built"),
    });
    expect(readFileSync(plain, "utf8")).toBe("no module at allsignature");
    const stripped = join(updates, "stripped.ko");
    const strip = spawnSync("objcopy", ["-R", ".BTF", "-R", ".BTF_ids", path("samples/meter.ko"), stripped]);
    if (strip.status === 0)
      expect(run(join(lib, "distill"), [stripped])).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  it("stops the installation of a module that the kernel refuses", async () => {
    const { root, lib, run } = await system([]);
    const tree = join(root, "dkms/pumps/1.0");
    const built = join(tree, RELEASE, "x86_64/module");
    mkdirSync(built, { recursive: true });
    mkdirSync(join(root, "src"));
    symlinkSync(join(root, "src"), join(tree, "source"));
    mkdirSync(join(root, "modules", RELEASE), { recursive: true });
    copyFileSync(path("samples/vmlinux-b"), join(root, "modules", RELEASE, "vmlinuz"));
    const gate = () => run("sh", ["-c", `cd '${tree}/source' && exec '${lib}/pre-install' ${RELEASE}`]);
    await distillTo(join(built, "meter.ko"), "meter.ko");
    expect(gate()).toEqual({ status: 0, stdout: "", stderr: "" });
    await distillTo(join(built, "pump.ko"), "pump.ko");
    expect(gate()).toMatchObject({ status: 1, stderr: expect.stringContaining("pump.ko") });
  });
});
