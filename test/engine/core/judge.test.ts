import { describe, expect, test } from "vitest";
import { type Fit, type Issue, judgeObject } from "../../../src/engine/core/judge.ts";
import type { Trace } from "../../../src/engine/core/resolve-relocation.ts";
import { Side } from "../../../src/engine/core/side.ts";
import { type BpfSpec, bpfObject } from "../../support/bpf.ts";
import { btf } from "../../support/btf.ts";

const KERNEL = btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] INT 'unsigned int' size=4 bits_offset=0 nr_bits=32 encoding=(none)
  [3] STRUCT 'list_head' size=16 vlen=0
  [4] STRUCT 'cfs_rq' size=32 vlen=3
    'nr_queued' type_id=2 bits_offset=32
    'list' type_id=3 bits_offset=64
    'h_nr_idle' type_id=1 bits_offset=192
  [5] UNION 'was_struct' size=4 vlen=0
  [6] ENUM 'state' encoding=UNSIGNED size=4 vlen=2
    'STATE_RUNNING' val=0
    'STATE_ASLEEP' val=1
  [7] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1
    'x' type_id=1
  [8] FUNC 'do_exit' type_id=7 linkage=static
  [9] FUNC 'bpf_lsm_file_open' type_id=7 linkage=static
  [10] TYPEDEF 'btf_trace_sched_switch' type_id=1
  [11] FUNC 'bpf_iter_task' type_id=7 linkage=static
  [12] FUNC 'bpf_do_it' type_id=7 linkage=static
  [13] VAR 'runqueues' type_id=4, linkage=global`;

const TYPES = `
  [1] INT 'unsigned int' size=4 bits_offset=0 nr_bits=32 encoding=(none)
  [2] STRUCT 'cfs_rq___old' size=8 vlen=2
    'nr_running' type_id=1 bits_offset=0
    'list' type_id=1 bits_offset=32
  [3] STRUCT 'gone' size=4 vlen=1
    'x' type_id=1 bits_offset=0
  [4] STRUCT 'was_struct' size=4 vlen=0
  [5] ENUM 'state' encoding=UNSIGNED size=4 vlen=1
    'STATE_SLEEPING' val=1`;

function judge(spec: BpfSpec, kernel = KERNEL, trace?: Trace) {
  const { object, core } = bpfObject({ types: TYPES, ...spec });
  return judgeObject(
    object,
    core.local,
    [new Side(kernel, "vmlinux", 8)],
    trace === undefined ? {} : { trace },
  );
}

/** A program that reads `nr_running` if a check, whose answer is there at compile time, says that it exists. */
const GUARDED: BpfSpec = {
  functions: [
    {
      name: "prog",
      section: "fentry/do_exit",
      code: `
        check:
        r2 = 1
        if r2 == 0 goto end
        access:
        r3 = *(u32 *)(r1 + 0)
        end:
        r0 = 0
        exit`,
    },
  ],
  relos: [
    ["prog.check", "field_exists [2] 0:0"],
    ["prog.access", "byte_off [2] 0:0"],
  ],
};

describe("a program that asks for what is not there", () => {
  test("fits if it asks first", () => {
    const verdict = judge(GUARDED);
    expect(verdict.fit).toBe("guarded");
    expect(verdict.programs[0]).toMatchObject({ name: "prog", section: "fentry/do_exit", fit: "guarded" });
    expect(verdict.programs[0].issues).toMatchObject([
      {
        code: "no-member",
        guard: "guarded",
        kind: "byte_off",
        wants: "struct cfs_rq___old.nr_running",
        message: "struct cfs_rq has no member nr_running",
        nearest: [{ name: "nr_queued", bitOffset: 32, type: "unsigned int" }],
        place: { function: "prog", insn: 2 },
      },
    ]);
    expect([verdict.relocations, verdict.resolved]).toEqual([2, 0]);
  });

  test("does not if it does not ask", () => {
    const verdict = judge({ ...GUARDED, relos: GUARDED.relos!.slice(1) });
    expect(verdict.fit).toBe("broken");
    expect(verdict.programs[0].issues).toMatchObject([{ code: "no-member", guard: "reached" }]);
  });

  test("fits by its settings if these keep it away, which is said", () => {
    const verdict = judge({
      functions: [
        {
          name: "prog",
          section: "kprobe/x",
          code: `
            r2 = &.rodata
            r2 = *(u8 *)(r2 + 0)
            if r2 == 0 goto end
            access:
            r3 = *(u32 *)(r1 + 0)
            end:
            r0 = 0
            exit`,
        },
      ],
      data: { ".rodata": Uint8Array.of(0) },
      relos: [["prog.access", "byte_off [2] 0:0"]],
    });
    expect(verdict.fit).toBe("guarded");
    expect(verdict.programs[0].issues).toMatchObject([{ guard: "by-settings" }]);
  });

  test("in a function that it calls does not fit, and others that do not call it do", () => {
    const verdict = judge({
      functions: [
        { name: "inner", section: ".text", code: "access: \n r0 = *(u32 *)(r1 + 0) \n exit" },
        { name: "calls", section: "kprobe/x", code: "call inner \n exit" },
        { name: "does_not", section: "kprobe/y", code: "r0 = 0 \n exit" },
      ],
      relos: [["inner.access", "byte_off [2] 0:0"]],
    });
    expect(verdict.fit).toBe("broken");
    expect(verdict.programs.map(({ name, fit }) => [name, fit])).toEqual([
      ["calls", "broken"],
      ["does_not", "fits"],
    ]);
    expect(verdict.programs[0].issues).toMatchObject([{ place: { function: "inner", insn: 0 } }]);
  });

  test("does not count if it is not loaded by itself", () => {
    const [{ name, code }] = GUARDED.functions;
    const functions = [{ name, code, section: "?fentry/do_exit" }];
    const verdict = judge({ ...GUARDED, functions, relos: GUARDED.relos!.slice(1) });
    expect(verdict.fit).toBe("fits");
    expect(verdict.programs[0]).toMatchObject({ fit: "broken", isLoaded: false });
  });
});

describe("what the kernel has instead is told", () => {
  const lack = (relo: string, code = "access: \n r1 = 0 \n exit"): Issue => {
    const { issues, programs } = judge({
      functions: [{ name: "prog", section: "kprobe/x", code }],
      relos: [["prog.access", relo]],
    });
    return [...issues, ...programs[0].issues][0];
  };

  test.each<[string, string, string]>([
    ["byte_off [3] 0:0", "no-type", "no such type: struct gone"],
    ["byte_off [4] 0", "no-type", "no struct was_struct, but union was_struct"],
    ["byte_off [2] 0:1", "other-type", "struct cfs_rq.list is struct list_head, not unsigned int"],
  ])("%s", (relo, code, message) => {
    expect(lack(relo)).toMatchObject({ code, message });
  });

  test("with enumerators of like names", () => {
    expect(lack("enumval_value [5] 0")).toMatchObject({
      code: "no-enumerator",
      wants: "enum state::STATE_SLEEPING",
      message: "enum state has no STATE_SLEEPING",
      nearest: [{ name: "STATE_ASLEEP" }, { name: "STATE_RUNNING" }],
    });
  });

  test("an instruction with another value than the compiler should have put there breaks the object", () => {
    const code = "access: \n r1 = 5 \n exit";
    const spec: BpfSpec = {
      functions: [{ name: "prog", section: "kprobe/x", code }],
      relos: [["prog.access", "byte_off [2] 0:0"]],
      types: TYPES.replaceAll("nr_running", "nr_queued"),
    };
    const steps: string[] = [];
    const { fit, issues } = judge(spec, KERNEL, (line) => steps.push(line));
    expect(fit).toBe("broken");
    expect(steps.at(-1)).toBe("prog 'prog': relo #0: failed to patch insn #0: -EINVAL");
    expect(issues).toMatchObject([
      { code: "failed", message: "unexpected insn #0 (ALU/ALU64) value: got 5, exp 0 -> 4" },
    ]);
  });
});

describe("attach targets", () => {
  test.each<[string, boolean]>([
    ["fentry/do_exit", true],
    ["fexit.s/do_exit", true],
    ["fentry/vmlinux:do_exit", true],
    ["fentry/other_module:do_exit", false],
    ["fmod_ret/do_nothing", false],
    ["tp_btf/sched_switch", true],
    ["tp_btf/sched_wakeup", false],
    ["lsm/file_open", true],
    ["lsm_cgroup/file_close", false],
    ["iter/task", true],
    ["iter.s/tasks", false],
    ["fentry", true],
    ["fentry/", false],
    ["lsm/", false],
    ["kprobe/anything", true],
    ["freplace/anything", true],
  ])("%s is there: %s", (section, isThere) => {
    const verdict = judge({ functions: [{ name: "prog", section, code: "r0 = 0 \n exit" }] });
    expect(verdict.fit).toBe(isThere ? "fits" : "broken");
    if (isThere) return;
    const name = section.slice(section.indexOf("/") + 1);
    expect(verdict.programs[0].issues).toMatchObject([
      { code: "no-attach-target", message: `failed to find kernel BTF type ID of '${name}': -ESRCH` },
    ]);
  });
});

describe("names that are left to the kernel", () => {
  const types = `${TYPES}
    [6] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1
      'x' type_id=1
    [7] FUNC 'bpf_do_it' type_id=6 linkage=extern
    [8] FUNC 'bpf_do_it___flavor' type_id=6 linkage=extern
    [9] FUNC 'bpf_gone' type_id=6 linkage=extern
    [10] FUNC_PROTO '(anon)' ret_type_id=1 vlen=0
    [11] FUNC 'do_exit' type_id=10 linkage=extern
    [12] VAR 'runqueues' type_id=2, linkage=extern
    [13] VAR 'gone_var' type_id=2, linkage=extern
    [14] VAR 'some_symbol' type_id=0, linkage=extern
    [15] DATASEC '.ksyms' size=0 vlen=7
      type_id=7 offset=0 size=0
      type_id=8 offset=0 size=0
      type_id=9 offset=0 size=0
      type_id=11 offset=0 size=0
      type_id=12 offset=0 size=0
      type_id=13 offset=0 size=0
      type_id=14 offset=0 size=0`;
  const calling = (name: string, isWeak: boolean): BpfSpec => ({
    types,
    functions: [{ name: "prog", section: "kprobe/x", code: `call ${name} \n exit` }],
    externs: [{ name, isWeak }],
  });

  test.each<[string, string]>([
    ["bpf_do_it", ""],
    ["bpf_do_it___flavor", ""],
    ["bpf_gone", "extern (func ksym) 'bpf_gone': not found in kernel or module BTFs"],
    ["do_exit", "extern (func ksym) 'do_exit': func_proto [10] incompatible with vmlinux [7]"],
    ["runqueues", ""],
    ["gone_var", "extern (var ksym) 'gone_var': not found in kernel BTF"],
    ["some_symbol", ""],
  ])("%s", (name, message) => {
    const verdict = judge(calling(name, false));
    expect(verdict.fit).toBe(message === "" ? "fits" : "broken");
    expect(verdict.issues).toMatchObject(message === "" ? [] : [{ code: "no-extern", message }]);
  });

  test("that may be missing break the programs that call them without asking", () => {
    expect(judge(calling("bpf_gone", true))).toMatchObject({ fit: "broken", issues: [] });
    const asks = `
      r1 = &bpf_gone
      if r1 == 0 goto end
      call bpf_gone
      end:
      exit`;
    const spec: BpfSpec = {
      types,
      functions: [{ name: "prog", section: "kprobe/x", code: asks }],
      externs: [{ name: "bpf_gone", isWeak: true }],
    };
    expect(judge(spec)).toMatchObject({ fit: "guarded", programs: [{ issues: [{ code: "no-extern" }] }] });
  });

  test.each<[string, string, string, number]>([
    ["that reads a variable", "r1 = &gone_var \n r0 = *(u32 *)(r1 + 4) \n exit", "broken", 2],
    ["that writes to it", "r1 = &gone_var \n r1 += 8 \n *(u32 *)(r1 + 0) = 1 \n exit", "broken", 3],
    ["that asks for its place on a CPU", "r1 = &gone_var \n r2 = 0 \n call 153 \n exit", "broken", 3],
    ["that only takes its address", "r1 = &gone_var \n r2 = r1 \n r0 = 0 \n exit", "guarded", 0],
    [
      "that looks first whether it is there",
      "r1 = &gone_var \n if r1 == 0 goto end \n r0 = *(u32 *)(r1 + 0) \n end: \n exit",
      "guarded",
      0,
    ],
  ])("a program %s", (_, code, fit, insn) => {
    const spec: BpfSpec = {
      types,
      functions: [{ name: "prog", section: "kprobe/x", code }],
      externs: [{ name: "gone_var", isWeak: true }],
    };
    expect(judge(spec)).toMatchObject({
      fit,
      issues: [],
      programs: [{ issues: [{ code: "no-extern", wants: "kernel variable gone_var", place: { insn } }] }],
    });
  });

  test("and are variables have an address that the verifier does not know not to be 0", () => {
    const code = (name: string) => `
      r2 = &${name}
      if r2 != 0 goto end
      access:
      r3 = *(u32 *)(r1 + 0)
      end:
      exit`;
    const fitOf = (name: string) =>
      judge({
        types,
        functions: [{ name: "prog", section: "kprobe/x", code: code(name) }],
        relos: [["prog.access", "byte_off [2] 0:0"]],
        externs: [{ name, isWeak: true }],
      }).fit;
    expect(fitOf("runqueues")).toBe("broken");
    expect(fitOf("bpf_do_it")).toBe("guarded");
  });

  test("and are of another type are an error, even where none would do", () => {
    const kernel = btf`
      [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
      [2] VAR 'runqueues' type_id=1, linkage=global`;
    const verdict = judge(calling("runqueues", true), kernel);
    expect(verdict.issues[0].message).toBe(
      "extern (var ksym) 'runqueues': incompatible types, expected [2] struct cfs_rq___old, but kernel has [1] int int",
    );
    expect(judge(calling("gone_var", true), kernel).issues).toEqual([]);
  });
});

test("global functions are judged without their callers before 6.8", () => {
  const { object, core } = bpfObject({
    types: TYPES,
    functions: [
      {
        name: "prog",
        section: "kprobe/x",
        code: "check: \n r2 = 1 \n if r2 == 0 goto end \n call inner \n end: \n exit",
      },
      {
        name: "inner",
        section: "kprobe/x",
        isGlobal: true,
        code: "access: \n r3 = *(u32 *)(r1 + 0) \n exit",
      },
    ],
    relos: [
      ["prog.check", "field_exists [2] 0:0"],
      ["inner.access", "byte_off [2] 0:0"],
    ],
  });
  const fitOn = (version: bigint) => {
    const kconfig = new Map([["LINUX_KERNEL_VERSION", version]]);
    const { programs } = judgeObject(object, core.local, [new Side(KERNEL, "vmlinux", 8)], { kconfig });
    return programs.find(({ name }) => name === "prog")?.fit;
  };
  expect(fitOn(0x0607ffn)).toBe("broken");
  expect(fitOn(0x060800n)).toBe("fits");
});

describe("settings of the kernel (.kconfig)", () => {
  const SETTINGS = `
    [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
    [2] INT '_Bool' size=1 bits_offset=0 nr_bits=8 encoding=BOOL
    [3] INT 'char' size=1 bits_offset=0 nr_bits=8 encoding=SIGNED
    [4] ARRAY '(anon)' type_id=3 index_type_id=1 nr_elems=8
    [5] ENUM 'libbpf_tristate' encoding=UNSIGNED size=4 vlen=1
      'TRI_NO' val=0
    [6] STRUCT 'pair' size=8 vlen=0
    [7] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=8`;
  const problem = (name: string, typeId: number, isWeak = false) => {
    const verdict = judge({
      types: `${SETTINGS}
    [8] VAR '${name}' type_id=${typeId}, linkage=extern
    [9] DATASEC '.kconfig' size=0 vlen=1
      type_id=8 offset=0 size=4`,
      functions: [{ name: "prog", section: "kprobe/x", code: `r1 = &${name} \n exit` }],
      externs: [{ name, isWeak }],
    });
    return verdict.issues.map(({ message }) => message).join();
  };

  test.each([1, 2, 3, 4, 5])("may be of type %i", (typeId) => {
    expect(problem("CONFIG_HZ", typeId)).toBe("");
  });

  test.each<[string, number, boolean, string]>([
    ["CONFIG_HZ", 6, false, "extern (kcfg) 'CONFIG_HZ': type is unsupported"],
    ["CONFIG_HZ", 7, true, "extern (kcfg) 'CONFIG_HZ': type is unsupported"],
    ["LINUX_KERNEL_VERSION", 1, false, ""],
    ["LINUX_NEW", 1, false, "extern (kcfg) 'LINUX_NEW': unrecognized virtual extern"],
    ["LINUX_NEW", 1, true, ""],
    ["OTHER", 1, true, "extern (kcfg) 'OTHER': unrecognized virtual extern"],
  ])("%s of type %i (weak: %s)", (name, typeId, isWeak, message) => {
    expect(problem(name, typeId, isWeak)).toBe(message);
  });

  test.each<[string, Fit]>([
    ["LINUX_NEW", "guarded"],
    ["CONFIG_NEW", "broken"],
    ["LINUX_HAS_SYSCALL_WRAPPER", "broken"],
  ])("%s, which is weak, guards as far as it is known to be 0", (name, fit) => {
    const code = `
      r1 = &${name}
      r1 = *(u32 *)(r1 + 0)
      if r1 == 0 goto end
      access:
      r3 = *(u32 *)(r6 + 0)
      end:
      r0 = 0
      exit`;
    const verdict = judge({
      types: `${TYPES}
    [6] VAR '${name}' type_id=1, linkage=extern
    [7] DATASEC '.kconfig' size=0 vlen=1
      type_id=6 offset=0 size=4`,
      functions: [{ name: "prog", section: "kprobe/x", code }],
      relos: [["prog.access", "byte_off [2] 0:0"]],
      externs: [{ name, isWeak: true }],
    });
    expect(verdict.fit).toBe(fit);
  });
});

test("keys of maps are as long as the object's types say", () => {
  const types = `${TYPES}
    [6] PTR '(anon)' type_id=1
    [7] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=16
    [8] PTR '(anon)' type_id=7
    [9] STRUCT '(anon)' size=16 vlen=2
      'key' type_id=6 bits_offset=0
      'value_size' type_id=8 bits_offset=64
    [10] VAR 'counts' type_id=9, linkage=global
    [11] DATASEC '.maps' size=16 vlen=1
      type_id=10 offset=0 size=16`;
  // The key lies below what the check gave: the helper reads four bytes, or a value of sixteen.
  const code = (register: number, helper: number) => `
    check:
    r2 = 1
    *(u64 *)(r10 - 8) = r2
    *(u32 *)(r10 - 12) = 7
    r1 = &.maps
    r${register} = r10
    r${register} += -12
    call ${helper}
    r2 = *(u64 *)(r10 - 8)
    if r2 == 0 goto end
    access:
    r3 = *(u32 *)(r1 + 0)
    end:
    r0 = 0
    exit`;
  const fitOf = (register: number, helper: number) =>
    judge({
      ...GUARDED,
      types,
      data: { ".maps": new Uint8Array(16) },
      functions: [{ name: "prog", section: "fentry/do_exit", code: code(register, helper) }],
    }).fit;
  expect(fitOf(2, 1)).toBe("guarded");
  expect(fitOf(2, 88)).toBe("broken");
});
