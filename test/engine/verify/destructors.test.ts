import { describe, expect, test } from "vitest";
import { Destructors } from "../../../src/engine/verify/destructors.ts";
import { parseKernel } from "../../../src/engine/verify/kernel.ts";
import { verifyBtf } from "../../../src/engine/verify/verify.ts";
import { assemble, btf } from "../../support/btf.ts";

/** A kernel that can destroy a task, and has packets. */
const KERNEL = btf`
  [1] STRUCT 'task_struct' size=8 vlen=0
  [2] STRUCT 'sk_buff' size=8 vlen=0
  [3] PTR '(anon)' type_id=1
  [4] FUNC_PROTO '(anon)' ret_type_id=0 vlen=1
    'p' type_id=3
  [5] FUNC 'bpf_task_release' type_id=4 linkage=static
  [6] FUNC 'bpf_task_release_dtor' type_id=4 linkage=static
  [7] FUNC 'irq_thread_dtor' type_id=4 linkage=static
`;

/** A map's value with a pointer to a struct. */
function valueWith(tag: string, struct: string): Uint8Array {
  return assemble(`
    [1] STRUCT '${struct}' size=8 vlen=0
    [2] TYPE_TAG '${tag}' type_id=1
    [3] PTR '(anon)' type_id=2
    [4] STRUCT 'value' size=8 vlen=1
      'p' type_id=3 bits_offset=0
  `);
}

describe("a kptr in a map", () => {
  const options = { kernel: parseKernel("6.18"), destructors: new Destructors(KERNEL) };

  test.each([
    ["kptr", "task_struct", 0],
    ["kptr", "sk_buff", 2],
    ["kptr", "of_the_program", 0],
    ["kptr_untrusted", "sk_buff", 0],
    ["percpu_kptr", "sk_buff", 0],
  ])("%s to %s: errno %i", (tag, struct, errno) => {
    expect(verifyBtf(valueWith(tag, struct), options)).toMatchObject({ errno, log: null });
  });

  test("without the kernel's types has a verdict that depends on them, which is said", () => {
    const { verdict, findings } = verifyBtf(valueWith("kptr", "sk_buff"));
    expect(verdict).toBe("accept");
    expect(findings).toEqual([
      expect.objectContaining({ severity: "warning", detail: expect.stringContaining("struct sk_buff") }),
    ]);
  });
});
