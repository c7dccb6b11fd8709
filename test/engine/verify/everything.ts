/** A little of every kind, in order for all kernels. */
export const EVERYTHING: string = `
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] PTR '(anon)' type_id=5
  [3] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=4
  [4] TYPEDEF 't' type_id=1
  [5] STRUCT 's' size=40 vlen=4
    'a' type_id=4 bits_offset=0 bitfield_size=3
    'b' type_id=3 bits_offset=32 bitfield_size=0
    'c' type_id=2 bits_offset=192 bitfield_size=0
    'f' type_id=15 bits_offset=256 bitfield_size=0
  [6] UNION 'u' size=8 vlen=1
    'p' type_id=2 bits_offset=0
  [7] ENUM 'e' encoding=SIGNED size=4 vlen=2
    'A' val=-1
    'B' val=1
  [8] FWD 'fwd' fwd_kind=struct
  [9] VOLATILE '(anon)' type_id=8
  [10] CONST '(anon)' type_id=1
  [11] FUNC_PROTO '(anon)' ret_type_id=10 vlen=2
    'a' type_id=2
    '(anon)' type_id=0
  [12] FUNC 'f' type_id=11 linkage=static
  [13] VAR 'v' type_id=5 linkage=global
  [14] DATASEC '.data' size=64 vlen=1
    type_id=13 offset=0 size=40
  [15] FLOAT 'double' size=8
  [16] DECL_TAG 'tag' type_id=5 component_idx=1
  [17] ENUM64 'big' encoding=UNSIGNED size=8 vlen=1
    'C' val=4294967296ULL
  [18] STRUCT 'bpf_spin_lock' size=4 vlen=1
    'val' type_id=1 bits_offset=0
  [19] STRUCT 'locked' size=4 vlen=1
    'lock' type_id=18 bits_offset=0
`;
