import { ModuleVerifier } from "../../engine/verify/module-verifier.ts";
import { type VerifyOptions, verifyBtf } from "../../engine/verify/verify.ts";
import { withBtfFile } from "../../io/btf-file.ts";
import type { InputFile } from "../../io/collect.ts";
import { vmlinuxOf } from "../../io/find-vmlinux.ts";
import { type Subject, subjectIn } from "../../io/subject.ts";
import { readVmlinux, type Vmlinux } from "../../io/vmlinux.ts";
import { type BaseJudgement, hasErrors, type Judgement } from "../../report/verify-summary.ts";

/** How verify judges all inputs of a run. Plain data. */
export interface VerifySettings {
  /** Whose rules to judge by. */
  readonly kernel: number;
  readonly byteOrder?: "little" | "big";
}

/** Makes what judges one input, on each of the bases that were given or on the vmlinux of each module's vermagic. */
export function verifyJob(
  settings: VerifySettings,
  given: readonly Vmlinux[],
): (input: InputFile) => Promise<Judgement> {
  const kernels = new Kernels(settings, given);
  return ({ path }) =>
    withBtfFile(path, async (file) => {
      const subject = await subjectIn(file, given.length > 0);
      const options = kernels.optionsFor(subject);
      if (subject.form === "module") return await judgeModule(subject, kernels, options);
      return { input: path, form: "standalone", ...verifyBtf(subject.bytes, options), bases: [] };
    });
}

/** The kernels of one run: each base is read, checked, resolved and indexed once. */
class Kernels {
  readonly #settings: VerifySettings;
  /** Those of -B. */
  readonly #given: readonly Vmlinux[];
  readonly #found = new Map<string, Vmlinux>();
  readonly #verifiers = new Map<string, ModuleVerifier>();

  constructor(settings: VerifySettings, given: readonly Vmlinux[]) {
    this.#settings = settings;
    this.#given = given;
  }

  /** How a subject is judged: by a kernel of its own machine, unless a byte order was asked for. */
  optionsFor({ machine }: Subject): VerifyOptions {
    const { kernel, byteOrder } = this.#settings;
    const order = byteOrder === undefined ? {} : { littleEndian: byteOrder === "little" };
    return { kernel, ...machine, ...order };
  }

  /** The bases for a module: those given, else the one that its vermagic names. Throws `no-base`. */
  async for(subject: Subject & { form: "module" }): Promise<readonly Vmlinux[]> {
    if (this.#given.length > 0) return this.#given;
    const path = vmlinuxOf(subject.module);
    const file = this.#found.get(path) ?? (await readVmlinux(path));
    this.#found.set(path, file);
    return [file];
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
