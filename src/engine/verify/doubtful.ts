import type { StringTable } from "../../btf/strings.ts";
import { wordsAt } from "../../btf/words.ts";
import type { Global } from "../../wasm/web-assembly.ts";
import { layOwn, withVerifyMachine } from "../verify-memory.ts";
import type { Types } from "./types-view.ts";

/**
 * The records of a type section, and those of them that have to be judged. All others break no rule of any release from
 * 6.1 on.
 */
export interface Records {
  /**
   * Word position of each record. One more entry marks their end: the end of the section, or something that is not a
   * record.
   */
  readonly starts: Uint32Array;
  /** Kind of each. */
  readonly kinds: Uint8Array;
  /** Numbers of the records that may break one of the `meta-rules`, ascending from 0. */
  readonly doubtful: Uint32Array;
  /** Numbers of the records that begin a chain of modifiers that may break one of the rules of `chains`. */
  readonly doubtfulChains: Uint32Array;
}

/**
 * Finds the records, and which of them have to be judged. Most types break no rule, and of a vmlinux all: without this,
 * millions of calls of rules would be made, by code that V8 has not yet compiled. `test/engine/verify/doubtful.test.ts`
 * holds it to the rules.
 */
export function findDoubtful(words: Uint32Array, strings: StringTable, base: Types | null): Records {
  return withVerifyMachine(base, (machine) => {
    const { code, memory } = machine;
    layOwn(machine, words, strings);
    code.findChains();
    const numbers = (place: Global, count: number) => wordsAt(memory.bytes, place.value, count);
    const count = code.recordCount.value;
    const kindsAt = code.kinds.value >>> 0;
    return {
      starts: numbers(code.starts, count + 1),
      kinds: memory.bytes.slice(kindsAt, kindsAt + count),
      doubtful: numbers(code.doubtful, code.doubtfulCount.value),
      doubtfulChains: numbers(code.doubtfulChains, code.doubtfulChainCount.value),
    };
  });
}
