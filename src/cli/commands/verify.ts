import {
  type Kernel,
  kernelName,
  NEWEST_KERNEL,
  NEWEST_RULES,
  parseRelease,
} from "../../engine/verify/kernel.ts";
import { ModuleVerifier } from "../../engine/verify/module-verifier.ts";
import { type VerifyOptions, verifyBtf } from "../../engine/verify/verify.ts";
import { BtfxError } from "../../errors.ts";
import { withBtfFile } from "../../io/btf-file.ts";
import { collectInputs, type InputFile } from "../../io/collect.ts";
import { vmlinuxOf } from "../../io/find-vmlinux.ts";
import { type Subject, subjectIn } from "../../io/subject.ts";
import { readVmlinux, type Vmlinux } from "../../io/vmlinux.ts";
import { EXIT, exitCodeOf } from "../exit.ts";
import type { Host } from "../host.ts";
import { Progress } from "../progress.ts";
import { failedOutcome } from "../report.ts";
import { safe } from "../safe.ts";
import { printJudgement, printSummary } from "../verify-report.ts";
import { type BaseJudgement, hasErrors, type Judgement, summarize } from "../verify-summary.ts";

/** Options of `btfx verify`, as commander gives them. */
export interface VerifyCommandOptions {
  readonly baseBtf?: readonly string[];
  readonly kernel?: string;
  readonly byteOrder?: "little" | "big";
  readonly quiet?: boolean;
  readonly json?: boolean;
  readonly pretty?: boolean;
}

/** `btfx verify`: judges all inputs, modules on each base, reports, and returns the exit code. */
export async function runVerify(
  paths: readonly string[],
  options: VerifyCommandOptions,
  host: Host,
): Promise<number> {
  const kernel = options.kernel === undefined ? NEWEST_KERNEL : knownKernel(options.kernel, host);
  const asJson = options.json === true || options.pretty === true;
  const kernels = await Kernels.begin(options, kernel, (path) => {
    if (!asJson) host.stderr.write(`base: ${safe(path)}, found by vermagic\n`);
  });
  const inputs = collectInputs(paths, "verify");
  const context = { kernel: kernelName(kernel), bases: kernels.given.map(({ path }) => path) };
  const isMatrix = context.bases.length > 1;
  const judgements: Judgement[] = [];
  const progress = await Progress.begin(host, "verify", inputs.length, asJson || options.quiet === true);
  for (const input of inputs) {
    const judgement = await judge(input, kernels);
    judgements.push(judgement);
    progress.step();
    if (!asJson && !(isMatrix && judgement.form === "module")) {
      printJudgement(judgement, context.kernel, options.quiet === true, host);
    }
  }
  progress.end();

  const summary = summarize(judgements, context.kernel, context.bases);
  if (asJson) {
    const indent = options.pretty ? 2 : undefined;
    host.stdout.write(`${JSON.stringify({ results: judgements, summary }, null, indent)}\n`);
  } else {
    await printSummary(judgements, summary, host);
  }
  return judgements.reduce(
    (highest, each) => Math.max(highest, exitCodeOfJudgement(each)),
    EXIT.ok as number,
  );
}

/** The kernel to judge by, the newest known for one that is newer, which is told. */
function knownKernel(text: string, host: Host): Kernel {
  const asked = parseRelease(text);
  if (asked <= NEWEST_RULES) return asked;
  const newest = kernelName(NEWEST_RULES);
  host.stderr.write(
    `note: the rules of ${kernelName(asked)} are not known here, those of ${newest} are taken\n`,
  );
  return NEWEST_RULES;
}

/** The kernels of one run: each base is read, checked, resolved and indexed once. */
class Kernels {
  readonly #options: VerifyOptions;
  readonly #orders: VerifyCommandOptions["byteOrder"];
  readonly #files = new Map<string, Vmlinux>();
  readonly #verifiers = new Map<string, ModuleVerifier>();
  readonly #tellFound: (path: string) => void;
  /** Those of -B. */
  readonly given: Vmlinux[] = [];

