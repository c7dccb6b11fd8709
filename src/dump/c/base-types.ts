import type { Btf, TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { ascii } from "../../btf/strings.ts";
import type { ByteSink } from "../sink.ts";

/** Typedefs of one name that are looked at, and typedefs behind each: kernels have few. */
const MOST_TYPEDEFS = 8;
const MOST_STEPS = 64;
/** Longer names are none of C's. */
const LONGEST_NAME = 64;

/**
 * Names of INTs and FLOATs in C. A name that C does not have, such as Rust's `u8` or `usize`, or has for another size,
 * such as Rust's `char` of four bytes, gets a typedef.
 */
export class BaseTypes {
  private readonly sink: ByteSink;
  private readonly btf: Btf;
  private readonly warn: (warning: string) => void;
  private readonly names = new Map<TypeId, string>();
  /** The typedefs that are needed, by the name they define. */
  private readonly aliases = new Map<string, string>();
  private readonly written = new Set<string>();

  constructor(sink: ByteSink, btf: Btf, warn: (warning: string) => void) {
    this.sink = sink;
    this.btf = btf;
    this.warn = warn;
  }

  /** The name of an INT or FLOAT in C, undefined if that is its own. */
  name(id: TypeId): Uint8Array | undefined {
    const name = ascii(this.nameInC(id));
    const own = this.btf.strings.slice(this.btf.nameOff(id));
    return name.length === own.length && name.every((byte, i) => byte === own[i]) ? undefined : name;
  }

  /** Writes the typedef that the type needs, once. */
  define(id: TypeId): void {
    const name = this.nameInC(id);
    const alias = this.aliases.get(name);
    if (alias === undefined || this.written.has(name)) return;
    this.written.add(name);
    this.sink.text(alias);
  }

  private nameInC(id: TypeId): string {
    let name = this.names.get(id);
    if (name === undefined) {
      name = this.findName(id);
      this.names.set(id, name);
    }
    return name;
  }

  private ownName(id: TypeId): string {
    return String.fromCharCode(...this.btf.strings.slice(this.btf.nameOff(id)).subarray(0, LONGEST_NAME + 1));
  }

  private findName(id: TypeId): string {
    const size = this.btf.sizeOrType(id);
    const name = this.ownName(id);
    if (sizeInC(name).includes(size)) return name;
    const own = this.namesake(id) ?? this.inC(id);
    if (name === "" && own !== "") return own;
    const isOfC = sizeInC(name).length > 0;
    const word = identifier(name);
    // If C or another type has the word already, the size is added to it.
    const isTaken = isOfC || this.isTypedef(id, own) || this.isOther(word, own);
    const alias = isTaken ? `${word}___${size}` : word;
    this.aliases.set(alias, definition(own, alias, size));
    if (alias !== name)
      this.warn(`the name '${name}' of ${size} bytes is not one of C and was changed to ${alias}`);
    return alias;
  }

  /** A C type that is the same number; "" where C has none of this size. */
  private inC(id: TypeId): string {
    const size = this.btf.sizeOrType(id);
    if (this.btf.kind(id) === K.FLOAT) return FLOATS[size] ?? "";
    const encoding = this.info(id) >>> 24;
    if ((encoding & BOOL) !== 0 && size === 1) return "_Bool";
    const base = INTS[size];
    return base === undefined ? "" : (encoding & SIGNED) !== 0 ? `signed ${base}` : `unsigned ${base}`;
  }

  /** The C type of a typedef with the same name, if it is the same number: defining a typedef twice is allowed. */
  private namesake(id: TypeId): string | undefined {
    for (const leaf of this.typedefLeaves(id)) {
      if (!this.sameNumber(leaf, id)) continue;
      const name = this.ownName(leaf);
      if (sizeInC(name).length > 0) return name;
    }
    return undefined;
  }

  /** Whether a typedef with this type's name means something else than `own`. */
  private isTypedef(id: TypeId, own: string): boolean {
    return this.typedefLeaves(id).some((leaf) => this.ownName(leaf) !== own);
  }

  /** The types behind the typedefs that have a type's name. */
  private typedefLeaves(id: TypeId): TypeId[] {
    const { btf } = this;
    const off = btf.nameOff(id);
    const table = btf.strings.holder(off);
    const typedefs = btf.names
      .named(table.bytes, off - table.firstOff)
      .filter((other) => btf.kind(other) === K.TYPEDEF)
      .slice(0, MOST_TYPEDEFS);
    return typedefs.map((typedef) => {
      let leaf = typedef;
      for (let steps = 0; btf.kind(leaf) === K.TYPEDEF && steps < MOST_STEPS; steps++)
        leaf = btf.sizeOrType(leaf);
      return leaf;
    });
  }

  private sameNumber(a: TypeId, b: TypeId): boolean {
    const { btf } = this;
    const kind = btf.kind(a);
    if (kind !== btf.kind(b) || btf.sizeOrType(a) !== btf.sizeOrType(b)) return false;
    return kind === K.FLOAT || (kind === K.INT && this.info(a) === this.info(b));
  }

  /** The word of encoding, offset and bits of an INT. */
  private info(id: TypeId): number {
    const holder = this.btf.holder(id);
    return holder.words[holder.start(id) + K.FIRST_INFO];
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
