/** A BPF object file without its types: code, what the code refers to, and data. */
export interface BpfCode {
  readonly littleEndian: boolean;
  /** Sections with instructions, in file order. */
  readonly code: readonly CodeSection[];
  /** In the order of their sections and instructions. */
  readonly functions: readonly CodeFunction[];
  /** `.rodata`, `.data`, `.struct_ops` and other sections with data, in file order. */
  readonly data: readonly DataSection[];
  /** Names that the kernel must define: undefined symbols. */
  readonly externs: readonly Extern[];
}

/** A section with instructions. */
export interface CodeSection {
  /** Number in the file. */
  readonly index: number;
  readonly name: string;
  readonly bytes: Uint8Array;
  /** By instruction: what its relocation refers to. */
  readonly references: ReadonlyMap<number, Reference>;
}

/** The target of an instruction's reference. */
export type Reference =
  /** A function, by the section and instruction where it begins. */
  | { readonly kind: "function"; readonly section: number; readonly insn: number }
  /** A byte of a data section. */
  | { readonly kind: "data"; readonly section: number; readonly offset: number }
  | ({ readonly kind: "extern" } & Extern);

/** A function. Places are instructions from the start of its section. */
export interface CodeFunction {
  readonly name: string;
  /** Number of its section in the file. */
  readonly section: number;
  readonly start: number;
  readonly count: number;
  /** Whether the verifier judges the function by itself, without its callers: it is global and not hidden. */
  readonly isGlobal: boolean;
}

/** A section with data, empty if the file has none of its bytes. */
export interface DataSection {
  readonly index: number;
  readonly name: string;
  readonly bytes: Uint8Array;
  /** References that relocations fill in. */
  readonly relocated: readonly DataReference[];
}

/**
 * An address in data: the word at byte `offset` is the address of byte `address` in the section with the number
 * `section`.
 */
export interface DataReference {
  readonly offset: number;
  readonly section: number;
  readonly address: number;
}

/** A name that something else has to define. */
export interface Extern {
  readonly name: string;
  /** May be missing. */
  readonly isWeak: boolean;
}
