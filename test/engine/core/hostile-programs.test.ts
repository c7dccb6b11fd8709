import { describe, expect, test, vi } from "vitest";
import { judgeObject, type ObjectVerdict } from "../../../src/engine/core/judge.ts";
import { Side } from "../../../src/engine/core/side.ts";
import { type BpfSpec, bpfObject, type FunctionSpec } from "../../support/bpf.ts";
import { btf } from "../../support/btf.ts";
import { cpuSeconds } from "../../support/cpu.ts";

const KERNEL = btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 's' size=4 vlen=1
    'other' type_id=1 bits_offset=0`;
const TYPES = `
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 's' size=4 vlen=1
    'gone' type_id=1 bits_offset=0`;

/** The text of so many instructions, one a line. */
function lines(count: number, line: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => line(i)).join("\n");
}

function judge(spec: Pick<BpfSpec, "functions" | "relos">): ObjectVerdict {
  const { object, core } = bpfObject({ types: TYPES, ...spec });
  return judgeObject(object, core.local, [new Side(KERNEL, "vmlinux", 8)]);
}

/** A loop that is too long to be followed as often as there are new states. */
const TANGLE = `
  r4 = 0
  top:
  ${lines(8000, (i) => `r5 = ${i}`)}
  r4 += 1
  if r4 != 100000 goto top`;

// Machines that run tests are slow at times: what took minutes, or all memory, must take seconds.
vi.setConfig({ testTimeout: 60_000 });

describe("programs that were made to take long", () => {
  test("are not told what others lack if there are too many ways through them", () => {
    const verdict = judge({
      functions: [
        { name: "tangled", section: "kprobe/x", code: `call shared \n ${TANGLE} \n exit` },
        { name: "lacking", section: "kprobe/x", code: "at: \n r1 = 1 \n exit" },
        { name: "shared", section: ".text", code: "r0 = 0 \n exit" },
      ],
      relos: [["lacking.at", "byte_off [2] 0:0"]],
    });
    expect(verdict.programs.map(({ name, fit, isComplete }) => [name, fit, isComplete])).toEqual([
      ["tangled", "fits", false],
      ["lacking", "broken", true],
    ]);
  });

  test("lack what the functions lack that they may call, if there are too many ways through them", () => {
    const verdict = judge({
      functions: [
        { name: "tangled", section: "kprobe/x", code: `${TANGLE} \n call outer \n exit` },
        { name: "outer", section: "kprobe/x", code: "r1 = &inner \n exit" },
        { name: "inner", section: "kprobe/x", code: "at: \n r1 = 1 \n exit" },
      ],
      relos: [["inner.at", "byte_off [2] 0:0"]],
    });
    expect(verdict.programs[0]).toMatchObject({ name: "tangled", fit: "broken", isComplete: false });
    expect(verdict.programs[0].issues.map(({ guard }) => guard)).toEqual(["reached"]);
  });

  test("are judged soon if there are 20,000 of them, each of which lacks something", () => {
    const count = 20_000;
    const functions = Array.from(
      { length: count },
      (_, i): FunctionSpec => ({ name: `p${i}`, section: "kprobe/x", code: "at: \n r1 = 1 \n exit" }),
    );
    const relos = functions.map(({ name }): [string, string] => [`${name}.at`, "byte_off [2] 0:0"]);
    const { object, core } = bpfObject({ types: TYPES, functions, relos });
    const took = cpuSeconds(() => {
      const { programs } = judgeObject(object, core.local, [new Side(KERNEL, "vmlinux", 8)]);
      expect(programs.filter(({ issues }) => issues.length === 1)).toHaveLength(count);
    });
    expect(took).toBeLessThan(10);
  });

  test("are judged soon if 4,000 of them call one function of 20,000 instructions", () => {
    const callers = Array.from(
      { length: 4000 },
      (_, i): FunctionSpec => ({ name: `p${i}`, section: "kprobe/x", code: "call long \n exit" }),
    );
    const long = `${lines(20_000, (i) => `r2 = ${i}`)} \n at: \n r1 = 1 \n exit`;
    const took = cpuSeconds(() => {
      const { programs } = judge({
        functions: [{ name: "long", section: "kprobe/x", code: long }, ...callers],
        relos: [["long.at", "byte_off [2] 0:0"]],
      });
      expect(programs.filter(({ fit }) => fit === "broken")).toHaveLength(4001);
    });
    expect(took).toBeLessThan(15);
  });

  test("are refused if so many come to so much that is missing that no one reads it", () => {
    const callers = Array.from(
      { length: 400 },
      (_, i): FunctionSpec => ({ name: `p${i}`, section: "kprobe/x", code: "call shared \n exit" }),
    );
    const shared = `${lines(400, (i) => `at${i}: \n r1 = 1`)} \n exit`;
    expect(() =>
      judge({
        functions: [{ name: "shared", section: "kprobe/x", code: shared }, ...callers],
        relos: Array.from({ length: 400 }, (_, i) => [`shared.at${i}`, "byte_off [2] 0:0"] as const),
      }),
    ).toThrow("too many programs come to too many things that are missing to tell them all");
  });

  test("take little memory if they fill a stack that no kernel gives them, and branch", () => {
    const fill = lines(4000, () => "*(u8 *)(r1 + 0) = 1 \n r1 += 1");
    const branches = lines(4000, (i) => `if r6 == 0 goto b${i} \n b${i}:`);
    const before = process.memoryUsage().rss;
    const took = cpuSeconds(() => {
      const { programs } = judge({
        functions: [
          {
            name: "p",
            section: "kprobe/x",
            code: `r1 = r10 \n ${fill} \n ${branches} \n at: \n r1 = 1 \n exit`,
          },
        ],
        relos: [["p.at", "byte_off [2] 0:0"]],
      });
      expect(programs[0]).toMatchObject({ fit: "broken", isComplete: true });
    });
    expect(took).toBeLessThan(4);
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(200);
  });
});
