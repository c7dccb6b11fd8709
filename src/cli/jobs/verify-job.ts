import { byteOrder } from "../../btf/header.ts";
import { looksSplit } from "../../btf/raw-form.ts";
import { memorySource } from "../../elf/byte-source.ts";
import { Destructors } from "../../engine/verify/destructors.ts";
import { Report } from "../../engine/verify/findings.ts";
import { chooseKernel, type FoundRelease, type KernelChoice } from "../../engine/verify/kernel-choice.ts";
import type { ModuleVerdict, ModuleVerifier } from "../../engine/verify/module-verifier.ts";
import { type VerifyOptions, verifyBtf } from "../../engine/verify/verify.ts";
import { whatItIs } from "../../image/what-it-is.ts";
import type { InputFile } from "../../io/collect.ts";
import { withInput } from "../../io/read/btf-file.ts";
import { vmlinuxOf } from "../../io/read/find-vmlinux.ts";
import { type Subject, subjectIn } from "../../io/read/subject.ts";
import { readVmlinux, type Vmlinux } from "../../io/read/vmlinux.ts";
import { type BaseJudgement, hasErrors, type Judgement } from "../../report/verify-summary.ts";
import type { ProgramJudge } from "./program-judge.ts";

/** How verify judges all inputs of a run. Plain data. */
export interface VerifySettings {
  /** The release whose rules were asked for, whatever the release of the given kernels. */
  readonly kernel?: string;
  readonly byteOrder?: "little" | "big";
  /** Judge BPF objects as they are, not as libbpf loads them. */
  readonly asIs?: boolean;
  /** Modules of the kernels, whose types BPF objects may mean too. */
  readonly modules?: readonly string[];
  /** Tell each step of relocating a BPF object, in libbpf's words. */
  readonly explain?: boolean;
}

/** Makes the function that judges one input, on each of the given bases or on the vmlinux of the module's vermagic. */
export function verifyJob(
  settings: VerifySettings,
  given: readonly Vmlinux[],
): (input: InputFile) => Promise<Judgement> {
  const kernels = new Kernels(settings, given);
  const bases = given.map(({ btf }) => btf);
  let judgingPrograms: Promise<ProgramJudge> | undefined;
  return (input) =>
    withInput(input, async (file) => {
      const subject = await subjectIn(file, bases);
      if (subject.form === "module") return await judgeModule(subject, kernels);
      if (subject.form === "standalone") return judgeAlone(subject, kernels);
      const judgement = await judgeObject(subject, kernels, settings.asIs === true);
      if (given.length === 0) return judgement;
      judgingPrograms ??= import("./program-judge.ts").then(({ programJudge }) =>
        programJudge(given, settings),
      );
      const programs = (await judgingPrograms)(file);
      return programs === undefined ? judgement : { ...judgement, programs };
    });
}

/**
 * Judges a BPF object by itself, by the rules of the first base if there is one. Its code is loaded when the first one
 * comes.
 */
async function judgeObject(
  subject: Extract<Subject, { form: "object" }>,
  kernels: Kernels,
  asIs: boolean,
): Promise<Extract<Judgement, { form: "standalone" | "object" }>> {
  const { verifyObject } = await import("../../engine/verify/verify-object.ts");
  const kernel = kernels.choose(kernels.given[0]?.found, kernels.given[0]);
  const options = { ...kernels.optionsFor(subject, kernel), asIs };
  const { changes, ...verdict } = verifyObject(subject.object, options);
  const notes =
    changes === null
      ? []
      : [`as libbpf loads it: ${changes.length === 0 ? "unchanged" : changes.join("; ")}`];
  return { input: subject.path, form: "object", ...verdict, kernel, notes, bases: [] };
}

/** Judges BTF that stands alone: one verdict, by the rules of the first base if there is one. */
function judgeAlone(subject: Extract<Subject, { form: "standalone" }>, kernels: Kernels): Judgement {
  const { path: input } = subject;
  const kernel = kernels.choose(subject.found ?? kernels.given[0]?.found, undefined);
  const notes: string[] = [];
  if (subject.ignoresBase) notes.push("it stands alone: judged by itself, not as split on -B");
  const options = kernels.optionsFor(subject, kernel);
  const verdict = verifyBtf(subject.bytes, options);
  const isLittleEndian = byteOrder(subject.bytes);
  if (verdict.verdict === "reject") notes.push(...foreignNote(subject.bytes));
  if (isLittleEndian !== undefined && isLittleEndian !== (options.littleEndian ?? true)) {
    notes.push(`--byte-order ${isLittleEndian ? "little" : "big"} asks a kernel of its byte order`);
  }
  // BTF that a kernel accepts is not split; looking would parse it once more.
  if (verdict.verdict === "reject" && !subject.ignoresBase && looksSplit(subject.bytes)) {
    notes.push("it looks like split BTF, a module's: give the vmlinux that it was built against with -B");
  }
  return { input, form: "standalone", ...verdict, kernel, notes, bases: [] };
}

