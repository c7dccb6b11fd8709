import { HEAD_WORDS, KIND_NUMBERS, KINDS, type Kind } from "./kinds.ts";

/** Entry of a column where a kind has no such field. */
const NONE = 255;

/** The columns that every module has (`wasm/assembly/common/kinds`), in its order. */
const SHAPE: readonly ((kind: Kind) => number)[] = [
  (kind) => HEAD_WORDS + kind.info,
  (kind) => kind.elem,
  (kind) => kind.headIds[0] ?? NONE,
  (kind) => kind.headIds[1] ?? kind.headIds[0] ?? NONE,
  (kind) => (kind.elemName < 0 ? NONE : kind.elemName),
  (kind) => kind.elemIds[0] ?? NONE,
  (kind) => kind.elemIds[1] ?? kind.elemIds[0] ?? NONE,
];
/** Columns of sizes: those of a kind without a row are 0, not {@link NONE}. */
const SIZES = 2;

/**
 * The table of kinds as WebAssembly has it: a byte for each number in each column. What a module wants to know beyond the shape of
 * records it has in `own` columns, which follow.
 */
export function kindColumns(...own: readonly (readonly number[])[]): Uint8Array {
  const bytes = new Uint8Array((SHAPE.length + own.length) * KIND_NUMBERS);
  bytes.set(SHAPE_COLUMNS);
  own.forEach((column, i) => {
    bytes.set(column, (SHAPE.length + i) * KIND_NUMBERS);
  });
  return bytes;
}

const SHAPE_COLUMNS = shapeColumns();

function shapeColumns(): Uint8Array {
  const bytes = new Uint8Array(SHAPE.length * KIND_NUMBERS);
  SHAPE.forEach((entryOf, i) => {
    const column = bytes.subarray(i * KIND_NUMBERS, (i + 1) * KIND_NUMBERS);
    // A kind without a row has a known name only, and a size if the layout section has it.
    column.fill(i < SIZES ? 0 : NONE);
    // Void has no records.
    for (const kind of KINDS.slice(1)) column[kind.number] = entryOf(kind);
  });
  return bytes;
}
