import { printable } from "../btf/strings.ts";
import type { Elf } from "./read.ts";

/** A module's description of itself in `.modinfo`: `key=value` strings, each with its NUL. */
export interface ModuleInfo {
  /** Name in /sys/module and /sys/kernel/btf: `3w_9xxx` for 3w-9xxx.ko. */
  readonly name: string | undefined;
  /** Kernel release and options it was built for: `6.12.117+deb13-amd64 SMP preempt mod_unload modversions `. */
  readonly vermagic: string | undefined;
  /** First word of `vermagic`: the kernel release, as in /lib/modules. */
  readonly release: string | undefined;
  /** All keys; of several values the first, as the kernel takes it (`get_modinfo`). Printable text. */
  readonly values: ReadonlyMap<string, string>;
}

/** Reads `.modinfo`; undefined if the file has none, and so is no module. Throws as {@link Elf.data} does. */
export function moduleInfo(elf: Elf): ModuleInfo | undefined {
  const section = elf.section(".modinfo");
  if (section === undefined) return undefined;
  const values = parseModinfo(elf.data(section));
  const vermagic = values.get("vermagic");
  return { name: values.get("name"), vermagic, release: vermagic?.split(" ", 1)[0], values };
}

/** `key=value` strings between NULs (`next_string`, kernel/module/main.c); any number of NULs pads them. */
export function parseModinfo(bytes: Uint8Array): Map<string, string> {
  const values = new Map<string, string>();
  for (let start = 0; start < bytes.length; ) {
    const nul = bytes.indexOf(0, start);
    const end = nul < 0 ? bytes.length : nul;
    const text = printable(bytes.subarray(start, end));
    const equals = text.indexOf("=");
    if (equals > 0) {
      const key = text.slice(0, equals);
      if (!values.has(key)) values.set(key, text.slice(equals + 1));
    }
    start = end + 1;
  }
  return values;
}
