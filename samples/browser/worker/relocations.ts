import {
  type Btf,
  BtfxError,
  Distiller,
  failureLines,
  idsIn,
  parseBtf,
  Relocator,
  type TypeId,
  withContext,
} from "../../../src/index.ts";
import { kindName } from "../../../src/wire.ts";
import type { DistilledView, Fit } from "../shared/model.ts";
import { toErrorData } from "./answers.ts";
import type { OpenedFile } from "./opened-file.ts";

/** A module as it relocates: split on a distilled base. */
interface Relocatable {
  readonly split: Btf;
  readonly distilled: Btf;
  readonly distilledBytes: number;
  /** Ids that it uses by its `.BTF_ids`. */
  readonly roots: readonly TypeId[];
  /** Whether the distilled base is the file's, or was made here as `btfx distill` makes it. */
  readonly isOwn: boolean;
}

/** Relocates modules onto kernels. What it makes of a kernel or a module is kept for the next question. */
export class Relocations {
  readonly #relocators = new WeakMap<Btf, Relocator>();
  readonly #distillers = new WeakMap<Btf, Distiller>();
  readonly #modules = new WeakMap<OpenedFile, { of: Btf | undefined; relocatable: Relocatable }>();

  /** Whether a module fits onto a kernel, and if not, all reasons. */
  fit(module: OpenedFile, kernel: OpenedFile): Fit {
    const pair = { module: module.key, kernel: kernel.key };
    try {
      const { split, distilled, roots, isOwn } = this.#relocatable(module);
      const relocation = this.#relocator(kernel.types()).relocate(split, roots);
      const all = distilled.typeCount - 1;
      const fitting = { ...pair, failures: [], error: undefined, distilledHere: !isOwn };
      if (relocation.ok) {
        return {
          ...fitting,
          verdict: "fits",
          headline: `${count(all, "base type")} found in ${kernel.name}`,
        };
      }
      const { failures } = relocation;
      const verb = failures.length === 1 ? "does" : "do";
      return {
        ...fitting,
        verdict: "does not fit",
        headline: `${failures.length} of ${count(all, "base type")} ${verb} not fit`,
        failures: failures.map((failure) => failureLines(failure, kernel.name)),
      };
    } catch (cause) {
      const error = toErrorData(cause, module.name);
      return {
        ...pair,
        verdict: "unknown",
        headline: error.message,
        failures: [],
        error,
        distilledHere: false,
      };
    }
  }

  /** The types of a distilled module on a kernel, undefined where it does not fit. */
  relocated(module: OpenedFile, kernel: Btf): Btf | undefined {
    const relocation = this.#relocator(kernel).relocate(this.#relocatable(module).split);
    return relocation.ok ? parseBtf(relocation.bytes, kernel) : undefined;
  }

  /** The types of a module on its own distilled base. */
  onDistilled(module: OpenedFile): Btf {
    return this.#relocatable(module).split;
  }

  /** The distilled base that a module has, or would get. */
  distilled(module: OpenedFile): DistilledView {
    const { distilled, distilledBytes, isOwn } = this.#relocatable(module);
    const types = Array.from(distilled.ids(), (id) => ({
      id,
      kind: kindName(distilled.kind(id)),
      name: distilled.name(id),
      size: distilled.sizeOrType(id),
    }));
    return { isOwn, bytes: distilledBytes, types };
  }

  #relocator(kernel: Btf): Relocator {
    return kept(this.#relocators, kernel, () => new Relocator(kernel));
  }

  #relocatable(module: OpenedFile): Relocatable {
    const of = module.distilledBase === undefined ? module.btf : undefined;
    const known = this.#modules.get(module);
    if (known !== undefined && known.of === of) return known.relocatable;
    const relocatable =
      module.distilledBase === undefined ? this.#distill(module) : asDistilled(module, module.distilledBase);
    this.#modules.set(module, { of, relocatable });
    return relocatable;
  }

  /** Distills a module that is not, on the kernel that it was built for. */
  #distill(module: OpenedFile): Relocatable {
    const split = module.types();
    const kernel = split.base;
    if (kernel === null) throw new BtfxError("not-split", "this BTF stands alone: it is no module's");
    const distiller = kept(this.#distillers, kernel, () => new Distiller(kernel));
    const { base, split: bytes, mapId } = distiller.distill(split);
    const distilled = parseBtf(base);
    return {
      split: parseBtf(bytes, distilled),
      distilled,
      distilledBytes: base.length,
      roots: usedIds(module)
        .filter((id) => id < split.typeCount)
        .map(mapId),
      isOwn: false,
    };
  }
}

function asDistilled(module: OpenedFile, distilledBase: Uint8Array): Relocatable {
  const distilled = withContext({ section: ".BTF.base" }, () => parseBtf(distilledBase));
  const split = withContext({ section: ".BTF" }, () => parseBtf(module.image.btf, distilled));
  return { split, distilled, distilledBytes: distilledBase.length, roots: usedIds(module), isOwn: true };
}

function usedIds({ image }: OpenedFile): readonly TypeId[] {
  const ids = image.btfIds;
  return ids === undefined ? [] : idsIn(ids.bytes, ids.layout, ids.littleEndian);
}

function kept<K extends object, V>(cache: WeakMap<K, V>, key: K, make: () => V): V {
  let value = cache.get(key);
  if (value === undefined) {
    value = make();
    cache.set(key, value);
  }
  return value;
}

function count(number: number, what: string): string {
  return `${number.toLocaleString("en-US")} ${what}${number === 1 ? "" : "s"}`;
}
