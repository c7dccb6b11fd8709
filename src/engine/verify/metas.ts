import type { TypeId } from "../../btf/btf.ts";
import { HEAD_WORDS, kindName, MAX_KIND, UNKN } from "../../btf/kinds.ts";
import type { StringTable } from "../../btf/strings.ts";
import { findDoubtful, type Records } from "./doubtful.ts";
import type { Report } from "./findings.ts";
import { type Kernel, OLDEST_MEASURED } from "./kernel.ts";
import { logLine, placeText } from "./log.ts";
import { HEAD_FITS, HEAD_RULES, KIND_RULES, type MetaCheck } from "./meta-rules.ts";
import { RecordCursor } from "./record-cursor.ts";
import { inForce } from "./rule.ts";
import type { Types } from "./types-view.ts";

/** The results of the walk that later phases need. */
export interface Walk extends Records {
  /** Whether all records were found. If not, later phases cannot run. */
  readonly complete: boolean;
}

/**
 * Checks every record by itself, in order (`btf_check_all_metas`, kernel/bpf/btf.c). A type whose record is wrong is
 * reported once, and the walk goes on with the next as long as the sizes of the records are known.
 */
export function checkMetas(
  words: Uint32Array,
  typeLen: number,
  strings: StringTable,
  base: Types | null,
  kernel: Kernel,
  report: Report,
): Walk {
  const records = findDoubtful(words, strings, base);
  const { starts, kinds } = records;
  const end = starts[kinds.length] * 4;
  const complete = end >= typeLen;
  // Older kernels refuse some records that the others accept.
  const isMeasured = kernel >= OLDEST_MEASURED;
  if (complete && isMeasured && records.doubtful.length === 0) return { ...records, complete };

  const firstId = base === null ? 1 : base.typeCount;
  const judge = new RecordJudge(words, starts, firstId, strings, rulesOf(kernel), report);
  if (isMeasured) for (const number of records.doubtful) judge.check(number, typeLen);
  else for (let number = 0; number < kinds.length; number++) judge.check(number, typeLen);
  if (!complete) judge.check(kinds.length, typeLen);
  return { ...records, complete };
}

/** Judges records by the rules, in ascending order. */
class RecordJudge {
  readonly #t: RecordCursor;
  readonly #starts: Uint32Array;
  readonly #firstId: TypeId;
  readonly #rules: RuleSet;
  readonly #report: Report;
  /** The record that is looked at. */
  #number = 0;

  constructor(
    words: Uint32Array,
    starts: Uint32Array,
    firstId: TypeId,
    strings: StringTable,
    rules: RuleSet,
    report: Report,
  ) {
    this.#t = new RecordCursor(words, strings);
    this.#starts = starts;
    this.#firstId = firstId;
    this.#rules = rules;
    this.#report = report;
    this.#t.nameOf = (id) => {
      // The kernel knows the types before this one only.
      if (id < firstId || id - firstId >= this.#number) return undefined;
      const nameOff = words[starts[id - firstId]];
      return nameOff === 0 || nameOff >= strings.end ? undefined : strings.text(nameOff);
    };
  }

  /** Checks a record of a section of `typeLen` bytes, the last one also where it is cut off or of an unknown kind. */
  check(number: number, typeLen: number): void {
    const t = this.#t;
    const at = this.#starts[number];
    this.#number = number;
    t.bytesLeft = typeLen - at * 4;
    if (HEAD_FITS.broken(t)) {
      t.typeId = this.#firstId + number;
      refuseRecord(this.#report, HEAD_FITS, t);
      return;
    }
    t.moveTo(at, this.#firstId + number);
    t.bytesLeft -= HEAD_WORDS * 4;
    const inOrder = checkAll(this.#rules.head, t, this.#report);
    if (t.kind === UNKN || t.kind > MAX_KIND) return;
    const rules = this.#rules.kinds[t.kind];
    if (inOrder) checkRecord(rules, t, this.#report);
    else if (t.bytesLeft < t.payloadBytes) checkAll(rules.head, t, this.#report);
  }
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

/**
 * Checks beside an array of their functions: the walk makes millions of calls, and loading them from rows of many
 * shapes costs as much again.
 */
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
