import { BtfxError } from "../../errors.ts";
import type { Vmlinux } from "../../io/read/vmlinux.ts";

/** Throws early what each job would throw: for modules without a kernel, and for modules of another kernel. */
export async function refuseOtherModules(
  kernels: readonly Vmlinux[],
  modules: readonly string[] | undefined,
): Promise<void> {
  if (modules === undefined) return;
  if (kernels.length === 0) {
    throw new BtfxError("usage", "-m names modules of a kernel, but no kernel was given", {
      hint: "add -B VMLINUX",
    });
  }
  const { kernelsWithModules } = await import("../../io/read/kernel-sides.ts");
  await kernelsWithModules(kernels, modules);
}
