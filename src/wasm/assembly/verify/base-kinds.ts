/** The first id of the judged BTF itself. Void and the types of its bases are below. */
export let firstId: u32 = 1;
/** Address of the kinds of void and of the types of the bases, by id. */
let baseKinds: usize = 0;

/** Takes the kinds of the bases' types, by id, void included. `count` is the first id of the judged BTF. */
export function openBaseKinds(at: usize, count: u32): void {
  baseKinds = at;
  firstId = count;
}

/** Kind of a type of the bases, 0 for void. */
export function baseKindOf(id: u32): u32 {
  return load<u8>(baseKinds + id);
}
