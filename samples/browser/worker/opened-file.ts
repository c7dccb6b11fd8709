import {
  type Btf,
  type BtfImage,
  BtfxError,
  type ErrorData,
  looksSplit,
  unpackImage,
} from "../../../src/index.ts";
import type { BaseOf, FileSummary, TypeList } from "../shared/model.ts";
import { BROWSER_CODECS, inflateSection } from "./codecs.ts";
import { fileSource } from "./file-source.ts";
import { listTypes } from "./type-list.ts";
import { TypeSearch } from "./type-search.ts";

/** `e_machine` of BPF. */
const EM_BPF = 247;

/** A file with BTF in it, and what was found out about it. The workspace decides what its types are split on. */
export class OpenedFile {
  readonly key: number;
  readonly name: string;
  readonly fileBytes: number;
  readonly image: BtfImage;
  readonly form: "kernel" | "module" | "object";
  readonly release: string | undefined;
  /** `.BTF.base`, or of raw BTF the file of that name beside it. */
  distilledBase: Uint8Array | undefined;
  base: BaseOf = { kind: "none" };
  /** Why it has no `btf`. */
  error: ErrorData | undefined;
  #btf: Btf | undefined;
  #list: TypeList | undefined;
  #search: TypeSearch | undefined;

  constructor(key: number, name: string, fileBytes: number, image: BtfImage) {
    this.key = key;
    this.name = name;
    this.fileBytes = fileBytes;
    this.image = image;
    this.distilledBase = image.distilledBase;
    this.form = formOf(image);
    this.release = image.release ?? image.banner?.release;
  }

  /** All types: its own and those of what it is split on. */
  get btf(): Btf | undefined {
    return this.#btf;
  }

  /** Takes the types, of which lists are made anew. */
  setTypes(btf: Btf, base: BaseOf): void {
    this.#btf = btf;
    this.base = base;
    this.error = undefined;
    this.#list = undefined;
    this.#search = undefined;
  }

  /** Notes why its types cannot be shown. */
  setError(error: ErrorData): void {
    this.#btf = undefined;
    this.base = { kind: "none" };
    this.error = error;
  }

  /** Throws what keeps its types from being shown. */
  types(): Btf {
    if (this.#btf !== undefined) return this.#btf;
    const { code, message, at, hint } = this.error ?? NOT_SETTLED;
    throw new BtfxError(code, message, { at, hint });
  }

  get list(): TypeList {
    this.#list ??= listTypes(this.types());
    return this.#list;
  }

  get search(): TypeSearch {
    this.#search ??= new TypeSearch(this.list);
    return this.#search;
  }

  summary(): FileSummary {
    const { key, name, form, release, fileBytes, base, error, image, distilledBase } = this;
    const btf = this.#btf;
    return {
      key,
      name,
      form,
      release,
      layers: image.layers,
      fileBytes,
      btfBytes: image.btf.length,
      typeCount: btf === undefined ? 0 : btf.typeCount - btf.firstId,
      base,
      distilledBytes: distilledBase?.length,
      error,
    };
  }
}

const NOT_SETTLED: ErrorData = { code: "bug", message: "its types were not read", at: {} };

/** Opens what the user chose, by its content; `name` is what to call it. Throws {@link BtfxError}. */
export async function openChosen(key: number, file: File, name: string): Promise<OpenedFile> {
  const image = await unpackImage(fileSource(file), { codecs: BROWSER_CODECS, inflate: inflateSection });
  return new OpenedFile(key, name, file.size, image);
}

/** ELF is a module if it says so; raw BTF if it does not stand alone. btf_vmlinux.ko holds the types of a kernel. */
function formOf({ elf, btf }: BtfImage): OpenedFile["form"] {
  if (elf === undefined) return looksSplit(btf) ? "module" : "kernel";
  if (elf.machine === EM_BPF) return "object";
  const isModule = [".modinfo", ".gnu.linkonce.this_module", ".BTF.base"].some((name) => elf.section(name));
  return isModule && looksSplit(btf) ? "module" : "kernel";
}
