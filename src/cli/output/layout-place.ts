import type { Btf, TypeId } from "../../btf/btf.ts";
import { isComposite } from "../../btf/kinds.ts";
import { compositesNamed, membersAt, type PlacedMember } from "../../types/member-path.ts";
import { measured } from "../../types/sizes.ts";
import { typeText } from "../../types/type-text.ts";
import { EXIT } from "../exit.ts";
import type { Host } from "../host.ts";
import { jsonText } from "../json.ts";
import type { OffsetJson, PlacesJson } from "./json-output.ts";

/** Prints the members at a byte offset of the given types. Returns the exit code. */
export function printPlace(
  btf: Btf,
  ids: readonly TypeId[],
  byte: number,
  json: { readonly isJson: boolean; readonly isPretty: boolean },
  host: Host,
): number {
  const places = Array.from(laidOut(btf, ids), (id) => {
    const size = btf.sizeOrType(id);
    return { name: btf.name(id), size, isInside: byte < size, members: membersAt(btf, id, byte) };
  });
  const { flat } = measured(btf);
  if (json.isJson) {
    const answer: PlacesJson["places"] = places.map(({ name, size, members }) => ({
      name,
      size,
      at: byte,
      members: members.map((member) => ({ ...placeJson(member), type: typeText(flat, member.type) })),
    }));
    host.stdout.write(jsonText({ places: answer }, json.isPretty));
  } else {
    for (const { name, size, isInside, members } of places) {
      const at = `${name}+0x${byte.toString(16)}`;
      if (!isInside) host.stdout.write(`${at}: beyond the ${size} bytes of the type\n`);
      else if (members.length === 0) host.stdout.write(`${at}: a hole or padding\n`);
      for (const member of members) {
        host.stdout.write(`${at}: ${placeText(member, typeText(flat, member.type), byte)}\n`);
      }
    }
  }
  return places.some(({ members }) => members.length > 0) ? EXIT.ok : EXIT.no;
}

/** The structs and unions among the given types, and those to which typedefs among them lead; each once. */
function laidOut(btf: Btf, ids: readonly TypeId[]): ReadonlySet<TypeId> {
  const found = new Set<TypeId>();
  const names = new Set<string>();
  for (const id of ids) {
    if (isComposite(btf.kind(id))) found.add(id);
    else if (!names.has(btf.name(id))) {
      names.add(btf.name(id));
      for (const composite of compositesNamed(btf, btf.name(id))) found.add(composite);
    }
  }
  return found;
}

/** `PATH  TYPE  at 0x50, 4 bytes, 1 byte in`, where `byte` is what was asked for. */
function placeText(
  { path, bitOffset, bitSize, bitfieldSize }: PlacedMember,
  type: string,
  byte: number,
): string {
  const start = Math.floor(bitOffset / 8);
  const firstBit = bitOffset % 8;
  const bytes = (count: number) => `${count} ${count === 1 ? "byte" : "bytes"}`;
  const extent = bitfieldSize > 0 ? `bits ${firstBit} to ${firstBit + bitSize - 1}` : bytes(bitSize / 8);
  const inside = byte > start ? `, ${bytes(byte - start)} in` : "";
  return `${path}  ${type}  at 0x${start.toString(16)}, ${extent}${inside}`;
}

function placeJson({ path, bitOffset, bitSize, bitfieldSize }: PlacedMember): Omit<OffsetJson, "type"> {
  const size = Math.ceil(bitSize / 8);
  const bits = bitfieldSize > 0 ? { bit_offset: bitOffset % 8, bit_size: bitfieldSize } : {};
  return { path, offset: Math.floor(bitOffset / 8), size, ...bits };
}
