import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { encodeBtf } from "../../src/btf/encode.ts";
import { INT, makeInfo, STRUCT } from "../../src/btf/kinds.ts";
import { noSuchType } from "../../src/cli/words/query-words.ts";
import { RUNNING_VMLINUX } from "../../src/io/read/find-vmlinux.ts";
import { btf } from "../support/btf.ts";
import { btfx, workDirectory } from "../support/cli.ts";

const TYPES = btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] INT 'char' size=1 bits_offset=0 nr_bits=8 encoding=SIGNED
  [3] INT 'long int' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED
  [4] STRUCT 'outer' size=96 vlen=6
    'c' type_id=2 bits_offset=0
    'flags' type_id=1 bits_offset=32 bitfield_size=3
    '(anon)' type_id=5 bits_offset=64
    'rest' type_id=6 bits_offset=128
    'in' type_id=7 bits_offset=576
    'name' type_id=10 bits_offset=704
  [5] UNION '(anon)' size=8 vlen=2
    'a' type_id=1 bits_offset=0
    'b' type_id=3 bits_offset=0
  [6] ARRAY '(anon)' type_id=3 index_type_id=1 nr_elems=7
  [7] STRUCT 'inner' size=16 vlen=2
    'call' type_id=8 bits_offset=0
    'last' type_id=2 bits_offset=64
  [8] PTR '(anon)' type_id=9
  [9] FUNC_PROTO '(anon)' ret_type_id=1 vlen=2
    '(anon)' type_id=11
    '(anon)' type_id=0
  [10] ARRAY '(anon)' type_id=2 index_type_id=1 nr_elems=0
  [11] PTR '(anon)' type_id=12
  [12] CONST '(anon)' type_id=4
  [13] TYPEDEF 'outer_t' type_id=4
  [14] ENUM 'mode' encoding=UNSIGNED size=4 vlen=2
    'OFF' val=0
    'ON' val=1
  [15] UNION 'tiny' size=1 vlen=1
    'c' type_id=2 bits_offset=0
