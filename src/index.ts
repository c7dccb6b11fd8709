export { Btf, type TypeId } from "./btf/btf.ts";
export { parseBtf } from "./btf/parse.ts";
export { BtfxError, ERROR_CODES, type ErrorCode, type ErrorContext } from "./errors.ts";
