import type { Btf, TypeId } from "../btf/btf.ts";
import { refuseEndlessText } from "../btf/endless-text.ts";
import { chainOf, layTypes } from "../btf/lay.ts";
import { HASH_FACTOR, HASH_START } from "../btf/strings.ts";
import { wordsToBytes } from "../btf/words.ts";
import { BtfxError } from "../errors.ts";
import { pointerSizeOf } from "../types/pointer-size.ts";
import { type CMachine, withCMachine } from "../wasm/c-machine.ts";
import { hostOfC } from "./c/host.ts";
import { cColumns } from "./c/kind-table.ts";
import { type NameForm, NameWriter } from "./c/names.ts";
import { EPILOGUE, PREAMBLE } from "./c/preamble.ts";
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
   * The output of bpftool 7.8 bug for bug: the first type in sorted order is dumped only if another needs it, names are
   * not made identifiers, repeated names are cut at 255 bytes.
   */
  readonly compat?: boolean;
  /** With `compat`: print bytes of names that are not printable ASCII as `\xNN`, for terminals. */
  readonly escapeControl?: boolean;
  /** Called with each difference between the output and the BTF. */
  readonly onWarning?: (warning: string) => void;
}

/**
 * Prints types as a C header, as bpftool's `format c` does (vmlinux.h). Throws {@link BtfxError} `bad-type-id` for
 * types that contain themselves and `unsupported` for types that expand without bound; what came before is in the sink
 * then. Throws `RangeError` for an id that no type has.
 */
export function dumpC(btf: Btf, sink: ByteSink, options: COptions = {}): void {
  refuseEndlessText(btf, true);
  if (options.compat === true) refuseUnknownKinds(btf);
  const ids = options.ids === undefined ? undefined : Uint32Array.from(options.ids);
  for (const id of ids ?? []) btf.kind(id);
  withCMachine((machine) => {
    const { code } = machine;
    const idsAt = layAll(btf, sink, ids, options, machine);
    let refusal: unknown;
    // libbpf prints after it has queued what one type needs; the text is the same.
    try {
      if (ids === undefined) {
        if (options.unsorted === true) code.orderUnsorted();
        // bpftool prints elements 1 to n of an array that begins at 0.
        else code.orderAll(options.compat === true ? 1 : 0);
      } else if (options.unsorted === true) code.orderChosen(idsAt, ids.length);
      else code.orderSorted(idsAt, ids.length);
    } catch (error) {
      refusal = error;
    }
    sink.put(PREAMBLE);
    try {
      code.writeQueue();
      if (refusal !== undefined) throw refusal;
      if (ids === undefined && options.noKfuncs !== true) code.writeKfuncs();
    } finally {
      code.handOn();
    }
    sink.put(EPILOGUE);
  });
}

/** Lays the types, and makes the machine ready to order and write them. Returns where the ids are. */
function layAll(
  btf: Btf,
  sink: ByteSink,
  ids: Uint32Array | undefined,
  options: COptions,
  machine: CMachine,
): number {
  const { code, memory } = machine;
  const warn = options.onWarning ?? (() => {});
  const compat = options.compat === true;
  const form = !compat ? "identifiers" : options.escapeControl === true ? "printable" : "verbatim";
  const pointerSize = options.pointerSize ?? pointerSizeOf(btf);
  const at = layTypes(machine, chainOf(btf), btf.strings, ids?.byteLength ?? 0);
  memory.bytes.set(cColumns(), code.kindTable());
  if (ids !== undefined) wordsToBytes(ids, true, memory.bytes, at.more);
  const names = new NameWriter(
    sink,
    () => memory.bytes.subarray(at.strings),
    form,
    (name) => warn(`the name '${name}' is not a C identifier and was changed`),
  );
  const hasComments = options.layout === true;
  machine.host = hostOfC(btf, sink, memory, names, pointerSize, hasComments, warn);
  code.begin(
    at.words,
    at.starts,
    at.kinds,
    btf.typeCount,
    at.strings,
    btf.strings.end,
    HASH_START,
    HASH_FACTOR,
    pointerSize,
    CODE_OF_FORM[form],
    compat,
    hasComments,
  );
  return at.more;
}

/** The forms of names, with the numbers of `assembly/common/bytes`. */
const CODE_OF_FORM: Readonly<Record<NameForm, number>> = { verbatim: 0, printable: 2, identifiers: 3 };

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
