import type { Btf, TypeId } from "../btf/btf.ts";
import * as K from "../btf/kinds.ts";
import { BtfxError } from "../errors.ts";
import { Declarator } from "./c/declare.ts";
import { DefinitionEmitter } from "./c/emit.ts";
import { dumpKfuncs } from "./c/kfuncs.ts";
import { Layouts, pointerSizeOf } from "./c/layout.ts";
import { LayoutComments } from "./c/layout-comments.ts";
import { liveTypes } from "./c/live.ts";
import { Measurer } from "./c/measure.ts";
import { NameWriter } from "./c/names.ts";
import { TypeOrder, Work } from "./c/order.ts";
import { EPILOGUE, PREAMBLE } from "./c/preamble.ts";
import { RootOrder } from "./c/roots.ts";
import { refuseEndlessText } from "./endless.ts";
import { type FlatBtf, flatten } from "./flat.ts";
import type { ByteSink } from "./sink.ts";

/** How to print, and what. */
export interface COptions {
  /** Dump these types with all that they need; all types of the BTF and its bases if absent. */
  readonly ids?: ArrayLike<TypeId>;
  /** In the order of ids, or that of `ids` as they are given, and not in bpftool's, which is by kind and name. */
  readonly unsorted?: boolean;
  /** Leave out the prototypes of kfuncs. They are left out with `ids` in any case. */
  readonly noKfuncs?: boolean;
  /** Add pahole's comments: offsets, sizes, holes, totals. */
  readonly layout?: boolean;
  /** Bytes of a pointer; by default what `long` takes in this BTF. ELF files know better. */
  readonly pointerSize?: 4 | 8;
  /**
   * The output of bpftool 7.8 bug for bug: the first type in sorted order is not dumped for its own sake, names are not
   * made identifiers, repeated names are cut at 255 bytes.
   */
  readonly compat?: boolean;
  /** With `compat`: print bytes of names that are not printable ASCII as `\xNN`, for terminals. */
  readonly escapeControl?: boolean;
  /** Told of what the output does not say as the BTF does. */
  readonly onWarning?: (warning: string) => void;
}

/**
 * Prints types as a C header, as bpftool's `format c` does (vmlinux.h). Throws {@link BtfxError} `bad-type-id` for types
 * that are made of themselves and `unsupported` for ones that unfold without end; what came before is in the sink then.
 */
export function dumpC(btf: Btf, sink: ByteSink, options: COptions = {}): void {
  refuseEndlessText(btf, true);
  const flat = flatten(btf);
  const compat = options.compat === true;
  const warn = options.onWarning ?? (() => {});
  if (compat) refuseUnknownKinds(btf);
  const dumper = new Dumper(flat, sink, compat, options, warn);
  sink.put(PREAMBLE);
  if (options.ids !== undefined) {
    const ids = Uint32Array.from(options.ids);
    for (const id of options.unsorted === true ? ids : new RootOrder(flat).sort(ids)) dumper.dump(id);
  } else {
    if (options.unsorted === true) {
      for (let id = 1; id < flat.typeCount; id++) dumper.dump(id);
    } else dumper.dumpSorted();
    if (options.noKfuncs !== true) dumpKfuncs(flat, sink, dumper.declarator);
  }
  sink.put(EPILOGUE);
}

class Dumper {
  readonly declarator: Declarator;
  readonly #flat: FlatBtf;
  readonly #order: TypeOrder;
  readonly #emitter: DefinitionEmitter;
  readonly #compat: boolean;
  readonly #warn: (warning: string) => void;

  constructor(
    flat: FlatBtf,
    sink: ByteSink,
    compat: boolean,
    options: COptions,
    warn: (warning: string) => void,
  ) {
    const form = !compat ? "identifiers" : options.escapeControl === true ? "printable" : "verbatim";
    const names = new NameWriter(sink, flat.strings, form, (name) =>
      warn(`the name '${name}' is no C identifier and was changed`),
    );
    const layouts = new Layouts(flat, options.pointerSize ?? pointerSizeOf(flat));
    const work = new Work(flat);
    this.#flat = flat;
    this.#compat = compat;
    this.#warn = warn;
    const comments =
      options.layout === true
        ? new LayoutComments(flat, sink, new Measurer(flat, layouts.pointerSize))
        : undefined;
    this.declarator = new Declarator({ flat, sink, layouts, names, work, compat, comments });
    this.#order = new TypeOrder(flat, work);
    this.#emitter = new DefinitionEmitter(flat, sink, this.declarator, work);
  }

  /** Dumps a type and all it needs, as far as that was not done (`btf_dump__dump_type`). */
  dump(id: TypeId): void {
    const order = this.#order;
    const kind = this.#flat.kinds[id];
    if (kind > K.MAX_KIND) {
      this.#warn(`type [${id}] is of unknown kind ${kind} and was left out`);
      return;
    }
    order.order(id);
    for (let i = 0; i < order.queued; i++) this.#emitter.emit(order.queue[i]);
  }

  /** Dumps all types in bpftool's order. */
  dumpSorted(): void {
    const roots = new RootOrder(this.#flat);
    const { sorted, rest } = roots.sortRanked();
    // bpftool prints places 1 to n of an array that begins at 0.
    for (let i = this.#compat ? 1 : 0; i < sorted.length; i++) this.dump(sorted[i]);
    // Most of the rest, being pointers to what is dumped already, prints nothing in any order and need not be sorted.
    for (const id of roots.sort(liveTypes(this.#flat, this.#order, rest))) this.dump(id);
  }
}

/** libbpf gives up before it prints anything (`btf_dump_mark_referenced`). */
function refuseUnknownKinds(btf: Btf): void {
  for (let part: Btf | null = btf; part !== null; part = part.base) {
    if (part.unknownKindId !== 0) {
      throw new BtfxError("unknown-kind", "BTF has types of unknown kinds, which libbpf does not dump as C", {
        typeId: part.unknownKindId,
      });
    }
  }
}
