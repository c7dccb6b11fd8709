import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseBtf } from "../../src/btf/parse.ts";
import { printable } from "../../src/btf/strings.ts";
import { assemble, type Form } from "./btf.ts";

/** The folder that fetch-peers.sh has filled, undefined if the environment names none. */
export const peersDir: string | undefined = process.env.BTFX_PEERS;

/** Heading of a suite that needs the peers, with the reason if it is skipped. */
export function peersHeading(what: string): string {
  return peersDir === undefined
    ? `${what} (skipped: BTFX_PEERS does not name the folder of fetch-peers.sh)`
    : what;
}

/** What libbpf says of one module. */
export interface Verdict {
  readonly errno: number;
  /** Its last warning, with what is not printable as `\xNN`. */
  readonly warning: string;
  /** What it wrote; empty if it refused. */
  readonly base: Uint8Array;
  readonly split: Uint8Array;
}

/** A split BTF with its distilled base. */
export interface DistilledBytes {
  readonly base: Uint8Array;
  readonly split: Uint8Array;
}

/** libbpf as a command: a process a call, whatever the number of modules. */
export class LibbpfPeer {
  readonly #dir: string;
  #swapsLongHeaders: boolean | undefined;

  constructor() {
    this.#dir = mkdtempSync(join(tmpdir(), "btfx-peers-"));
    for (const each of ["in", "out"]) mkdirSync(join(this.#dir, each));
  }

  /** Removes what was written. */
  close(): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }

  /** `btf__distill_base` of each split BTF. */
  distill(base: Uint8Array, splits: readonly Uint8Array[]): Verdict[] {
    splits.forEach((bytes, i) => {
      this.#write(`in/${i}.btf`, bytes);
    });
    return this.#run("distill", base, splits.length, ".btf");
  }

  /** `btf__relocate` of each split BTF onto `base`. */
  relocate(base: Uint8Array, modules: readonly DistilledBytes[]): Verdict[] {
    modules.forEach((each, i) => {
      this.#write(`in/${i}.BTF`, each.split);
      this.#write(`in/${i}.BTF.base`, each.base);
    });
    return this.#run("relocate", base, modules.length, ".BTF");
  }

  /**
   * The form nearest to `form` that this libbpf reads: before 1.8 no foreign byte order but with 24 bytes of header.
   */
  readable(form: Form): Form {
    this.#swapsLongHeaders ??= this.#probe();
    return form.littleEndian === false && !this.#swapsLongHeaders
      ? { littleEndian: false, hdrLen: 24 }
      : form;
  }

  #probe(): boolean {
    const base = assemble("[1] FLOAT 'float' size=4");
    const split = assemble("", parseBtf(base), { littleEndian: false, hdrLen: 32 });
    return this.distill(base, [split])[0].errno === 0;
  }

  #run(verb: "distill" | "relocate", base: Uint8Array, count: number, suffix: string): Verdict[] {
    this.#write("base.btf", base);
    const files = Array.from({ length: count }, (_, i) => join(this.#dir, "in", `${i}${suffix}`));
    const run = spawnSync(
      join(peersDir ?? "", "bin", "libbpf-peer"),
      [verb, join(this.#dir, "base.btf"), join(this.#dir, "out"), ...files],
      { timeout: 20_000 },
    );
    const lines = run.stdout.toString("latin1").split("\n").slice(0, -1);
    if (lines.length !== count) throw new Error(`libbpf-peer ${verb}: ${run.stderr} (${run.signal})`);
    return lines.map((line, i) => {
      const [, errno, warning] = line.split("\t");
      const made = (name: string): Uint8Array =>
        errno === "0" ? readFileSync(join(this.#dir, "out", name)) : new Uint8Array(0);
      return {
        errno: Number(errno),
        warning: printable(Buffer.from(warning, "latin1"))
          .replace(/^libbpf: /, "")
          .trim(),
        base: verb === "distill" ? made(`${i}.BTF.base`) : new Uint8Array(0),
        split: made(`${i}.BTF`),
      };
    });
  }

  #write(name: string, bytes: Uint8Array): void {
    writeFileSync(join(this.#dir, name), bytes);
  }
}

/** Type and string bytes in hexadecimal, and the byte order; the header says only where they are. */
export function sectionsOf(bytes: Uint8Array): { types: string; strings: string; littleEndian: boolean } {
  const littleEndian = bytes[0] === 0x9f;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [hdrLen, typeOff, typeLen, strOff, strLen] = [4, 8, 12, 16, 20].map((at) =>
    view.getUint32(at, littleEndian),
  );
  const part = (off: number, length: number): string =>
    Buffer.from(bytes.subarray(hdrLen + off, hdrLen + off + length)).toString("hex");
  return { types: part(typeOff, typeLen), strings: part(strOff, strLen), littleEndian };
}

/** A message of ours as {@link Verdict.warning} would have it: names are escaped once, not twice. */
export function asWarning(message: string): string {
  return message.replaceAll("\\x5c", "\\");
}