  constructor(options: VerifyCommandOptions, kernel: number, tellFound: (path: string) => void) {
    this.#orders = options.byteOrder;
    this.#options = { kernel };
    this.#tellFound = tellFound;
  }

  /** Reads those of -B. */
  static async begin(
    options: VerifyCommandOptions,
    kernel: number,
    tellFound: (path: string) => void,
  ): Promise<Kernels> {
    const kernels = new Kernels(options, kernel, tellFound);
    for (const path of options.baseBtf ?? []) kernels.given.push(await kernels.#read(path));
    return kernels;
  }

  /** How a subject is judged: by a kernel of its own machine, unless a byte order was asked for. */
  optionsFor({ machine }: Subject): VerifyOptions {
    const order = this.#orders === undefined ? {} : { littleEndian: this.#orders === "little" };
    return { ...this.#options, ...machine, ...order };
  }

  /** The bases for a module: those given, else the one that its vermagic names. Throws `no-base`. */
  async for(subject: Subject & { form: "module" }): Promise<readonly Vmlinux[]> {
    if (this.given.length > 0) return this.given;
    const path = vmlinuxOf(subject.module);
    if (!this.#files.has(path)) this.#tellFound(path);
    return [await this.#read(path)];
  }

  /** The verifier for modules of the subject's machine on a base. */
  verifier(base: Vmlinux, options: VerifyOptions): ModuleVerifier {
    const key = `${options.littleEndian}.${options.pointerBytes}.${base.path}`;
    let verifier = this.#verifiers.get(key);
    if (verifier === undefined) {
      verifier = new ModuleVerifier(base.btf, options);
      this.#verifiers.set(key, verifier);
    }
    return verifier;
  }

  async #read(path: string): Promise<Vmlinux> {
    let file = this.#files.get(path);
    if (file === undefined) {
      file = await readVmlinux(path);
      this.#files.set(path, file);
    }
    return file;
  }
}

async function judge({ path, problem }: InputFile, kernels: Kernels): Promise<Judgement> {
  try {
    if (problem !== undefined) throw problem;
    return await withBtfFile(path, async (file) => {
      const subject = await subjectIn(file, kernels.given.length > 0);
      const options = kernels.optionsFor(subject);
      if (subject.form === "module") return await judgeModule(subject, kernels, options);
      return { input: path, form: "standalone", ...verifyBtf(subject.bytes, options), bases: [] };
    });
  } catch (error) {
    if (!(error instanceof BtfxError)) throw error;
    const [failure] = failedOutcome(path, error).failures;
    return { input: path, form: "unreadable", verdict: null, failure };
  }
}

async function judgeModule(
  subject: Subject & { form: "module" },
  kernels: Kernels,
  options: VerifyOptions,
): Promise<Judgement> {
  const { path, module, name, btfIds } = subject;
  const parts = { btf: module.btf, distilledBase: module.distilledBase, btfIds };
  const bases = (await kernels.for(subject)).map((base): BaseJudgement => {
    const { evidence, ...verdict } = kernels.verifier(base, options).verify(parts);
    return { base: base.path, wrongBase: evidence?.wrong === true, ...verdict };
  });
  // The module's own answer is that of the first kernel that has something against it.
  const { base: _, wrongBase: __, unmapped: ___, ...verdict } = bases.find(hasErrors) ?? bases[0];
  return {
    input: path,
    form: "module",
    name,
    distilled: module.distilledBase !== undefined,
    ...verdict,
    bases,
  };
}

function exitCodeOfJudgement(judgement: Judgement): number {
  if (judgement.form === "unreadable") {
    const { failure } = judgement;
    return failure.code === "unmapped" ? EXIT.no : exitCodeOf(failure.code);
  }
  const all = judgement.form === "module" ? judgement.bases : [judgement];
  return all.some(hasErrors) ? EXIT.no : EXIT.ok;
}
