import type { Btf, TypeId } from "../btf/btf.ts";
import { refuseEndlessText } from "../btf/endless-text.ts";
import * as K from "../btf/kinds.ts";
import { BtfxError } from "../errors.ts";
import { Layouts } from "../types/c-layout.ts";
import { type FlatBtf, flatten } from "../types/flat.ts";
import { Sizes } from "../types/measure.ts";
import { pointerSizeOf } from "../types/pointer-size.ts";
import { BaseTypes } from "./c/base-types.ts";
import { Declarator } from "./c/declarator.ts";
import { DefinitionEmitter } from "./c/emit.ts";
import { dumpKfuncs } from "./c/kfuncs.ts";
import { LayoutComments } from "./c/layout-comments.ts";
import { liveTypes } from "./c/live.ts";
import { NameWriter } from "./c/names.ts";
import { TypeOrder } from "./c/order.ts";
import { EPILOGUE, PREAMBLE } from "./c/preamble.ts";
import { RootOrder } from "./c/roots.ts";
import { Unfolding } from "./c/unfolding.ts";
import type { ByteSink } from "./sink.ts";

/** How to print, and which types. */
export interface COptions {
  /** Dump these types with all that they need; all types of the BTF and its bases if absent. */
  readonly ids?: ArrayLike<TypeId>;
  /** Keep the order of ids, or that of `ids`; bpftool sorts by kind and name. */
  readonly unsorted?: boolean;
  /** Leave out the prototypes of kfuncs. With `ids` they are left out in any case. */
  readonly noKfuncs?: boolean;
  /** Add pahole's comments: offsets, sizes, holes, totals. */
  readonly layout?: boolean;
  /** Bytes of a pointer; by default the size of `long` in this BTF. An ELF header is more reliable. */
  readonly pointerSize?: 4 | 8;
  /**
   * The output of bpftool 7.8 bug for bug: the first type in sorted order is dumped only if another needs it, names are not
   * made identifiers, repeated names are cut at 255 bytes.
   */
  readonly compat?: boolean;
  /** With `compat`: print bytes of names that are not printable ASCII as `\xNN`, for terminals. */
  readonly escapeControl?: boolean;
  /** Called with each difference between the output and the BTF. */
  readonly onWarning?: (warning: string) => void;
}

/**
 * Prints types as a C header, as bpftool's `format c` does (vmlinux.h). Throws {@link BtfxError} `bad-type-id` for types
 * that contain themselves and `unsupported` for types that expand without bound; what came before is in the sink then.
 */
export function dumpC(btf: Btf, sink: ByteSink, options: COptions = {}): void {
  refuseEndlessText(btf, true);
  const compat = options.compat === true;
  if (compat) refuseUnknownKinds(btf);
  const warn = options.onWarning ?? (() => {});
  const flat = flatten(btf);
  const unfolding = new Unfolding(flat);
  const order = new TypeOrder(flat, unfolding);
  let refusal: unknown;
  try {
    orderRoots(flat, order, options, warn);
  } catch (error) {
    refusal = error;
  }
  const pointerSize = options.pointerSize ?? pointerSizeOf(btf);
  const declarator = declaratorOf(btf, flat, sink, unfolding, pointerSize, options, warn);
  const emitter = new DefinitionEmitter(flat, sink, declarator, unfolding);
  sink.put(PREAMBLE);
  for (let i = 0; i < order.settled; i++) emitter.emit(order.queue[i]);
  if (refusal !== undefined) throw refusal;
  if (options.ids === undefined && options.noKfuncs !== true) dumpKfuncs(flat, sink, declarator);
  sink.put(EPILOGUE);
}

/**
 * Queues all that is to be dumped (`btf_dump__dump_type` for each root). libbpf prints after each root; the text is the
 * same, and V8 compiles each of the two walks sooner when it runs alone.
 */
function orderRoots(
  flat: FlatBtf,
  order: TypeOrder,
  options: COptions,
  warn: (warning: string) => void,
): void {
  const orderAll = (ids: Uint32Array) => {
    for (let i = 0; i < ids.length; i++) {
      const kind = flat.kinds[ids[i]];
      if (kind <= K.MAX_KIND) order.order(ids[i]);
      else warn(`type [${ids[i]}] is of unknown kind ${kind} and was left out`);
    }
  };
  const ids = options.ids === undefined ? undefined : Uint32Array.from(options.ids);
  if (options.unsorted === true) {
    orderAll(ids ?? allTypes(flat));
    return;
  }
  const roots = new RootOrder(flat);
  if (ids !== undefined) {
    orderAll(roots.sort(ids));
    return;
  }
  const { sorted, rest } = roots.sortRanked();
  // bpftool prints elements 1 to n of an array that begins at 0.
  orderAll(options.compat === true ? sorted.subarray(1) : sorted);
  // Most of the rest are pointers to queued types. They add nothing in any order and need not be sorted.
  orderAll(roots.sort(liveTypes(flat, order, rest)));
}

function allTypes({ typeCount }: FlatBtf): Uint32Array {
  const ids = new Uint32Array(typeCount - 1);
  for (let i = 0; i < ids.length; i++) ids[i] = i + 1;
  return ids;
}

function declaratorOf(
  btf: Btf,
  flat: FlatBtf,
  sink: ByteSink,
  unfolding: Unfolding,
  pointerSize: number,
  options: COptions,
  warn: (warning: string) => void,
): Declarator {
  const compat = options.compat === true;
  const form = !compat ? "identifiers" : options.escapeControl === true ? "printable" : "verbatim";
  const names = new NameWriter(sink, flat.strings, form, (name) =>
    warn(`the name '${name}' is not a C identifier and was changed`),
  );
  const layouts = new Layouts(flat, pointerSize);
  const comments =
    options.layout === true
      ? new LayoutComments(flat, sink, new Sizes(flat, layouts.pointerSize))
      : undefined;
  const bases = compat ? undefined : new BaseTypes(flat, sink, btf, warn);
  return new Declarator({ flat, sink, layouts, names, unfolding, compat, bases, comments });
}

/** libbpf fails before it prints anything (`btf_dump_mark_referenced`). */
function refuseUnknownKinds(btf: Btf): void {
  for (let part: Btf | null = btf; part !== null; part = part.base) {
    if (part.unknownKindId !== 0) {
      throw new BtfxError(
        "unknown-kind",
        "the BTF has types of unknown kinds, which libbpf does not dump as C",
        {
          at: { typeId: part.unknownKindId },
        },
      );
    }
  }
}
