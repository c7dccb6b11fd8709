import {
  type Btf,
  BtfxError,
  diffBtf,
  layoutText,
  parseSplit,
  type UseKind,
  Users,
  wrongBase,
} from "../../../src/index.ts";
import { isComposite } from "../../../src/wire.ts";
import type {
  DistilledView,
  FileSummary,
  Fit,
  KernelChanges,
  Overview,
  TypeList,
  TypeUse,
  TypeView,
  UserGroup,
} from "../shared/model.ts";
import { type Answer, answer, toErrorData } from "./answers.ts";
import { type OpenedFile, openChosen } from "./opened-file.ts";
import { overviewOf } from "./overview.ts";
import { Relocations } from "./relocations.ts";
import { titleOf, viewType } from "./type-view.ts";

const USE_KINDS: readonly UseKind[] = ["embeds", "points", "takes", "returns"];

/**
 * The files that are open, and all that the page asks of them. It lives in a worker, so that the page never waits; each
 * answer is plain data.
 */
export class Workspace {
  readonly #files = new Map<number, OpenedFile>();
  readonly #unreadable = new Map<number, FileSummary>();
  readonly #relocations = new Relocations();
  readonly #users = new WeakMap<Btf, Users>();
  readonly #changes = new Map<string, { old: Btf; next: Btf; changes: KernelChanges }>();
  #nextKey = 1;

  /** Opens a file and says what is open then, in the order of opening: a kernel may tell what a module is split on. */
  async open(file: File): Promise<readonly FileSummary[]> {
    const key = this.#nextKey++;
    const name = this.#freeName(file.name);
    try {
      const opened = await openChosen(key, file, name);
      if (!this.#joinBase(opened)) {
        this.#files.set(key, opened);
        this.#settle(opened);
      }
    } catch (cause) {
      this.#unreadable.set(key, unreadable(key, file, name, cause));
    }
    return this.files();
  }

  /** Closes a file and says what is open then. */
  close(key: number): readonly FileSummary[] {
    const closed = this.#files.get(key);
    this.#files.delete(key);
    this.#unreadable.delete(key);
    for (const file of this.#files.values()) {
      if (closed !== undefined && file.base.kind === "kernel" && file.base.key === key) this.#place(file);
    }
    return this.files();
  }

  files(): readonly FileSummary[] {
    const opened = Array.from(this.#files.values(), (file) => file.summary());
    return [...opened, ...this.#unreadable.values()].sort((a, b) => a.key - b.key);
  }

  /** The named types of a file itself, for a list. */
  list(key: number): Promise<Answer<TypeList>> {
    return this.#ask(key, (file) => file.list);
  }

  /** Places in {@link list} of the types that fit, the best first; see {@link TypeSearch.find}. */
  search(key: number, query: string, kinds: readonly number[]): Promise<Answer<Uint32Array>> {
    return this.#ask(key, (file) => file.search.find(query, kinds));
  }

  type(key: number, id: number): Promise<Answer<TypeView>> {
    return this.#ask(key, (file) => {
      const btf = file.types();
      const from = id < btf.firstId && file.base.kind === "kernel" ? file.base.name : undefined;
      const isDistilled = id !== 0 && id < btf.firstId && file.base.kind === "distilled";
      const view = viewType(btf, id, file.image.pointerSize);
      return { ...view, from: isDistilled ? `${file.name}, .BTF.base` : from } as TypeView;
    });
  }

  /** The type as pahole prints it. */
  text(key: number, id: number): Promise<Answer<string>> {
    return this.#ask(key, (file) => layoutText(file.types(), id, { pointerSize: file.image.pointerSize }));
  }