/** What a file is whose bytes are no BTF at all. */
function foreignNote(bytes: Uint8Array): string[] {
  if (bytes.length === 0 || byteOrder(bytes) !== undefined) return [];
  return [`it is neither BTF nor ELF, but ${whatItIs(memorySource(bytes)).what}`];
}

/** The kernels of one run: each base is read, checked, resolved and indexed once. */
class Kernels {
  /** The kernels that -B names. */
  readonly given: readonly Vmlinux[];
  readonly #settings: VerifySettings;
  readonly #found = new Map<string, Vmlinux>();
  readonly #verifiers = new Map<string, ModuleVerifier>();
  #knownDestructors: Destructors | null | undefined;

  constructor(settings: VerifySettings, given: readonly Vmlinux[]) {
    this.#settings = settings;
    this.given = given;
  }

  /** Whose rules judge: of the release that was asked for, else of the one that was found. */
  choose(found: FoundRelease | undefined, base: Vmlinux | undefined): KernelChoice {
    const { kernel } = this.#settings;
    return chooseKernel(
      kernel === undefined ? found : { release: kernel, source: "asked" },
      base?.btf ?? null,
    );
  }

  /** How a subject is judged: by a kernel of its own machine, unless a byte order was asked for. */
  optionsFor({ machine }: Subject, { kernel }: KernelChoice): VerifyOptions {
    const { byteOrder } = this.#settings;
    const order = byteOrder === undefined ? {} : { littleEndian: byteOrder === "little" };
    return { kernel, ...machine, ...order, destructors: this.#destructors() };
  }

  /** The destructors of the first of the given kernels: standalone BTF is judged by them. */
  #destructors(): Destructors | null {
    if (this.#knownDestructors === undefined) {
      this.#knownDestructors = this.given.length === 0 ? null : new Destructors(this.given[0].btf);
    }
    return this.#knownDestructors;
  }

  /** The bases for a module: those given, else the one that its vermagic names. Throws `no-base`. */
  async for(subject: Subject & { form: "module" }): Promise<readonly Vmlinux[]> {
    if (this.given.length > 0) return this.given;
    const path = vmlinuxOf(subject.module);
    const file = this.#found.get(path) ?? (await readVmlinux(path));
    this.#found.set(path, file);
    return [file];
  }

  /** The verdict on a module by the kernel that was chosen. */
  async verify(
    subject: Subject & { form: "module" },
    base: Vmlinux,
    choice: KernelChoice,
  ): Promise<ModuleVerdict> {
    const options = this.optionsFor(subject, choice);
    const { readsDistilledBase } = choice;
    const { kernel, littleEndian, pointerBytes } = options;
    const key = `${kernel}.${readsDistilledBase}.${littleEndian}.${pointerBytes}.${base.path}`;
    let verifier = this.#verifiers.get(key);
    if (verifier === undefined) {
      const { ModuleVerifier } = await import("../../engine/verify/module-verifier.ts");
      verifier = new ModuleVerifier(base.btf, { ...options, readsDistilledBase });
      this.#verifiers.set(key, verifier);
    }
    const { module, btfIds } = subject;
    return verifier.verify({ btf: module.btf, distilledBase: module.distilledBase, btfIds });
  }
}

async function judgeModule(subject: Subject & { form: "module" }, kernels: Kernels): Promise<Judgement> {
  const { path, module, name } = subject;
  const bases: BaseJudgement[] = [];
  for (const base of await kernels.for(subject)) bases.push(await judgeOn(subject, base, kernels));
  // The result for the module is that of the first kernel that refuses it.
  const { base: _, wrongBase: __, unmapped: ___, ...verdict } = bases.find(hasErrors) ?? bases[0];
  return {
    input: path,
    form: "module",
    name,
    distilled: module.distilledBase !== undefined,
    btfBytes: module.btf.length,
    ...(module.distilledBase && { baseBytes: module.distilledBase.length }),
    ...verdict,
    bases,
  };
}

async function judgeOn(
  subject: Subject & { form: "module" },
  base: Vmlinux,
  kernels: Kernels,
): Promise<BaseJudgement> {
  const { module } = subject;
  let kernel = kernels.choose(base.found, base);
  let { evidence, ...verdict } = await kernels.verify(subject, base, kernel);
  // The module's own kernel is the one that it was built for.
  if (kernel.source === "newest" && module.release !== undefined && evidence?.wrong === false) {
    kernel = kernels.choose({ release: module.release, source: "vermagic" }, base);
    ({ evidence, ...verdict } = await kernels.verify(subject, base, kernel));
  }
  // A file that is no BTF at all is named as what it is; the kernel's words for it do not tell.
  if (module.ko === undefined && verdict.verdict === "reject") {
    const report = new Report();
    for (const detail of foreignNote(module.btf))
      report.note({ phase: "header", severity: "warning", detail });
    verdict = {
      ...verdict,
      findings: [...verdict.findings, ...report.findings],
      findingCount: verdict.findingCount + report.count,
    };
  }
  return { base: base.path, kernel, wrongBase: evidence?.wrong === true, ...verdict };
}
