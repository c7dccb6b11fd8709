import type { Btf } from "../../btf/btf.ts";
import { parseHeader } from "../../btf/header.ts";
import { kindName } from "../../btf/kinds.ts";
import { parseBtf } from "../../btf/parse.ts";
import type { Distiller } from "../../engine/distill.ts";
import { wrongBase } from "../../engine/parse-split.ts";
import { withContext } from "../../errors.ts";
import type { InputFile } from "../../io/collect.ts";
import { withInput } from "../../io/read/btf-file.ts";
import { parseOnDistilled } from "../../io/read/distilled-btf.ts";
import { isDistilled, type ModuleFile, moduleIn } from "../../io/read/module.ts";
import { parseOnBase } from "../../io/read/split-btf.ts";
import type { Vmlinux } from "../../io/read/vmlinux.ts";
import type { ModuleSizes } from "../../report/size-statistics.ts";
import { Bases } from "./bases.ts";

/**
 * Makes the function that measures one module. A module that is not distilled is distilled in memory, against the given
 * base or the vmlinux of its vermagic. If there is none, it is measured as it is.
 */
export function statsJob(
  _settings: object,
  given: readonly Vmlinux[],
): (input: InputFile) => Promise<ModuleSizes> {
  const bases = new Bases(given);
  return (input) =>
    withInput(input, async (file) => {
      const module = await moduleIn(file);
      if (isDistilled(module)) {
        const { distilled, split } = parseOnDistilled(module);
        return sizesOf(module.path, module.btf.length, split, module.distilledBase.length, distilled);
      }
      const base = await bases.find(module);
      return base === undefined ? plainSizes(module) : distilledSizes(module, base, bases.distiller(base));
    });
}

/** A module's `.BTF` as it is: without its base its types are not counted, and only its header is checked. */
function plainSizes({ path, btf }: ModuleFile): ModuleSizes {
  withContext({ section: ".BTF" }, () => parseHeader(btf));
  return { input: path, btfBytes: btf.length };
}

function distilledSizes(module: ModuleFile, base: Vmlinux, distiller: Distiller): ModuleSizes {
  const { split, evidence } = parseOnBase(module, base.btf);
  if (evidence.wrong) throw wrongBase(evidence, module.release);
  const made = withContext({ section: ".BTF" }, () => distiller.distill(split));
  const distilled = parseBtf(made.base);
  const sizes = sizesOf(
    module.path,
    made.split.length,
    parseBtf(made.split, distilled),
    made.base.length,
    distilled,
  );
  return { ...sizes, oldBtfBytes: module.btf.length };
}

function sizesOf(input: string, btfBytes: number, split: Btf, baseBytes: number, base: Btf): ModuleSizes {
  return { input, btfBytes, baseBytes, kinds: countKinds(split), baseKinds: countKinds(base) };
}

/** Own types of a BTF by the names of their kinds. */
function countKinds({ kinds }: Btf): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of kinds) {
    const name = kindName(kind);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
