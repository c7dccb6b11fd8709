import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { ascii } from "../../btf/strings.ts";
import { type FlatBtf, touched } from "../../types/flat.ts";
import type { ByteSink } from "../sink.ts";
import { NameCounts, type NameWriter } from "./names.ts";

/** From this count on, uses of a name do not fit into a byte. */
const MANY = 255;
const SPACE = 0x20;

/**
 * Gives out the names of C: the second type or enumerator of a name becomes `NAME___2` (`btf_dump_type_name`,
 * `btf_dump_resolve_name`, libbpf btf_dump.c).
 */
export class GivenNames {
  private readonly flat: FlatBtf;
  private readonly sink: ByteSink;
  private readonly names: NameWriter;
  /** Bug for bug as libbpf: names that repeat are cut at 255 bytes. */
  private readonly compat: boolean;
  /** Structs, unions, enums and INTs share one space of names; typedefs and enumerators the other. */
  private readonly typeNames: NameCounts;
  private readonly identNames: NameCounts;
  /** Which use of its name each type got, 0 if none yet; {@link MANY} and above are in the map. */
  private readonly uses: Uint8Array;
  private readonly manyUses = new Map<TypeId, number>();

  constructor(flat: FlatBtf, sink: ByteSink, names: NameWriter, compat: boolean) {
    this.flat = flat;
    this.sink = sink;
    this.names = names;
    this.compat = compat;
    this.typeNames = new NameCounts(flat.strings);
    this.identNames = new NameCounts(flat.strings);
    this.uses = touched(new Uint8Array(flat.typeCount));
  }

  /** Writes a space and the name that the type was given, or nothing for an anonymous type. */
  tag(id: TypeId, nameOff: number): void {
    if (nameOff === 0) return;
    this.sink.byte(SPACE);
    this.write(nameOff, this.useOfType(id));
  }

  /** Writes the name of an enumerator, which is counted with those of typedefs. */
  enumerator(nameOff: number): void {
    this.names.identifier(nameOff);
    const use = this.identNames.count(nameOff);
    if (use > 1) this.duplicate(use);
  }

  /** Which use of its name a struct, union, enum or INT is. */
  useOfType(id: TypeId): number {
    return this.useOf(id, this.typeNames);
  }

  /** Which use of its name a typedef is. */
  useOfTypedef(id: TypeId): number {
    return this.useOf(id, this.identNames);
  }

  /** Writes a name as it was given out: `NAME`, or `NAME___N` for the N-th use of it. */
  write(nameOff: number, use: number): void {
    if (use === 1) this.names.identifier(nameOff);
    else if (this.compat) this.cutName(nameOff, use);
    else {
      this.names.identifier(nameOff);
      this.duplicate(use);
    }
  }

  /** Which use of its name a type is: 1 for the first, and for an empty enum, which only declares another. */
  private useOf(id: TypeId, counts: NameCounts): number {
    const known = this.uses[id];
    if (known !== 0) return known < MANY ? known : (this.manyUses.get(id) as number);
    const { words, starts } = this.flat;
    const at = starts[id];
    const info = words[at + K.INFO];
    const isAnnouncement = K.infoKind(info) === K.ENUM && K.infoVlen(info) === 0;
    const use = isAnnouncement ? 1 : counts.count(words[at + K.NAME_OFF]);
    this.uses[id] = Math.min(use, MANY);
    if (use >= MANY) this.manyUses.set(id, use);
    return use;
  }

  /** `snprintf` of `NAME___N` into 256 bytes, as libbpf has it. */
  private cutName(nameOff: number, use: number): void {
    const suffix = ascii(`___${use}`);
    const strings = this.flat.strings;
    let at = 0;
    while (at < 255 && strings[nameOff + at] !== 0) at++;
    if (at < 255) this.names.identifier(nameOff);
    else for (let i = 0; i < 255; i++) this.sink.byte(strings[nameOff + i]);
    for (let i = 0; i < suffix.length && at < 255; i++, at++) this.sink.byte(suffix[i]);
  }

  private duplicate(use: number): void {
    this.sink.put(UNDERSCORES);
    this.sink.uint(use);
  }
}

const UNDERSCORES = ascii("___");
