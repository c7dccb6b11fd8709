import type { Btf } from "../../src/btf/btf.ts";
import { btf } from "./btf.ts";

/** A kernel, and the split BTF of a driver that was built against it, for the command line's tests. */
export const VMLINUX: Btf = btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 'unused' size=8 vlen=0
  [3] STRUCT 'device' size=16 vlen=1
    'id' type_id=1 bits_offset=0
  [4] PTR '(anon)' type_id=3
`;

/** Another kernel: what the driver takes from its own goes astray here. */
export const OTHER_VMLINUX: Btf = btf`
  [1] INT 'long long unsigned int' size=8 bits_offset=0 nr_bits=64 encoding=(none)
  [2] STRUCT 'another_long_name' size=8 vlen=0
  [3] STRUCT 'yet_another_one' size=8 vlen=0
  [4] PTR '(anon)' type_id=3
`;

/** The driver holds a `device` by value, points to one, and has a function `probe`, id 7. */
export const SPLIT: Btf = btf.split(VMLINUX)`
  [5] STRUCT 'driver' size=24 vlen=2
    'device' type_id=3 bits_offset=0
    'id' type_id=4 bits_offset=128
  [6] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1
    'device' type_id=4
  [7] FUNC 'probe' type_id=6 linkage=static
`;
