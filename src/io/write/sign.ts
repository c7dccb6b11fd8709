import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { memorySource } from "../../elf/byte-source.ts";
import { moduleSignature } from "../../elf/signature.ts";
import { BtfxError } from "../../errors.ts";
import { builtin } from "../builtin.ts";

/** How many bytes of a command's stderr an error quotes. */
const MOST_SAID = 500;

/**
 * Signs a module with the user's command. The shell runs it with the path of the module as last argument, and it
 * appends a signature to that file, as `scripts/sign-file HASH KEY CERT` of the kernel does. The file has the module's
 * name and is in a directory of its own that only this user can read. Returns the signed module. Throws `sign-failed`
 * if the command fails, changes anything but the end, or appends no signature.
 */
export function signModule(path: string, module: Uint8Array, command: string): Uint8Array {
  const refused = (why: string) =>
    new BtfxError("sign-failed", `${command}: ${why}`, {
      at: { file: path },
      hint: "the module was not written; try the command by hand on a copy of it",
    });
  const directory = mkdtempSync(join(tmpdir(), "btfx-sign-"));
  try {
    // A signer may recognise modules by their name, so the ending of the compression that comes later is left out.
    const file = join(directory, basename(path).replace(/\.(gz|xz|zst)$/, ""));
    writeFileSync(file, module, { mode: 0o600 });
    const why = run(command, file);
    if (why !== undefined) throw refused(why);
    const signed = new Uint8Array(readFileSync(file));
    const signature = moduleSignature(memorySource(signed));
    if (signature === undefined) throw refused("it appended no signature to the module");
    if (signature.start !== module.length || !startsWith(signed, module)) {
      throw refused("it changed the module itself, not only its end");
    }
    return signed;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Runs the command in the shell; returns why it failed, undefined if it did not. */
function run(command: string, file: string): string | undefined {
  // Loaded when needed and not imported, since the bundle replaces that module with a stub.
  const { spawnSync } = builtin("node:child_process");
  const { error, status, signal, stderr } = spawnSync("sh", ["-c", `${command} "$1"`, "sh", file], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  if (error !== undefined) return `the shell cannot run it: ${error.message}`;
  if (status === 0) return undefined;
  const said = stderr.toString().trim().slice(0, MOST_SAID);
  const ended = signal === null ? `it ended with exit code ${status}` : `${signal} ended it`;
  return said === "" ? ended : `${ended}: ${said}`;
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return Buffer.compare(bytes.subarray(0, start.length), start) === 0;
}
