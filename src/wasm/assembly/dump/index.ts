// The exports for src/wasm/machine.ts. AssemblyScript is TypeScript with the number types of a processor.
// `load<u32>(at, n)` reads the four bytes at address `at + n`, `store<u32>(at, value, n)` writes them; `usize` is an
// address or a size.
export { roomFor } from "../common/arena";
export { kindTable } from "../common/kinds";
export { handOn, writeDigits } from "../common/text";
export { formatPlace, print, startPrint } from "./print";
export { highestNameOff, highestTypeId, openCount, recordCount, scan, startScan } from "./scan";
