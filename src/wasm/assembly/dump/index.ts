// The exports for src/wasm/machine.ts. AssemblyScript: TypeScript with the numbers of a processor. `load<u32>(at, n)` reads
// four bytes at `at + n`, `store<u32>(at, value)` writes four; `usize` is a position in memory.
export { roomFor } from "../common/arena";
export { kindTable } from "../common/kinds";
export { writeDigits } from "../common/text";
export { formatPlace, print } from "./print";
export { highestNameOff, highestTypeId, openCount, recordCount, scan, startScan } from "./scan";
