import { parseBtf } from "../../btf/parse.ts";
import { Minimizer } from "../../engine/core/minimize.ts";
import { CoreResolver, coreRelos } from "../../engine/core/resolve-relocation.ts";
import { BtfxError } from "../../errors.ts";
import { type BpfObjectFile, bpfObjectIn } from "../../io/read/bpf-object.ts";
import { withBtfFile } from "../../io/read/btf-file.ts";
import { type KernelSides, kernelsWithModules } from "../../io/read/kernel-sides.ts";
import { readVmlinux } from "../../io/read/vmlinux.ts";
import { writeOutputs } from "../../io/write/atomic-write.ts";
import { refuseInputs } from "../../io/write/same-file.ts";
import { count, numberText } from "../../report/number-text.ts";
import { EXIT } from "../exit.ts";
import type { Host } from "../host.ts";
import { asksForJson, type JsonOptions, jsonText } from "../json.ts";
import type { MinimizeJson } from "../output/json-output.ts";
import { safe } from "../output/safe.ts";
import { bytesText, styleFor } from "../output/style.ts";

/** Options of `btfx minimize`, as commander gives them. */
export interface MinimizeOptions extends JsonOptions {
  readonly output: string;
  readonly modules?: readonly string[];
  readonly force?: boolean;
  readonly quiet?: boolean;
}

/** `btfx minimize`: writes the part of a kernel's BTF that some objects need, and returns the exit code. */
export async function runMinimize(
  kernelPath: string,
  paths: readonly string[],
  options: MinimizeOptions,
  host: Host,
): Promise<number> {
  refuseInputs([options.output], [kernelPath, ...paths, ...(options.modules ?? [])]);
  const kernel = await kernelOf(kernelPath, options.modules ?? []);
  const minimizer = new Minimizer(kernel.targets);
  let relocations = 0;
  let unresolved = 0;
  for (const path of paths) {
    const done = await withBtfFile(path, (file) => record(bpfObjectIn(file), kernel, minimizer));
    relocations += done.relocations;
    unresolved += done.unresolved;
  }
  const bytes = minimizer.finish();
  writeOutputs([{ path: options.output, bytes }], options.force === true);
  const types = parseBtf(bytes).typeCount - 1;
  const ofTypes = kernel.targets.reduce((sum, { btf }) => sum + btf.kinds.length, 0);
  if (asksForJson(options)) {
    const told = { kernel: kernelPath, output: options.output, objects: paths.length };
    const json: MinimizeJson = { ...told, relocations, unresolved, types, ofTypes, bytes: bytes.length };
    host.stdout.write(jsonText(json, options.pretty));
  } else if (options.quiet !== true) {
    const style = styleFor(host.stdout, host.env);
    const found = `${count(relocations, "relocation")}, ${numberText(unresolved)} of them without a target`;
    const kept = `${numberText(types)} of ${count(ofTypes, "type")}, ${bytesText(bytes.length)}`;
    host.stdout.write(
      `${style.green("✓")} ${safe(options.output)}: ${kept}; ${count(paths.length, "object")}, ${found}\n`,
    );
  }
  return EXIT.ok;
}

async function kernelOf(path: string, modules: readonly string[]): Promise<KernelSides> {
  const [kernel] = await kernelsWithModules([await readVmlinux(path)], modules);
  return kernel;
}

/**
 * Keeps the types that the relocations of one object need. Throws `bad-relocation` for a relocation that libbpf
 * refuses.
 */
function record(
  { path, object, local }: BpfObjectFile,
  kernel: KernelSides,
  minimizer: Minimizer,
): { relocations: number; unresolved: number } {
  const relos = object.ext === undefined ? [] : coreRelos(object.ext, local);
  const resolver = new CoreResolver(local, kernel.targets, relos);
  let unresolved = 0;
  for (const relo of relos) {
    const resolution = resolver.resolve(relo, relo.section);
    if (!resolution.ok) {
      throw new BtfxError("bad-relocation", `relocation #${relo.index}: ${resolution.message}`, {
        at: { file: path, section: relo.section, offset: relo.insnOff },
        hint: `libbpf would not load the object; 'btfx verify ${path} -B ${kernel.path} --explain' prints each step`,
      });
    }
    if (resolution.target === undefined) unresolved++;
    minimizer.add(resolution);
  }
  return { relocations: relos.length, unresolved };
}
