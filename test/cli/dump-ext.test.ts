import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { parseBtf } from "../../src/btf/parse.ts";
import { assemble } from "../support/btf.ts";
import { btfx, workDirectory } from "../support/cli.ts";
import { assembleElf } from "../support/elf.ts";
import { assembleExt } from "../support/ext.ts";

const TYPES = `
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 'task_struct' size=8 vlen=2
    'flags' type_id=1 bits_offset=0
    'pid' type_id=1 bits_offset=32
  [3] FUNC_PROTO '(anon)' ret_type_id=1 vlen=0
  [4] FUNC 'on_exit' type_id=3 linkage=global`;
const STRINGS = ["kprobe/do_exit", "prog.bpf.c", "\treturn task->pid;", "0:1", "0:7"];
const btf = assemble(TYPES, null, { strings: STRINGS });
const off = (text: string): number => Buffer.from(parseBtf(btf).strings.bytes).indexOf(`\0${text}\0`) + 1;
const nameOff = off("kprobe/do_exit");
const LINE = [off("prog.bpf.c"), off("\treturn task->pid;"), (7 << 10) | 3];
const EXT = assembleExt({
  funcInfo: [{ nameOff, records: [[0, 4]] }],
  lineInfo: [{ nameOff, records: [[8, ...LINE]] }],
  coreRelo: [
    {
      nameOff,
      records: [
        [0, 2, off("0:1"), 2],
        [16, 2, off("0:1"), 0],
        [24, 2, off("0:7"), 0],
        [32, 2, off("0:1"), 77],
      ],
    },
  ],
});

const object = (ext: Uint8Array | undefined) =>
  assembleElf({
    bits: 64,
    littleEndian: true,
    machine: 247,
    sections: [{ name: ".BTF", data: btf }, ...(ext === undefined ? [] : [{ name: ".BTF.ext", data: ext }])],
  });

let path: string;
beforeEach(() => {
  path = join(workDirectory(), "prog.bpf.o");
  writeFileSync(path, object(EXT));
});

test("dump --ext prints functions, lines and relocations, with what they name and where they are from", async () => {
  const { exitCode, stdout } = await btfx("dump", path, "--ext");
  expect(exitCode).toBe(0);
  expect(stdout).toBe(`FUNC_INFO 'kprobe/do_exit' vlen=1
\tinsn_off=0 type_id=4 (FUNC 'on_exit')
LINE_INFO 'kprobe/do_exit' vlen=1
\tinsn_off=8 file='prog.bpf.c' line=7 column=3 text='return task->pid;'
CORE_RELO 'kprobe/do_exit' vlen=4
\tinsn_off=0 kind=field_exists type_id=2 access_str='0:1' (struct task_struct.pid)
\tinsn_off=16 kind=byte_off type_id=2 access_str='0:1' (struct task_struct.pid) file='prog.bpf.c' line=7 column=3 text='return task->pid;'
\tinsn_off=24 kind=byte_off type_id=2 access_str='0:7' file='prog.bpf.c' line=7 column=3 text='return task->pid;'
\tinsn_off=32 kind=77 type_id=2 access_str='0:1' file='prog.bpf.c' line=7 column=3 text='return task->pid;'
`);
});

test("as JSON too", async () => {
  const { exitCode, stdout } = await btfx("-j", "dump", path, "--ext");
  expect(exitCode).toBe(0);
  const data = JSON.parse(stdout);
  expect(data.func_info).toEqual([
    { section: "kprobe/do_exit", records: [{ insn_off: 0, type_id: 4, name: "on_exit" }] },
  ]);
  const source = { file: "prog.bpf.c", line: 7, column: 3, text: "return task->pid;" };
  expect(data.line_info[0].records).toEqual([{ insn_off: 8, ...source }]);
  expect(data.core_relo[0].records.slice(0, 3)).toEqual([
    {
      insn_off: 0,
      kind: "field_exists",
      kind_id: 2,
      type_id: 2,
      access_str: "0:1",
      access: "struct task_struct.pid",
      source: null,
    },
    {
      insn_off: 16,
      kind: "byte_off",
      kind_id: 0,
      type_id: 2,
      access_str: "0:1",
      access: "struct task_struct.pid",
      source,
    },
    { insn_off: 24, kind: "byte_off", kind_id: 0, type_id: 2, access_str: "0:7", access: null, source },
  ]);
});

test.each<[string, number, string[], string]>([
  ["C", 2, ["format", "c"], "--ext is not C"],
  ["names", 2, ["--name", "x*"], "it takes no names, kinds or roots"],
  ["two files", 2, ["file", "other.o"], "--ext takes one BPF object"],
])("--ext goes without %s", async (_, code, words, message) => {
  const { exitCode, stderr } = await btfx("dump", "file", path, ...words, "--ext");
  expect(stderr).toContain(message);
  expect(exitCode).toBe(code);
});

test("an object without the section says how to get it, other files that they are none", async () => {
  writeFileSync(path, object(undefined));
  expect(await btfx("dump", path, "--ext")).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining("compile it with -g"),
  });
  writeFileSync(path, btf);
  expect(await btfx("dump", path, "--ext")).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining("this is no BPF object"),
  });
  writeFileSync(path, object(EXT.subarray(0, 60)));
  expect(await btfx("dump", path, "--ext")).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining(".BTF.ext: offset 0x10: line_info section"),
  });
});
