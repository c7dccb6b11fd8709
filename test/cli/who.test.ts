import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../src/cli/main.ts";
import { assemble, btf } from "../support/btf.ts";
import { btfx, fakeTerminal, workDirectory } from "../support/cli.ts";

const TYPES = btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 'lock' size=4 vlen=1
    'v' type_id=1 bits_offset=0
  [3] TYPEDEF 'lock_t' type_id=2
  [4] PTR '(anon)' type_id=2
  [5] STRUCT 'queue' size=16 vlen=3
    'head' type_id=1 bits_offset=0
    '(anon)' type_id=6 bits_offset=32
    'owner' type_id=4 bits_offset=64
  [6] UNION '(anon)' size=4 vlen=2
    'lock' type_id=3 bits_offset=0
    'raw' type_id=1 bits_offset=0
  [7] STRUCT 'device' size=32 vlen=2
    'queue' type_id=5 bits_offset=0
    'unlock' type_id=8 bits_offset=192
  [8] PTR '(anon)' type_id=9
  [9] FUNC_PROTO '(anon)' ret_type_id=0 vlen=1
    'l' type_id=4
  [10] FUNC 'unlock' type_id=9 linkage=static
  [11] FUNC 'lock_of' type_id=12 linkage=static
  [12] FUNC_PROTO '(anon)' ret_type_id=4 vlen=0
  [13] VAR 'big_lock' type_id=2, linkage=static
  [14] ENUM 'state' encoding=UNSIGNED size=4 vlen=1
    'LOCKED' val=7
  [15] STRUCT 'ring' size=8 vlen=1
    'self' type_id=16 bits_offset=0
  [16] PTR '(anon)' type_id=15
  [17] ARRAY '(anon)' type_id=2 index_type_id=1 nr_elems=2
  [18] STRUCT 'locks' size=8 vlen=1
    'all' type_id=17 bits_offset=0
  [19] STRUCT 'plain' size=4 vlen=1
    'lock' type_id=2 bits_offset=0
`;

function file(): string {
  const path = join(workDirectory(), "types");
  writeFileSync(path, TYPES.bytes);
  return path;
}

/** What a command that succeeds writes to stdout, by write. */
async function piecesOf(...argv: string[]): Promise<string[]> {
  const pieces: string[] = [];
  const stdout = { isTerminal: false, write: (text: string | Uint8Array) => void pieces.push(`${text}`) };
  expect(await main(argv, { ...fakeTerminal(80, false), stdout })).toBe(0);
  return pieces;
}

describe("btfx who", () => {
  it("says what holds a type, points to it, takes or returns it", async () => {
    expect(await btfx("who", "lock", file())).toEqual({
      exitCode: 0,
      stdout: `held by value (5)
  typedef lock_t
  struct queue.lock  at 0x4
  var big_lock
  struct locks.all  at 0x0
  struct plain.lock  at 0x0

pointed to (1)
  struct queue.owner  at 0x8

taken by functions and callbacks (2)
  struct device.unlock  at 0x18
  unlock(l)

returned by functions (1)
  lock_of()
