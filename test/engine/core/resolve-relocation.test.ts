import { describe, expect, test } from "vitest";
import { errnoName } from "../../../src/engine/core/errno.ts";
import { CoreResolver, type Resolution } from "../../../src/engine/core/resolve-relocation.ts";
import { Side } from "../../../src/engine/core/side.ts";
import { formatSpec } from "../../../src/engine/core/spec-text.ts";
import { pointerSizeOf } from "../../../src/types/pointer-size.ts";
import { btf } from "../../support/btf.ts";
import { coreObject, SECTION } from "../../support/core.ts";
import { RESOLVE_CASES } from "./resolve.cases.ts";

/** A resolution in the words of the cases. */
function said(resolution: Resolution): string {
  if (!resolution.ok) return `${errnoName(resolution.errno)}: ${resolution.message}`;
  const { target, value } = resolution;
  const access = target === undefined ? "none" : formatSpec(target).replace(/^<\w+> \[\d+\] \w+ \w+/, "");
  if (value.poison) return `${access} = poison`;
  const resize = value.originalSize === value.size ? "" : `, ${value.originalSize} -> ${value.size} bytes`;
  return `${access} = ${value.value}${resize}${value.failsResize ? " fails" : ""}`;
}

describe("a relocation resolves as in libbpf", () => {
  test.each(RESOLVE_CASES)("$name", ({ local, target, relos }) => {
    const object = coreObject(
      local,
      relos.map(([relo]) => relo),
    );
    const kernel = btf`${target}`;
    const side = new Side(kernel, "vmlinux", pointerSizeOf(kernel));
    const resolver = new CoreResolver(object.local, [side], object.relos);
    const found = object.relos.map((relo) => said(resolver.resolve(relo, SECTION)));
    expect(found).toEqual(relos.map(([, expected]) => expected));
  });
});

describe("modules", () => {
  const vmlinux = btf`
    [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
    [2] STRUCT 'in_vmlinux' size=8 vlen=1
      'a' type_id=1 bits_offset=32`;
  const first = btf.split(vmlinux)`
    [3] STRUCT 'in_module' size=8 vlen=1
      'a' type_id=1 bits_offset=32
    [4] STRUCT 'in_vmlinux' size=8 vlen=1
      'a' type_id=1 bits_offset=0`;
  const second = btf.split(vmlinux)`
    [3] INT 'long' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED
    [4] STRUCT 'in_module' size=8 vlen=1
      'a' type_id=1 bits_offset=32`;
  const object = coreObject(
    `[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
     [2] STRUCT 'in_vmlinux' size=4 vlen=1
       'a' type_id=1 bits_offset=0
     [3] STRUCT 'in_module' size=4 vlen=1
       'a' type_id=1 bits_offset=0`,
    ["byte_off [2] 0:0", "byte_off [3] 0:0", "target_type_id [3] 0"],
  );
  const targets = [
    new Side(vmlinux, "vmlinux", 8),
    new Side(first, "first", 8),
    new Side(second, "second", 8),
  ];

  test("are asked together, and only where vmlinux has no candidate", () => {
    const lines: string[] = [];
    const resolver = new CoreResolver(object.local, targets, object.relos, (line) => lines.push(line));
    const found = object.relos.map((relo) => said(resolver.resolve(relo, "prog")));
    expect(found).toEqual([
      ".a (0:0 @ offset 4) = 4",
      ".a (0:0 @ offset 4) = 4",
      "EINVAL: relocation decision ambiguity: success 4 != success 3",
    ]);
    expect(lines.filter((line) => line.startsWith("CO-RE"))).toEqual([
      "CO-RE relocating [2] struct in_vmlinux: found target candidate [2] struct in_vmlinux in [vmlinux]",
      "CO-RE relocating [3] struct in_module: found target candidate [3] struct in_module in [first]",
      "CO-RE relocating [3] struct in_module: found target candidate [4] struct in_module in [second]",
    ]);
  });
});

describe("types that were made to take long", () => {
  /** Structs that hold the next one twice, with or without names: 2^`depth` ways to its end. */
  const doubled = (depth: number, names: readonly [string, string], last: string) => {
    const lines = ["[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED"];
    for (let i = 0; i < depth; i++) {
      lines.push(`[${i + 2}] STRUCT '${i === depth - 1 ? "s" : `s${i}`}' size=4 vlen=2`);
      for (const name of names) lines.push(`'${i === 0 ? last : name}' type_id=${i + 1} bits_offset=0`);
    }
    return lines.join("\n");
  };

  test("are searched through members without names once each", () => {
    const kernel = btf`${doubled(60, ["(anon)", "(anon)"], "x")}`;
    const object = coreObject(
      `[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
       [2] STRUCT 's' size=4 vlen=1
         'gone' type_id=1 bits_offset=0`,
      ["field_exists [2] 0:0"],
    );
    const resolver = new CoreResolver(object.local, [new Side(kernel, "vmlinux", 8)], object.relos);
    expect(said(resolver.resolve(object.relos[0], "prog"))).toBe("none = 0");
  });

  test("are refused where libbpf compares them for years", () => {
    const text = doubled(31, ["a", "b"], "x");
    const object = coreObject(text, ["type_matches [32] 0"]);
    const kernel = btf`${text}`;
    const resolver = new CoreResolver(object.local, [new Side(kernel, "vmlinux", 8)], object.relos);
    expect(() => resolver.resolve(object.relos[0], "prog")).toThrow(
      expect.objectContaining({ code: "unsupported" }),
    );
  });
});
