import { describe, expect, test } from "vitest";
import { parseBtf } from "../../../src/btf/parse.ts";
import { Minimizer } from "../../../src/engine/core/minimize.ts";
import { CoreResolver, type Resolution } from "../../../src/engine/core/resolve-relocation.ts";
import { Side } from "../../../src/engine/core/side.ts";
import { RELO } from "../../../src/engine/core/spec.ts";
import { pointerSizeOf } from "../../../src/types/pointer-size.ts";
import { btf, raw, rawText } from "../../support/btf.ts";
import { type CoreObject, coreObject } from "../../support/core.ts";
import { RESOLVE_CASES } from "./resolve.cases.ts";

function resolveAll(object: CoreObject, targets: readonly Side[]): Resolution[] {
  const resolver = new CoreResolver(object.local, targets, object.relos);
  return object.relos.map((relo) => resolver.resolve(relo, relo.section));
}

function minimize(targets: readonly Side[], resolutions: readonly Resolution[]): Uint8Array {
  const minimizer = new Minimizer(targets);
  for (const resolution of resolutions) minimizer.add(resolution);
  return minimizer.finish();
}

test("of structs the members that are used stay, of types what they are made of", () => {
  const kernel = btf`
    [1] INT 'unused' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
    [2] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
    [3] STRUCT 's' size=16 vlen=3
      'a' type_id=2 bits_offset=0
      'b' type_id=2 bits_offset=32 bitfield_size=3
      'c' type_id=4 bits_offset=64
    [4] PTR '(anon)' type_id=3
    [5] ENUM 'e' encoding=UNSIGNED size=4 vlen=2
      'A' val=0
      'B' val=1`;
  const object = coreObject(
    `[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
     [2] STRUCT 's' size=4 vlen=2
       'a' type_id=1 bits_offset=0
       'c' type_id=3 bits_offset=0
     [3] PTR '(anon)' type_id=0
     [4] ENUM 'e' encoding=UNSIGNED size=4 vlen=1
       'B' val=1`,
    ["byte_off [2] 0:0", "byte_off [2] 0:1", "enumval_value [4] 0", "type_exists [2] 0"],
  );
  const targets = [new Side(kernel, "vmlinux", 8)];
  expect(rawText(parseBtf(minimize(targets, resolveAll(object, targets))))).toBe(raw`
    [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
    [2] STRUCT 's' size=16 vlen=2
      'a' type_id=1 bits_offset=0
      'c' type_id=3 bits_offset=64
    [3] PTR '(anon)' type_id=2
    [4] ENUM 'e' encoding=UNSIGNED size=4 vlen=2
      'A' val=0
      'B' val=1`);
});

test("types of modules join those of vmlinux in one BTF", () => {
  const vmlinux = btf`
    [1] INT 'unused' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
    [2] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED`;
  const module = btf.split(vmlinux)`
    [3] STRUCT 'unused' size=4 vlen=0
    [4] STRUCT 'm' size=8 vlen=2
      'a' type_id=2 bits_offset=0
      'b' type_id=2 bits_offset=32`;
  const object = coreObject(
    `[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
     [2] STRUCT 'm' size=4 vlen=1
       'b' type_id=1 bits_offset=0`,
    ["byte_off [2] 0:0"],
  );
  const targets = [new Side(vmlinux, "vmlinux", 8), new Side(module, "m", 8)];
  expect(rawText(parseBtf(minimize(targets, resolveAll(object, targets))))).toBe(raw`
    [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
    [2] STRUCT 'm' size=8 vlen=1
      'b' type_id=1 bits_offset=32`);
});

describe("a minimized BTF gives what the whole one gave", () => {
  test.each(RESOLVE_CASES)("$name", ({ local, target, relos }) => {
    const object = coreObject(
      local,
      relos.map(([relo]) => relo),
    );
    const kernel = btf`${target}`;
    const whole = resolveAll(object, [new Side(kernel, "vmlinux", pointerSizeOf(kernel))]);
    const cut = parseBtf(minimize([new Side(kernel, "vmlinux", 8)], whole));
    const again = resolveAll(object, [new Side(cut, "vmlinux", pointerSizeOf(kernel))]);
    for (const [i, before] of whole.entries()) {
      const after = again[i];
      // Ids are others; and no compiler gives a struct two members of one name.
      if (local.includes("'x' type_id=2") && target.includes("'w' type_id=1")) continue;
      if (!before.ok || before.relo.kind === RELO.TYPE_ID_TARGET) continue;
      expect(after.ok && [after.value.poison, after.value.value]).toEqual([
        before.value.poison,
        before.value.value,
      ]);
    }
  });
});
