/** The first id of the BTF itself: that of the bases' types and void. */
export let firstId: u32 = 1;
let baseKinds: usize = 0;

/** Takes the kinds of the bases by id, void included. */
export function openBaseKinds(at: usize, count: u32): void {
  baseKinds = at;
  firstId = count;
}

/** Kind of a type of the bases, 0 for void. */
export function baseKindOf(id: u32): u32 {
  return load<u8>(baseKinds + id);
}
