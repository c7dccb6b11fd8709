import type { Btf } from "../../btf/btf.ts";
import { flatten } from "../../types/flat.ts";
import { Sizes } from "../../types/measure.ts";
import { refuseType } from "../../types/type-errors.ts";
import type { CHost } from "../../wasm/c-machine.ts";
import type { GrowingMemory } from "../../wasm/web-assembly.ts";
import type { ByteSink } from "../sink.ts";
import { BaseTypes } from "./base-types.ts";
import { LayoutComments } from "./layout-comments.ts";
import type { NameWriter } from "./names.ts";

/** Makes the functions that the code of the C dump calls for rare things and for comments (`assembly/c/host`). */
export function hostOfC(
  btf: Btf,
  sink: ByteSink,
  memory: GrowingMemory,
  names: NameWriter,
  pointerSize: number,
  hasComments: boolean,
  warn: (warning: string) => void,
): CHost {
  const bases = new BaseTypes(sink, btf, warn);
  const flat = hasComments ? flatten(btf) : undefined;
  const comments = flat && new LayoutComments(flat, sink, new Sizes(flat, pointerSize));
  return {
    flush: (from, length) => sink.handOn(memory.bytes.subarray(from, from + length)),
    refuse: (code, id) => refuseType(code, id, btf.kind(id)),
    leftOut: (id) => warn(`type [${id}] is of unknown kind ${btf.kind(id)} and was left out`),
    escapeName: (off, stop) => names.identifier(off, stop),
    quotedName: (off) => names.quoted(off),
    attributeName: (off) => names.attribute(off),
    cutName: (off, use) => names.cut(off, use),
    baseName: (id, to) => {
      const name = bases.name(id);
      if (name !== undefined) memory.bytes.set(name, to);
      return name?.length ?? 0;
    },
    defineBase: (id) => bases.define(id),
    beginComments: (id, level, isNested) => comments?.begin(id, level, isNested === 1),
    commentHole: () => comments?.beforeMember(),
    commentMember: (isPointer) => comments?.member(isPointer === 1),
    commentLine: () => comments?.beginLine(),
    commentAfter: (level) => comments?.afterMember(level),
    endComments: () => comments?.end(),
  };
}