`;

function file(): string {
  const path = join(workDirectory(), "types.btf");
  writeFileSync(path, TYPES.bytes);
  return path;
}

// What pahole 1.32 prints of these types.
const INNER = `struct inner {
	int                        (*call)(const struct outer  *, ...); /*     0     8 */
	char                       last;                 /*     8     1 */

	/* size: 16, cachelines: 1, members: 2 */
	/* padding: 7 */
	/* last cacheline: 16 bytes */
};
`;
const OUTER = `struct outer {
	char                       c;                    /*     0     1 */

	/* XXX 3 bytes hole, try to pack */

	int                        flags:3;              /*     4: 0  4 */

	/* XXX 29 bits hole, try to pack */

	union {
		int                a;                    /*     8     4 */
		long int           b;                    /*     8     8 */
	};                                               /*     8     8 */
	long int                   rest[7];              /*    16    56 */
	/* --- cacheline 1 boundary (64 bytes) was 8 bytes ago --- */
	struct inner               in;                   /*    72    16 */

	/* XXX last struct has 7 bytes of padding */

	char                       name[];               /*    88     0 */

	/* size: 96, cachelines: 2, members: 6 */
	/* sum members: 81, holes: 1, sum holes: 3 */
	/* sum bitfield members: 3 bits, bit holes: 1, sum bit holes: 29 bits */
	/* padding: 8 */
	/* paddings: 1, sum paddings: 7 */
	/* last cacheline: 32 bytes */
} __attribute__((__aligned__(16)));
`;

describe("btfx layout", () => {
  it("prints structs and unions as pahole does, by name or all", async () => {
    const path = file();
    expect((await btfx("layout", "inner", path)).stdout).toBe(`${INNER}\n`);
    expect((await btfx("layout", "-C", "outer,inner", path)).stdout).toBe(`${OUTER}\n${INNER}\n`);
    expect((await btfx("layout", "--structs", path)).stdout).toBe(OUTER + INNER);
    expect((await btfx("layout", "*ner", path)).stdout).toBe(`${INNER}\n`);
  });

  it("takes structs of one name for the same whose members differ in having a name, as pahole does", async () => {
    const path = join(workDirectory(), "types.btf");
    const types = btf`
      [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
      [2] UNION '(anon)' size=4 vlen=1
        'a' type_id=1 bits_offset=0
      [3] STRUCT 's' size=8 vlen=2
        'first' type_id=1 bits_offset=0
        '(anon)' type_id=2 bits_offset=32
      [4] STRUCT 's' size=8 vlen=2
        'first' type_id=1 bits_offset=0
        'named' type_id=1 bits_offset=32
      [5] STRUCT 's' size=8 vlen=2
        'other' type_id=1 bits_offset=0
        'named' type_id=1 bits_offset=32
    `;
    writeFileSync(path, types.bytes);
    expect((await btfx("layout", "-n", path)).stdout).toBe("s\t2\ns\t2\n");
  });

  it("calls floating-point numbers what pahole calls them", async () => {
    const path = join(workDirectory(), "types.btf");
    const types = btf`
      [1] FLOAT 'double' size=8
      [2] CONST '(anon)' type_id=1
      [3] STRUCT 's' size=8 vlen=1
        'd' type_id=2 bits_offset=0
    `;
    writeFileSync(path, types.bytes);
    expect((await btfx("layout", "s", path)).stdout).toContain(
      "\tconst single double        d;                    /*     0     8 */\n",
    );
  });

  it("prints enums and typedefs too", async () => {
    const path = file();
    expect((await btfx("layout", "mode", path)).stdout).toBe("enum mode {\n\tOFF = 0,\n\tON  = 1,\n};\n\n");
    expect((await btfx("layout", "outer_t", path)).stdout).toBe("typedef struct outer outer_t;\n\n");
  });

  it("writes out the members of all types, and offsets in hexadecimal, when asked", async () => {
    const path = file();
    const { stdout } = await btfx("layout", "outer", "-E", "--hex", path);
    expect(stdout).toContain("\t\tchar               last;");
    expect(stdout).toMatch(/last; +\/\* {2}0x50 {3}0x1 \*\//);
  });

  it("writes the name behind a const union that is written out, and not behind a const struct", async () => {
    const path = join(workDirectory(), "types.btf");
    const types = btf`
      [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
      [2] STRUCT 'st' size=4 vlen=1
        'a' type_id=1 bits_offset=0
      [3] CONST '(anon)' type_id=2
      [4] UNION 'un' size=4 vlen=2
        'x' type_id=3 bits_offset=0
        'y' type_id=1 bits_offset=0
      [5] CONST '(anon)' type_id=4
      [6] STRUCT 'top' size=8 vlen=2
        'u' type_id=5 bits_offset=0
        's' type_id=3 bits_offset=32
    `;
    writeFileSync(path, types.bytes);
    // What pahole 1.32 prints with -E, but for the width of its columns: it forgets the names of const structs.
    const { stdout } = await btfx("layout", "-E", "top", path);
    expect(stdout.replace(/ +/g, " ")).toContain(`struct top {
	const union un {
		const struct st {
			int a; /* 0 4 */

			/* size: 4, cachelines: 1, members: 1 */
			/* last cacheline: 4 bytes */
		} u; /* 0 4 */
		int y; /* 0 4 */
	} u; /* 0 4 */
	const struct st {
		int a; /* 4 4 */

		/* size: 4, cachelines: 1, members: 1 */
		/* last cacheline: 8 bytes */
	}; /* 4 4 */
`);
  });

  it("lists sizes, holes and members in lines that pahole has too", async () => {
    const path = file();
    expect((await btfx("layout", "-s", path)).stdout).toBe("outer\t96\t1\ninner\t16\t0\ntiny\t1\t0\n");
    expect((await btfx("layout", "-s", "-H", "1", path)).stdout).toBe("outer\t96\t1\n");
    expect((await btfx("layout", "--nr_members", "--sort", "-t", ":", path)).stdout).toBe(
      "inner:2\nouter:6\ntiny:1\n",
    );
    expect(JSON.parse((await btfx("layout", "-s", "--unions", "-j", path)).stdout)).toEqual({
      types: [{ name: "tiny", size: 1, holes: 0 }],
    });
  });

  it("takes pahole's conditions in both spellings, and lists of names", async () => {
    const path = file();
    const names = async (...words: string[]) =>
      (await btfx("layout", "-s", ...words, path)).stdout
        .split("\n")
        .filter(Boolean)
        .map((line) => line.split("\t")[0]);
    expect(await names("--padding_ge=8")).toEqual(["outer"]);
    expect(await names("--padding-ge", "7")).toEqual(["outer", "inner"]);
    expect(await names("--bit_holes", "1")).toEqual(["outer"]);
    expect(await names("--hole_size_ge=3")).toEqual(["outer"]);
    expect(await names("--hole-size-ge", "4")).toEqual([]);
    expect(await names("--with_flexible_array")).toEqual(["outer"]);
    expect(await names("--packed")).toEqual([]);
    expect(await names("-y", "in")).toEqual(["inner"]);
    expect(await names("--exclude", "in", "--structs")).toEqual(["outer"]);
    const list = join(workDirectory(), "names");
    writeFileSync(list, "tiny\ninner\n");
    expect(await names("-C", `file://${list}`)).toEqual(["tiny", "inner"]);
    expect((await btfx("layout", "--compat", "pahole", "-s", "-C", "tiny", path)).stdout).toBe(
      "tiny\t1\t0\n\n",
    );
    // What is named is printed whatever else was asked for, as by pahole.
    const named = ["--compat", "pahole", "-C", "tiny,inner"];
    expect(await names(...named, "--padding_ge", "100", "--sort", "--unions")).toEqual(["tiny", "inner"]);
    expect((await btfx("layout", "-C", "file:///no/list", path)).stderr).toContain("cannot read it");
  });

  it("keeps arrays without a length last, and alignments that offsets show", async () => {
    const path = join(workDirectory(), "kept");
    const kept = btf`
      [1] INT 'char' size=1 bits_offset=0 nr_bits=8 encoding=SIGNED
      [2] INT 'long int' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED
      [3] STRUCT 'aligned' size=128 vlen=3
        'a' type_id=1 bits_offset=0
        'b' type_id=2 bits_offset=64
        'c' type_id=1 bits_offset=512
      [4] ARRAY '(anon)' type_id=2 index_type_id=2 nr_elems=0
      [5] STRUCT 'flexible' size=24 vlen=4
        'a' type_id=1 bits_offset=0
        'b' type_id=2 bits_offset=64
        'c' type_id=1 bits_offset=128
        'rest' type_id=4 bits_offset=192
    `;
    writeFileSync(path, kept.bytes);
    expect((await btfx("layout", "-P", path)).stdout).toBe("aligned\t128\t64\t64\nflexible\t24\t16\t8\n");
  });

  it("leaves members where they are that lie in the integer of a bitfield", async () => {
    const path = join(workDirectory(), "types.btf");
    const types = btf`
      [1] INT 'char' size=1 bits_offset=0 nr_bits=8 encoding=SIGNED
      [2] INT 'unsigned int' size=4 bits_offset=0 nr_bits=32 encoding=(none)
      [3] INT 'long int' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED
      [4] STRUCT 'mixed' size=24 vlen=4
        'a' type_id=1 bits_offset=0
        'b' type_id=2 bits_offset=8 bitfield_size=4
        'c' type_id=3 bits_offset=64
        'd' type_id=2 bits_offset=128
    `;
    writeFileSync(path, types.bytes);
    // As C has it: long c; unsigned int d; char a; unsigned int b : 4;
    expect((await btfx("layout", "-P", path)).stdout).toBe("mixed\t24\t16\t8\n");
  });

  it("says which structs another order would make smaller", async () => {
    const folder = workDirectory();
    const loose = btf`
      [1] INT 'char' size=1 bits_offset=0 nr_bits=8 encoding=SIGNED
      [2] INT 'long int' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED
      [3] STRUCT 'loose' size=24 vlen=3
        'a' type_id=1 bits_offset=0
        'b' type_id=2 bits_offset=64
        'c' type_id=1 bits_offset=128
    `;
    writeFileSync(join(folder, "loose"), loose.bytes);
    expect((await btfx("layout", "-P", join(folder, "loose"))).stdout).toBe("loose\t24\t16\t8\n");
  });

  it("says what lies at an offset, with all members around it", async () => {
    const path = file();
    const at = async (offset: string) => await btfx("layout", "outer", "--at", offset, path);
    expect((await at("0x50")).stdout).toBe(
      "outer+0x50: outer.in  struct inner  at 0x48, 16 bytes, 8 bytes in\nouter+0x50: outer.in.last  char  at 0x50, 1 byte\n",
    );
    expect((await at("9")).stdout).toContain("outer.a  int  at 0x8, 4 bytes, 1 byte in");
    expect((await at("33")).stdout).toContain("outer.rest[2]  long int  at 0x20, 8 bytes, 1 byte in");
    expect((await at("4")).stdout).toContain("outer.flags  int  at 0x4, bits 0 to 2");
    const hole = await at("2");
    expect(hole.stdout).toBe("outer+0x2: a hole or padding\n");
    expect(hole.exitCode).toBe(1);
    expect((await at("200")).stdout).toBe("outer+0xc8: beyond the 96 bytes of the type\n");
  });

  it("says what lies at an offset of a struct once, however many typedefs of a name stand for it", async () => {
    const path = join(workDirectory(), "aliases");
    const aliases = Array.from({ length: 50 }, (_, i) => `[${i + 3}] TYPEDEF 'alias' type_id=2`);
    const types = btf`
      [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
      [2] STRUCT 'real' size=4 vlen=1
        'a' type_id=1 bits_offset=0
      ${aliases.join("\n")}
    `;
    writeFileSync(path, types.bytes);
    const { stdout } = await btfx("layout", "alias", "--at", "0", path);
    expect(stdout).toBe("real+0x0: real.a  int  at 0x0, 4 bytes\n");
  });

  it("gives layouts as JSON with the members of anonymous types", async () => {
    const { layouts } = JSON.parse((await btfx("layout", "outer", "-j", file())).stdout);
    expect(layouts[0].members[2].members.map((each: { name: string }) => each.name)).toEqual(["a", "b"]);
  });

  it("refuses anonymous types that unfold without end", async () => {
    // Each struct holds the one before twice: the last has 2^40 members.
    const words = [0, makeInfo(INT, 0), 4, 32];
    for (let id = 2; id < 42; id++) {
      words.push(id === 41 ? 1 : 0, makeInfo(STRUCT, 2), 0, 0, id - 1, 0, 0, id - 1, 0);
    }
    const path = join(workDirectory(), "endless.btf");
    writeFileSync(
      path,
      encodeBtf(Uint32Array.from(words), new TextEncoder().encode("\0s\0"), {
        littleEndian: true,
        hdrLen: 24,
      }),
    );
    const { exitCode, stderr } = await btfx("layout", path);
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain("unreasonable amount");
  });

  it.each([["layout"], ["layout", "--sizes"], ["layout", "--json"], ["who", "ring"]])(
    "names the file of a type that cannot be measured: %s",
    async (...words) => {
      const path = join(workDirectory(), "ring.btf");
      const { bytes } = btf`
      [1] ARRAY '(anon)' type_id=1 index_type_id=2 nr_elems=2
      [2] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
      [3] STRUCT 'ring' size=8 vlen=1
        'self' type_id=1 bits_offset=0
    `;
      writeFileSync(path, bytes);
      const { exitCode, stderr } = await btfx(...words, path);
      expect(stderr).toMatch(`btfx: ${path}: type [`);
      expect(exitCode).toBe(3);
    },
  );

  it("writes names of other bytes for a terminal", async () => {
    const evil = btf`
      [1] INT 'in\x1bt' size=4 bits_offset=0 nr_bits=32 encoding=(none)
      [2] STRUCT 's\x07' size=4 vlen=1
        'm\x0a' type_id=1 bits_offset=0
    `;
    const path = join(workDirectory(), "evil.btf");
    writeFileSync(path, evil.bytes);
    const { stdout } = await btfx("layout", path);
    expect(stdout).toContain("struct s\\x07 {\n\tin\\x1bt                    m\\x0a;");
  });

  it("takes the globs that dump takes, and says which fits nothing", async () => {
    const path = file();
    const names = async (glob: string) => (await btfx("layout", "-s", glob, path)).stdout.match(/^\w+/gm);
    expect(await names("*t*")).toEqual(["outer", "tiny"]);
    expect(await names("struct ?nn*")).toEqual(["inner"]);
    expect(await names("[ot]*")).toEqual(["outer", "tiny"]);
    expect(await names("{inn,out}er")).toEqual(["outer", "inner"]);
    expect(await btfx("layout", "inner", "union oter*", path)).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: "btfx: there is no struct, union, enum or typedef 'oter*'\n",
    });
    expect(await btfx("layout", "*".repeat(70_000), path)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^btfx: a pattern for names has 70,000 characters, more than 4,096\n/),
    });
  });

  it("prints a type whose name looks like a glob", async () => {
    const path = join(workDirectory(), "rust.btf");
    writeFileSync(path, btf`[1] STRUCT '{closure_env#0}<[u8; 4]>' size=1 vlen=0`.bytes);
    expect((await btfx("layout", "{closure_env#0}<[u8; 4]>", path)).stdout).toMatch(
      /^struct \{closure_env#0/,
    );
  });

  it("names what it does not find, and what is like it", async () => {
    const { exitCode, stderr } = await btfx("layout", "oter", file());
    expect(exitCode).toBe(2);
    expect(stderr).toContain("there is no struct, union, enum or typedef 'oter'");
    expect(stderr).toContain("did you mean outer?");
    const several = await btfx("layout", "oter", "inner", "mod", file());
    expect(several.stderr).toBe(
      "btfx: there is no struct, union, enum or typedef 'oter', 'mod'\n      did you mean outer?\n",
    );
  });

  it("says that the running kernel was asked, where no word was a file", () => {
    const types = btf`[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED`;
    expect(noSuchType(types, ["latch", "nofile"], "struct", RUNNING_VMLINUX).message).toBe(
      "the running kernel has no struct 'latch', 'nofile', and there is no such file",
    );
    const directory = workDirectory();
    expect(`${noSuchType(types, ["latch", directory], "struct", RUNNING_VMLINUX)}`).toBe(
      `${directory}: it is a directory`,
    );
  });
});
