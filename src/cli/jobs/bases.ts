import { Distiller } from "../../engine/distill.ts";
import { withContext } from "../../errors.ts";
import { findVmlinux, vmlinuxOf } from "../../io/read/find-vmlinux.ts";
import type { ModuleFile } from "../../io/read/module.ts";
import { readVmlinux, type Vmlinux } from "../../io/read/vmlinux.ts";

/** The bases of one run: each is read, checked and made ready once. */
export class Bases {
  readonly #given: readonly Vmlinux[];
  readonly #found = new Map<string, Vmlinux>();
  readonly #distillers = new Map<string, Distiller>();

  constructor(given: readonly Vmlinux[]) {
    this.#given = given;
  }

  /** Whether -B named them. */
  get areGiven(): boolean {
    return this.#given.length > 0;
  }

  /** The bases that may be a module's: those of -B, else the vmlinux of the module's vermagic. Throws `no-base`. */
  async for(module: ModuleFile): Promise<readonly Vmlinux[]> {
    return this.#given.length > 0 ? this.#given : [await this.#read(vmlinuxOf(module))];
  }

  /** The first base of -B, otherwise the vmlinux of the module's vermagic; undefined if there is none. */
  async find({ release }: ModuleFile): Promise<Vmlinux | undefined> {
    if (this.#given.length > 0) return this.#given[0];
    const path = release === undefined ? undefined : findVmlinux(release);
    return path === undefined ? undefined : await this.#read(path);
  }

  async #read(path: string): Promise<Vmlinux> {
    const file = this.#found.get(path) ?? (await readVmlinux(path));
    this.#found.set(path, file);
    return file;
  }

  distiller(base: Vmlinux): Distiller {
    let distiller = this.#distillers.get(base.path);
    if (distiller === undefined) {
      distiller = withContext({ file: base.path }, () => new Distiller(base.btf));
      this.#distillers.set(base.path, distiller);
    }
    return distiller;
  }
}