`,
      stderr: "",
    });
  });

  it("says where an unnamed member lies that has a tag", async () => {
    const types = btf`
      [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
      [2] UNION 'index' size=4 vlen=1
        'head' type_id=1 bits_offset=0
      [3] STRUCT 'pipe' size=8 vlen=2
        'first' type_id=1 bits_offset=0
        '(anon)' type_id=2 bits_offset=32
    `;
    const path = join(workDirectory(), "pipe");
    writeFileSync(path, types.bytes);
    expect((await btfx("who", "index", path)).stdout).toBe("held by value (1)\n  struct pipe  at 0x4\n");
    const [use] = JSON.parse((await btfx("who", "index", path, "-j")).stdout).uses;
    expect(use).toEqual({
      how: "embeds",
      kind: "STRUCT",
      name: "pipe",
      id: 3,
      offset: 4,
      of: "index",
      depth: 1,
    });
  });

  it("goes on to what uses the structs that hold it", async () => {
    const { stdout } = await btfx("who", "lock", "--only", "embeds", "--depth", "2", file());
    expect(stdout).toContain("  struct device.queue  at 0x0  (of queue)\n");
    expect((await btfx("who", "ring", "--depth", "9", file())).stdout).toBe(
      "pointed to (1)\n  struct ring.self  at 0x0\n",
    );
  });

  it("gives JSON", async () => {
    const { uses } = JSON.parse((await btfx("who", "lock", "--only", "returns", "-j", file())).stdout);
    expect(uses).toEqual([{ how: "returns", kind: "FUNC", name: "lock_of", id: 11, of: "lock", depth: 1 }]);
  });

  it("prints pahole's lines for pahole's options", async () => {
    const path = file();
    expect((await btfx("who", "--compat", "pahole", "-i", "lock", path)).stdout).toBe("plain\n");
    expect((await btfx("who", "--compat", "pahole", "--find_pointers_to=lock", path)).stdout).toBe(
      "queue: owner\n",
    );
  });

  it.each([[], ["-j"], ["-p"], ["--compat", "pahole"]])(
    "writes many uses in pieces, since the text of all may be longer than a string can be: %s",
    async (...options) => {
      const users = Array.from(
        { length: 8000 },
        (_, i) => `[${i + 3}] STRUCT 'user_${i}' size=8 vlen=1\n'member' type_id=2 bits_offset=0`,
      );
      const path = join(workDirectory(), "many");
      const used = "[1] STRUCT 'used' size=0 vlen=0\n[2] PTR '(anon)' type_id=1\n";
      writeFileSync(path, assemble(used + users.join("\n")));
      const pieces = await piecesOf("who", "--find_pointers_to=used", path, ...options);
      expect(pieces.length).toBeGreaterThan(1);
      expect(pieces.join("").match(/user_\d+/g)).toEqual(users.map((_, i) => `user_${i}`));
    },
  );

  it.each([[], ["-j"], ["-p"]])("writes many enums of an enumerator in pieces: %s", async (...options) => {
    const enums = Array.from(
      { length: 4000 },
      (_, i) => `[${i + 1}] ENUM 'enum_${i}' encoding=UNSIGNED size=4 vlen=1\n'BUSY' val=${i}`,
    );
    const path = join(workDirectory(), "enums");
    writeFileSync(path, assemble(enums.join("\n")));
    const pieces = await piecesOf("who", "BUSY", path, ...options);
    // Neither all at once nor a write for each.
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.length).toBeLessThan(100);
    expect(pieces.join("").match(/enum_\d+/g)).toEqual(enums.map((_, i) => `enum_${i}`));
  });

  it("names the enum of an enumerator, and names like a wrong one", async () => {
    const path = file();
    expect((await btfx("who", "LOCKED", path)).stdout).toBe("enum state: LOCKED = 7\n");
    expect((await btfx("who", "--contains_enumerator", "LOCKED", path)).stdout).toBe(
      "enum state: LOCKED = 7\n",
    );
    const slip = await btfx("who", "lokc", path);
    expect(slip.exitCode).toBe(2);
    expect(slip.stderr).toContain("there is no type or enumerator 'lokc'");
    expect((await btfx("who", path)).stderr).toContain("no type is named");
    expect((await btfx("who", "node", "nosuch.ko")).stderr).toContain(
      "one type at a time, not 'node', 'nosuch.ko'",
    );
    expect((await btfx("who", "int", "--depth", "x", path)).exitCode).toBe(2);
  });

  it("says so where nothing uses a type", async () => {
    expect((await btfx("who", "device", file())).stdout).toBe("nothing uses device\n");
  });

  it("goes 500 levels out and no further, since each goes over all types", async () => {
    const held = (levels: number) => {
      const structs = Array.from(
        { length: levels },
        (_, i) => `[${i + 2}] STRUCT 's${i + 2}' size=4 vlen=1\n'm' type_id=${i + 1} bits_offset=0`,
      );
      const path = join(workDirectory(), "held");
      const types = btf`
        [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
        ${structs.join("\n")}
      `;
      writeFileSync(path, types.bytes);
      return path;
    };
    const { stdout } = await btfx("who", "int", "--depth", "100000", held(400));
    expect(stdout).toContain("held by value (400)");
    const refused = await btfx("who", "int", "--depth", "100000", held(2000));
    expect([refused.exitCode, refused.stderr]).toEqual([3, expect.stringContaining("more than 500 deep")]);
  });
});
