import type { TypeId } from "../../btf/btf.ts";
import { HEAD_WORDS, INFO, infoKind, kindName, MAX_KIND, UNKN } from "../../btf/kinds.ts";
import type { StringTable } from "../../btf/strings.ts";
import type { Report } from "./findings.ts";
import { type Kernel, OLDEST_MEASURED } from "./kernel.ts";
import { logLine, placeText } from "./log.ts";
import { HEAD_FITS, HEAD_RULES, KIND_RULES, type MetaCheck } from "./meta-rules.ts";
import { plainEnd } from "./plain-records.ts";
import { RecordCursor } from "./record-cursor.ts";
import { inForce } from "./rule.ts";

/** The results of the walk that later phases need. */
export interface Walk {
  /** Where each record begins, and the end. */
  readonly starts: Uint32Array;
  /** Kind of each. */
  readonly kinds: Uint8Array;
  /** Whether all records could be told apart. If not, later phases cannot run. */
  readonly complete: boolean;
}

/**
 * Checks every record by itself, in order (`btf_check_all_metas`, kernel/bpf/btf.c). A type whose record is wrong is reported
 * once, and the walk goes on with the next as long as the sizes of the records are known.
 */
export function checkMetas(
  words: Uint32Array,
  typeLen: number,
  strings: StringTable,
  firstId: TypeId,
  kernel: Kernel,
  report: Report,
): Walk {
  const { head, kinds } = rulesOf(kernel);
  const starts = new Uint32Array(Math.floor(words.length / HEAD_WORDS) + 1);
  const kindsFound = new Uint8Array(starts.length);
  const t = new RecordCursor(words, strings);
  const { names } = t;
  t.nameOf = (id) => {
    if (id < firstId || id - firstId >= count) return undefined;
    const nameOff = words[starts[id - firstId]];
    return nameOff === 0 || nameOff >= strings.end ? undefined : strings.text(nameOff);
  };
  // Older kernels refuse some of what is plain to these.
  const isMeasured = kernel >= OLDEST_MEASURED;
  let count = 0;
  let at = 0;
  let complete = true;
  while (at * 4 < typeLen) {
    const plain = isMeasured ? plainEnd(words, at, names) : 0;
    if (plain !== 0) {
      kindsFound[count] = infoKind(words[at + INFO]);
      starts[count++] = at;
      at = plain;
      continue;
    }
    t.bytesLeft = typeLen - at * 4;
    if (HEAD_FITS.broken(t)) {
      t.typeId = firstId + count;
      refuseRecord(report, HEAD_FITS, t);
      complete = false;
      break;
    }
    t.moveTo(at, firstId + count);
    t.bytesLeft -= HEAD_WORDS * 4;
    const inOrder = checkAll(head, t, report);
    const rules = kinds[t.kind];
    if (t.kind === UNKN || t.kind > MAX_KIND) {
      complete = false;
      break;
    }
    if (inOrder) checkRecord(rules, t, report);
    if (t.bytesLeft < t.payloadBytes) {
      if (!inOrder) checkAll(rules.head, t, report);
      complete = false;
      break;
    }
    kindsFound[count] = t.kind;
    starts[count++] = at;
    at += HEAD_WORDS + t.payloadBytes / 4;
  }
  starts[count] = at;
  return { starts: starts.subarray(0, count + 1), kinds: kindsFound.subarray(0, count), complete };
}

function checkRecord(rules: CompiledRules, t: RecordCursor, report: Report): void {
  if (!checkAll(rules.head, t, report)) return;
  const { element, pass } = rules;
  if (element.broken.length === 0) return;
  for (let index = 0; index < t.vlen; index++) {
    t.moveToElement(index);
    if (!checkAll(element, t, report)) return;
    pass(t);
  }
  checkAll(rules.tail, t, report);
}

function checkAll(rules: CompiledList, t: RecordCursor, report: Report): boolean {
  const broken = rules.broken;
  for (let i = 0; i < broken.length; i++) {
    if (broken[i](t)) {
      refuseRecord(report, rules.checks[i], t);
      return false;
    }
  }
  return true;
}

function refuseRecord(report: Report, rule: MetaCheck, t: RecordCursor): void {
  report.broken("metas", rule, () => {
    const { strings } = t.names;
    const isRead = rule !== HEAD_FITS;
    return {
      values: rule.values?.(t),
      line: (phrase) => logLine(rule.form ?? "type", t, phrase),
      ...placeOf(rule, t),
      type: {
        id: t.typeId,
        kind: isRead ? kindName(t.kind) : null,
        name: isRead && t.nameOff < strings.end ? strings.text(t.nameOff) : null,
      },
    };
  });
}

/** The type that an element belongs to. */
function placeOf(rule: MetaCheck, t: RecordCursor): { in?: string } {
  const place = placeText(rule.form ?? "type", t);
  return place === undefined ? {} : { in: place };
}

/** Checks beside an array of their functions: the walk makes millions of calls, and loading them from rows of many shapes costs as much again. */
interface CompiledList {
  readonly checks: readonly MetaCheck[];
  readonly broken: readonly MetaCheck["broken"][];
}

interface CompiledRules {
  readonly head: CompiledList;
  readonly element: CompiledList;
  readonly tail: CompiledList;
  readonly pass: (t: RecordCursor) => void;
}

interface RuleSet {
  readonly head: CompiledList;
  readonly kinds: readonly CompiledRules[];
}

const ruleSets = new Map<Kernel, RuleSet>();

/** The rule tables, reduced to the rules that the kernel has. */
function rulesOf(kernel: Kernel): RuleSet {
  let set = ruleSets.get(kernel);
  if (set === undefined) {
    const compile = (rules: readonly MetaCheck[]): CompiledList => {
      const checks = rules.filter((rule) => inForce(rule, kernel));
      return { checks, broken: checks.map((rule) => rule.broken) };
    };
    set = {
      head: compile(HEAD_RULES),
      kinds: KIND_RULES.map(({ head, element, tail, pass }) => ({
        head: compile(head),
        element: compile(element),
        tail: compile(tail),
        pass,
      })),
    };
    ruleSets.set(kernel, set);
  }
  return set;
}
