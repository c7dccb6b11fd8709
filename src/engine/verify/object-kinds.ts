import type { TypeId } from "../../btf/btf.ts";
import {
  CONST,
  DATASEC,
  DECL_TAG,
  ENUM,
  ENUM64,
  FIRST_INFO,
  FLOAT,
  FUNC,
  HEAD_WORDS,
  INFO,
  INT,
  infoVlen,
  MEMBER_OFFSET,
  MEMBER_TYPE,
  MEMBER_WORDS,
  makeInfo,
  NAME_OFF,
  SIZE_OR_TYPE,
  STRUCT,
  TYPE_TAG,
  UNION,
} from "../../btf/kinds.ts";
import { counted, type EditedBtf } from "./edited-btf.ts";
import { type Kernel, kernelName, release } from "./kernel.ts";
import { LINKAGE } from "./object-externs.ts";

/** Replaces kinds and names that a kernel does not know by ones that it knows (`bpf_object__sanitize_btf`). */
export function replaceUnknownKinds(edited: EditedBtf, kernel: Kernel): void {
  const { btf, words } = edited;
  const replaced = new Map<string, number>();
  const count = (what: string) => replaced.set(what, (replaced.get(what) ?? 0) + 1);
  let placeholder = 0;
  for (const id of btf.ids()) {
    const at = btf.start(id);
    const vlen = infoVlen(words[at + INFO]);
    switch (btf.kind(id)) {
      case DECL_TAG:
        if (kernel >= DECL_TAG_SINCE) break;
        words[at + INFO] = makeInfo(INT, 0);
        words[at + SIZE_OR_TYPE] = 1;
        words[at + FIRST_INFO] = 8;
        count("DECL_TAG");
        break;
      case TYPE_TAG:
        if (kernel >= TYPE_TAG_SINCE) break;
        words[at + NAME_OFF] = 0;
        words[at + INFO] = makeInfo(CONST, 0);
        count("TYPE_TAG");
        break;
      case FLOAT:
        if (kernel >= FLOAT_SINCE) break;
        words[at + NAME_OFF] = 0;
        words[at + INFO] = makeInfo(STRUCT, 0);
        count("FLOAT");
        break;
      case FUNC:
        if (kernel >= GLOBAL_FUNC_SINCE || vlen === 0) break;
        words[at + INFO] = makeInfo(FUNC, LINKAGE.static);
        count("global FUNC");
        break;
      case ENUM:
        if (kernel >= ENUM64_SINCE || !btf.kflag(id)) break;
        words[at + INFO] = makeInfo(ENUM, vlen);
        count("signed ENUM");
        break;
      case ENUM64:
        if (kernel >= ENUM64_SINCE) break;
        if (placeholder === 0) placeholder = addPlaceholder(edited);
        words[at + INFO] = makeInfo(UNION, vlen);
        for (let i = 0; i < vlen; i++) {
          const member = at + HEAD_WORDS + i * MEMBER_WORDS;
          words[member + MEMBER_TYPE] = placeholder;
          words[member + MEMBER_OFFSET] = 0;
        }
        count("ENUM64");
        break;
      case DATASEC:
        if (
          kernel >= QUESTION_MARK_SINCE ||
          !edited.replaceByte(words[at + NAME_OFF], QUESTION_MARK, UNDERSCORE)
        )
          break;
        count("name with ?");
        break;
      default:
        break;
    }
  }
  for (const [what, times] of replaced) {
    edited.changes.push(`${counted(times, what)} replaced, which Linux ${kernelName(kernel)} does not know`);
  }
}

/** The type of the members of a union that replaces an ENUM64. */
function addPlaceholder(edited: EditedBtf): TypeId {
  return edited.addRecord([edited.addName("enum64_placeholder"), makeInfo(INT, 0), 1, 8]);
}

const QUESTION_MARK = 0x3f;
const UNDERSCORE = 0x5f;
const GLOBAL_FUNC_SINCE = release(5, 6);
const FLOAT_SINCE = release(5, 13);
const DECL_TAG_SINCE = release(5, 16);
const TYPE_TAG_SINCE = release(5, 17);
const ENUM64_SINCE = release(6, 0);
const QUESTION_MARK_SINCE = release(6, 12);
