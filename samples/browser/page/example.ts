import METER from "bytes:meter.ko";
import PUMP from "bytes:pump.ko";
import KERNEL_A from "bytes:vmlinux-a";
import KERNEL_B from "bytes:vmlinux-b";
import { bytesOf } from "../shared/base64.ts";

/** The samples of btfx: two kernels, and two modules that were built for the first. */
export function exampleFiles(): File[] {
  const files = { "vmlinux-a": KERNEL_A, "vmlinux-b": KERNEL_B, "meter.ko": METER, "pump.ko": PUMP };
  return Object.entries(files).map(([name, base64]) => new File([bytesOf(base64)], name));
}
