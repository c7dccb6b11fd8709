import { INFO } from "../../../btf/record-words";
import { IS_ABOUT_OTHERS, IS_TYPE } from "../../constants/role-bits";
import { forEachNameOff, forEachTypeId } from "../common/fields";
import { kindOfInfo, ownColumn } from "../common/kinds";
import { field } from "../common/types";
import { baseKindOf, firstId } from "./base-kinds";
import { isAstray, isOwn } from "./names";

// Counts the references of a split BTF, and those of them that go astray, which shows whether the base is the right
// one. The counts make up the `BaseEvidence` of `engine/wrong-base`.

/** Names in the base's strings, and past all strings. */
export let nameRefs: u32 = 0;
/** Those of them that do not begin a string of the base. */
export let strayNames: u32 = 0;
/** Names in the split BTF's own strings. */
export let ownNameRefs: u32 = 0;
/** Those of them that do not begin a string. */
export let strayOwnNames: u32 = 0;
/** References to types of the base, and to none. */
export let idRefs: u32 = 0;
/** Those of them that lead to no type, or to a kind that is no type. */
export let strayIds: u32 = 0;
/** References to own types whose kinds show whether the right type is meant. */
export let ownIdRefs: u32 = 0;
/** Those of them that lead to a type of the wrong kind. */
export let strayOwnIds: u32 = 0;

/** For each kind a word with a bit for each kind that it may refer to; 0 if it may refer to any type. */
const TARGETS: usize = memory.data(512);

/** Address at which the host lays {@link TARGETS}. */
export function targetTable(): usize {
  return TARGETS;
}

/** Address of the kinds of the split BTF's own types, and their number. */
let ownKinds: usize = 0;
let ownCount: u32 = 0;
/** Kind of the type whose references are being counted. */
let user: u32 = 0;

/** Counts the references of `count` types, given the addresses of their words, word positions and kinds. */
export function weigh(words: usize, starts: usize, kinds: usize, count: u32): void {
  ownKinds = kinds;
  ownCount = count;
  nameRefs = strayNames = ownNameRefs = strayOwnNames = 0;
  idRefs = strayIds = ownIdRefs = strayOwnIds = 0;
  for (let i: usize = 0; i < count; i++) {
    const record = words + (usize(load<u32>(starts + (i << 2))) << 2);
    user = kindOfInfo(field(record, INFO));
    forEachNameOff(record, weighName);
    forEachTypeId(record, weighId);
  }
}

function weighName(at: usize): void {
  const off = load<u32>(at);
  if (off === 0) return;
  const stray = u32(isAstray(off));
  if (isOwn(off)) {
    ownNameRefs++;
    strayOwnNames += stray;
  } else {
    nameRefs++;
    strayNames += stray;
  }
}

function weighId(at: usize): void {
  const id = load<u32>(at);
  if (id === 0) return;
  const index = id - firstId;
  if (id >= firstId && index < ownCount) {
    const kind: u32 = load<u8>(ownKinds + index);
    const targets = load<u32>(TARGETS + (user << 2));
    const stray = targets === 0 ? !isType(kind) : kind > 31 || ((targets >>> kind) & 1) === 0;
    if (targets !== 0 || stray) ownIdRefs++;
    if (stray) strayOwnIds++;
  } else if ((ownColumn(0, user) & IS_ABOUT_OTHERS) === 0) {
    idRefs++;
    if (id >= firstId || !isType(baseKindOf(id))) strayIds++;
  }
}

function isType(kind: u32): bool {
  return (ownColumn(0, kind) & IS_TYPE) !== 0;
}
