import { InvalidArgumentError, Option } from "commander";
import { type Host, untilClosed } from "../host.ts";
import type { BtfxCommand } from "./command.ts";

/** Collects the values of an option that may be repeated. */
export function append(value: string, before: string[] = []): string[] {
  return [...before, value];
}

/**
 * Help on `-m`, for all commands that relocate BPF objects. Each module belongs to the kernel that it was built for.
 */
export const MODULES_OF_KERNEL = "modules whose types the object may use (repeatable)";

/** For commands whose real work is files, not output: a closed pipe must not stop them. */
export function lasting(host: Host): Host {
  return { ...host, stdout: untilClosed(host.stdout) };
}

/** Adds `--json` and `--pretty`. `what` names the things that are printed. */
export function addJson(command: BtfxCommand, what: string): BtfxCommand {
  return command
    .option("-j, --json", `print ${what} as JSON`)
    .option("-p, --pretty", `print ${what} as indented JSON`);
}

/** Options of all commands over many inputs. */
export function addRunOptions(command: BtfxCommand): BtfxCommand {
  command
    .optionsGroup("Many inputs:")
    .option("--jobs <n>", "threads to use (default: one for each core)")
    .option("--shard <i/n>", "take the i-th of n parts, to use several machines")
    .optionsGroup("Report:")
    .option("-q, --quiet", "print failures only")
    .option("-v, --verbose", "name every input that a message is about");
  return addJson(command, "the results")
    .option("--jsonl", "print a line of JSON for each result (btfx report)")
    .option("--html <file>", "write an HTML page: matrix, sizes, failures", outputPath);
}

/** The path of an output. `-` is refused: no output is written to standard output where a path is given. */
export function outputPath(path: string): string {
  if (path === "-") throw new InvalidArgumentError("It takes a file (./- for one of this name).");
  return path;
}

/** Options of every command, which come last in the help: size limit, colours, help. */
export function addCommon(command: BtfxCommand): BtfxCommand {
  command
    .optionsGroup("Other options:")
    .option("--max-size <size>", "limit for pipes and decompressed files (1G)", sizeOf)
    .hook("preAction", async () => {
      const { maxSize } = command.opts<{ maxSize?: number }>();
      if (maxSize === undefined) return;
      const { setMaxBytes } = await import("../../io/limits.ts");
      setMaxBytes(maxSize);
    });
  return addColour(command);
}

/**
 * Adds `--color`, for help only (`withColour` reads it wherever it stands in the command line), and `--help` as the
 * last option.
 */
export function addColour(command: BtfxCommand, heading = "Other options:"): BtfxCommand {
  return (
    command
      .optionsGroup(heading)
      .addOption(
        new Option("--color [when]", "always, never or auto; --no-color is never").choices([
          "always",
          "never",
          "auto",
        ]),
      )
      // An option of bpftool, which makes libbpf print more. btfx prints everything anyway.
      .addOption(new Option("-d, --debug").hideHelp())
      .helpOption("-h, --help", "print this help")
  );
}

/** Bytes of `512M`, `1.5G` and the like, in powers of 1024. */
function sizeOf(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([kmgt]?)(?:i?b)?$/i.exec(text) ?? [];
  if (number === undefined) throw new InvalidArgumentError("It takes a size such as 512M or 2G.");
  return Math.floor(Number(number) * 1024 ** ["", "k", "m", "g", "t"].indexOf(unit.toLowerCase()));
}
