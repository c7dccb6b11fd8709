import type { Btf, TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { ascii } from "../../btf/strings.ts";
import { type FlatBtf, nameIs } from "../../types/flat.ts";
import type { ByteSink } from "../sink.ts";

/** Typedefs of one name that are looked at, and typedefs behind each: kernels have few. */
const MOST_TYPEDEFS = 8;
const MOST_STEPS = 64;
/** Longer names are none of C's. */
const LONGEST_NAME = 64;

/**
 * Names of INTs and FLOATs in C. A name that C does not have, such as Rust's `u8` or `usize`, or has for another size, such as
 * Rust's `char` of four bytes, gets a typedef.
 */
export class BaseTypes {
  private readonly flat: FlatBtf;
  private readonly sink: ByteSink;
  private readonly btf: Btf;
  private readonly warn: (warning: string) => void;
  private readonly texts = new Map<TypeId, Uint8Array>();
  /** The typedefs that are needed, by the name they define. */
  private readonly aliases = new Map<string, string>();
  private readonly written = new Set<string>();

  constructor(flat: FlatBtf, sink: ByteSink, btf: Btf, warn: (warning: string) => void) {
    this.flat = flat;
    this.sink = sink;
    this.btf = btf;
    this.warn = warn;
  }

  /** Writes the name of an INT or FLOAT. */
  write(id: TypeId): void {
    this.sink.put(this.textOf(id));
  }

  /** Writes the typedef that the type needs, once. */
  define(id: TypeId): void {
    const name = this.textOf(id);
    const key = String.fromCharCode(...name);
    const alias = this.aliases.get(key);
    if (alias === undefined || this.written.has(key)) return;
    this.written.add(key);
    this.sink.text(alias);
  }

  private textOf(id: TypeId): Uint8Array {
    let text = this.texts.get(id);
    if (text === undefined) {
      text = ascii(this.nameOf(id));
      this.texts.set(id, text);
    }
    return text;
  }

  private nameOf(id: TypeId): string {
    const { words, starts, strings } = this.flat;
    const nameOff = words[starts[id] + K.NAME_OFF];
    const size = words[starts[id] + K.SIZE_OR_TYPE];
    let name = "";
    for (let at = nameOff; strings[at] !== 0 && name.length <= LONGEST_NAME; at++) {
      name += String.fromCharCode(strings[at]);
    }
    if (sizeInC(name).includes(size)) return name;
    const own = this.namesake(id) ?? this.inC(id);
    if (name === "" && own !== "") return own;
    const isOfC = sizeInC(name).length > 0;
    const word = identifier(name);
    // A word that C or another type has already is told apart by its size.
    const isTaken = isOfC || this.isTypedef(nameOff, own) || this.isOther(word, own);
    const alias = isTaken ? `${word}___${size}` : word;
    this.aliases.set(alias, definition(own, alias, size));
    if (alias !== name)
      this.warn(`the name '${name}' of ${size} bytes is not one of C and was changed to ${alias}`);
    return alias;
  }

  /** A C type that is the same number; "" where C has none of this size. */
  private inC(id: TypeId): string {
    const { words, starts, kinds } = this.flat;
    const size = words[starts[id] + K.SIZE_OR_TYPE];
    if (kinds[id] === K.FLOAT) return FLOATS[size] ?? "";
    const encoding = words[starts[id] + K.FIRST_INFO] >>> 24;
    if ((encoding & BOOL) !== 0 && size === 1) return "_Bool";
    const base = INTS[size];
    return base === undefined ? "" : (encoding & SIGNED) !== 0 ? `signed ${base}` : `unsigned ${base}`;
  }

  /** The C type that a typedef of the same name stands for, if it is the same number: defining it twice is allowed. */
  private namesake(id: TypeId): string | undefined {
    const { words, starts, strings } = this.flat;
    for (const leaf of this.typedefLeaves(words[starts[id] + K.NAME_OFF])) {
      if (!this.sameNumber(leaf, id)) continue;
      const at = words[starts[leaf] + K.NAME_OFF];
      const name = String.fromCharCode(...strings.subarray(at, at + LONGEST_NAME)).split("\0", 1)[0];
      if (sizeInC(name).length > 0) return name;
    }
    return undefined;
  }

  /** Whether a typedef of this name stands for something else than `own`. */
  private isTypedef(nameOff: number, own: string): boolean {
    const { words, starts, strings } = this.flat;
    return this.typedefLeaves(nameOff).some(
      (leaf) => !nameIs(strings, words[starts[leaf] + K.NAME_OFF], ascii(own)),
    );
  }

  /** The types that the typedefs of a name stand for, behind other typedefs. */
  private typedefLeaves(nameOff: number): TypeId[] {
    const { kinds, targets, strings } = this.flat;
    const typedefs = this.btf.names
      .named(strings, nameOff)
      .filter((id) => kinds[id] === K.TYPEDEF)
      .slice(0, MOST_TYPEDEFS);
    return typedefs.map((typedef) => {
      let leaf = typedef;
      for (let steps = 0; kinds[leaf] === K.TYPEDEF && steps < MOST_STEPS; steps++) leaf = targets[leaf];
      return leaf;
    });
  }

  private sameNumber(a: TypeId, b: TypeId): boolean {
    const { words, starts, kinds } = this.flat;
    const isSame = (field: number) => words[starts[a] + field] === words[starts[b] + field];
    if (kinds[a] !== kinds[b] || !isSame(K.SIZE_OR_TYPE)) return false;
    return kinds[a] === K.FLOAT || (kinds[a] === K.INT && isSame(K.FIRST_INFO));
  }

  /** Whether a word is defined already as another type. */
  private isOther(word: string, own: string): boolean {
    const known = this.aliases.get(word);
    return known !== undefined && !known.startsWith(`typedef ${own} `);
  }
}

function definition(own: string, name: string, size: number): string {
  // No number of C has as many bytes: at least the size is right.
  if (own === "") return `typedef struct { unsigned char bytes[${size}]; } ${name};\n\n`;
  return `typedef ${own} ${name};\n\n`;
}

/** A name as one identifier. */
function identifier(name: string): string {
  const word = name.replace(
    /[^A-Za-z0-9_]/g,
    (char) => `_x${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return /^[A-Za-z_]/.test(word) ? word : `_${word}`;
}

/** Sizes that an arithmetic type of C may have, by the words of its name; none if it is no such type. */
function sizeInC(name: string): readonly number[] {
  const words = name.split(" ");
  if (words.length === 0 || !words.every((word) => WORDS.has(word))) return [];
  const has = (word: string) => words.includes(word);
  if (has("_Complex") || has("complex")) return ANY_COMPLEX;
  if (has("__int128")) return [16];
  if (has("char") || has("_Bool")) return [1];
  if (has("short")) return [2];
  if (has("float")) return [4];
  if (has("double")) return has("long") ? [8, 12, 16] : [8];
  const longs = words.filter((word) => word === "long").length;
  return longs === 0 ? [4] : longs === 1 ? [4, 8] : [8];
}

const WORDS: ReadonlySet<string> = new Set(
  "char short int long signed unsigned float double _Bool __int128 _Complex complex".split(" "),
);
const ANY_COMPLEX: readonly number[] = [2, 4, 8, 16, 24, 32];
const INTS: Readonly<Record<number, string>> = {
  1: "char",
  2: "short",
  4: "int",
  8: "long long",
  16: "__int128",
};
const FLOATS: Readonly<Record<number, string>> = {
  2: "_Float16",
  4: "float",
  8: "double",
  16: "long double",
};
/** `BTF_INT_SIGNED` and `BTF_INT_BOOL` among the encoding bits. */
const SIGNED = 1;
const BOOL = 4;
