import { RUNNING_VMLINUX } from "../../io/read/find-vmlinux.ts";
import type { ParsedBtf } from "../../io/read/parsed-btf.ts";
import type { Host } from "../host.ts";
import { safe } from "./safe.ts";

/** Warns on stderr if a file was read on a base that it was not built against. */
export async function warnOfWrongBase(
  input: ParsedBtf,
  path: string,
  base: string | undefined,
  host: Host,
): Promise<void> {
  if (input.evidence?.wrong !== true) return;
  const { styleFor } = await import("./style.ts");
  const what = `${path} was not built against ${base ?? RUNNING_VMLINUX}, so that names and types are wrong`;
  host.stderr.write(`${styleFor(host.stderr, host.env).yellow("warning:")} ${safe(what)}\n`);
}