  /** Who uses a type, by how they do. */
  users(key: number, id: number): Promise<Answer<readonly UserGroup[]>> {
    return this.#ask(key, (file) => {
      const btf = file.types();
      const users = this.#users.get(btf) ?? new Users(btf);
      this.#users.set(btf, users);
      const uses = users.of([id]);
      const groups = USE_KINDS.map((how) => ({ how, users: uses.filter((use) => use.how === how) }));
      return groups
        .filter((group) => group.users.length > 0)
        .map(({ how, users: those }) => ({
          how,
          users: those.map(({ user, member, offset }): TypeUse => {
            const isMember = isComposite(btf.kind(user));
            const name = titleOf(btf, user);
            const text = isMember && member !== "" ? `${name}.${member}` : name;
            return { id: user, text, offset: isMember ? offset : undefined };
          }),
        }));
    });
  }

  overview(key: number): Promise<Answer<Overview>> {
    return this.#ask(key, (file) => overviewOf(file.types()));
  }

  distilled(key: number): Promise<Answer<DistilledView>> {
    return this.#ask(key, (file) => this.#relocations.distilled(file));
  }

  /** Each module on each kernel. */
  fits(): readonly Fit[] {
    const files = [...this.#files.values()];
    const kernels = files.filter(({ form, error }) => form === "kernel" && error === undefined);
    const modules = files.filter(({ form }) => form === "module");
    return modules.flatMap((module) => kernels.map((kernel) => this.#relocations.fit(module, kernel)));
  }

  /** What changed between two kernels; kept, since all types are asked about. */
  changes(oldKey: number, newKey: number): Promise<Answer<KernelChanges>> {
    return answer(() => {
      const [old, next] = [this.#opened(oldKey).types(), this.#opened(newKey).types()];
      const key = `${oldKey} ${newKey}`;
      const known = this.#changes.get(key);
      if (known !== undefined && known.old === old && known.next === next) return known.changes;
      const changes = diffBtf(old, next);
      this.#changes.set(key, { old, next, changes });
      return changes;
    });
  }

  #ask<T>(key: number, work: (file: OpenedFile) => T): Promise<Answer<T>> {
    return answer(() => work(this.#opened(key)), this.#files.get(key)?.name);
  }

  #opened(key: number): OpenedFile {
    const file = this.#files.get(key);
    if (file === undefined) throw new BtfxError("io", "the file is not open any more");
    return file;
  }

  /** Files of different folders may have one name: `vmlinux (2)`. */
  #freeName(name: string): string {
    const taken = new Set(this.files().map((file) => file.name));
    let free = name;
    for (let i = 2; taken.has(free); i++) free = `${name} (${i})`;
    return free;
  }

  /** `NAME.BTF.base` is the distilled base of `NAME.BTF`: joins the two, whichever comes first. */
  #joinBase(opened: OpenedFile): boolean {
    const { name } = opened;
    for (const other of this.#files.values()) {
      if (opened.form === "kernel" && name === `${other.name}.base` && other.form === "module") {
        other.distilledBase = opened.image.btf;
        this.#place(other);
        return true;
      }
      if (other.form === "kernel" && other.name === `${name}.base` && opened.form === "module") {
        opened.distilledBase = other.image.btf;
        this.#files.delete(other.key);
        return false;
      }
    }
    return false;
  }

  /** Reads the types of a file that was just opened; a kernel may be what modules wait for. */
  #settle(opened: OpenedFile): void {
    this.#place(opened);
    if (opened.form !== "kernel" || opened.error !== undefined) return;
    for (const file of this.#files.values()) {
      if (file.form === "module" && file.base.kind !== "kernel") this.#place(file);
    }
  }

  /** Finds what a file's types are split on, or notes why they cannot be shown. */
  #place(file: OpenedFile): void {
    try {
      if (file.form !== "module") file.setTypes(file.image.parse(null), { kind: "none" });
      else if (file.distilledBase === undefined) this.#placeOnKernel(file);
      else this.#placeDistilled(file);
    } catch (cause) {
      file.setError(toErrorData(cause, file.name));
    }
  }

  #placeDistilled(file: OpenedFile): void {
    for (const kernel of this.#kernelsFor(file)) {
      const btf = this.#relocations.relocated(file, kernel.types());
      if (btf !== undefined) {
        file.setTypes(btf, { kind: "kernel", key: kernel.key, name: kernel.name });
        return;
      }
    }
    file.setTypes(this.#relocations.onDistilled(file), { kind: "distilled" });
  }

  #placeOnKernel(file: OpenedFile): void {
    const { release } = file;
    let failure: BtfxError | undefined;
    for (const kernel of this.#kernelsFor(file)) {
      try {
        const { split, evidence } = parseSplit(file.image.btf, kernel.types(), () => release);
        if (evidence.wrong) throw wrongBase(evidence, release);
        file.setTypes(split, { kind: "kernel", key: kernel.key, name: kernel.name });
        return;
      } catch (error) {
        if (!(error instanceof BtfxError)) throw error;
        failure ??= error;
      }
    }
    throw failure ?? needsKernel(release);
  }

  /** The kernels that are open; those of the release that a module was built for come first. */
  #kernelsFor({ release }: OpenedFile): OpenedFile[] {
    const kernels = [...this.#files.values()].filter(
      ({ form, btf }) => form === "kernel" && btf !== undefined,
    );
    const isSame = (kernel: OpenedFile) => release !== undefined && kernel.release === release;
    return [...kernels.filter(isSame), ...kernels.filter((kernel) => !isSame(kernel))];
  }
}

function needsKernel(release: string | undefined): BtfxError {
  const kernel = release === undefined ? "the kernel that it was built for" : release;
  return new BtfxError("needs-base", `its types are split on those of ${kernel}`, {
    hint: `open the vmlinux of ${kernel} too: /sys/kernel/btf/vmlinux where it runs, else its vmlinux or vmlinuz`,
  });
}

function unreadable(key: number, file: File, name: string, cause: unknown): FileSummary {
  return {
    key,
    name,
    form: "unreadable",
    release: undefined,
    layers: [],
    fileBytes: file.size,
    btfBytes: 0,
    typeCount: 0,
    base: { kind: "none" },
    distilledBytes: undefined,
    error: toErrorData(cause, name),
  };
}
