import { HEAD_WORDS, KIND_NUMBERS, KINDS, type Kind } from "./kinds.ts";

/** Entry in a column for a kind without such a field. */
const NONE = 255;

/** The columns that every module has, in the order of `wasm/assembly/common/kinds`. */
const SHAPE: readonly ((kind: Kind) => number)[] = [
  (kind) => HEAD_WORDS + kind.info,
  (kind) => kind.elem,
  (kind) => kind.headIds[0] ?? NONE,
  (kind) => kind.headIds[1] ?? kind.headIds[0] ?? NONE,
  (kind) => (kind.elemName < 0 ? NONE : kind.elemName),
  (kind) => kind.elemIds[0] ?? NONE,
  (kind) => kind.elemIds[1] ?? kind.elemIds[0] ?? NONE,
];
/** The first columns are sizes: 0 for a kind without a row, not {@link NONE}. */
const SIZES = 2;

/**
 * The table of kinds for WebAssembly: columns with a byte for each kind number. Columns for the shape of records come
 * first; `own` columns with what only one module needs follow.
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
    // Of a kind without a row only the name is known, and the size if the layout section has it.
    column.fill(i < SIZES ? 0 : NONE);
    // Void has no records.
    for (const kind of KINDS.slice(1)) column[kind.number] = entryOf(kind);
  });
  return bytes;
}
