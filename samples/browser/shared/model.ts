/**
 * What the worker tells the page: plain data, so that it may cross between threads. Names in it are printable, as the
 * library writes them.
 */
import type { Change, ErrorData, FailureLines, KindSummary, UseKind } from "../../../src/index.ts";

/** A file that was opened, or could not be. */
export interface FileSummary {
  /** By which the page asks for it. */
  readonly key: number;
  readonly name: string;
  /** `kernel` is all that stands alone: a vmlinux, raw BTF. */
  readonly form: "kernel" | "module" | "object" | "unreadable";
  /** The kernel that it is, or was built for, where it says so. */
  readonly release: string | undefined;
  /** What was taken off, outermost first. */
  readonly layers: readonly string[];
  readonly fileBytes: number;
  readonly btfBytes: number;
  /** Its own types. */
  readonly typeCount: number;
  /** What its types are split on. */
  readonly base: BaseOf;
  /** Bytes of `.BTF.base`, undefined for a module without. */
  readonly distilledBytes: number | undefined;
  /** Why its types cannot be shown. */
  readonly error: ErrorData | undefined;
}

/** What a file's types are split on: nothing, a kernel that is open, or the distilled base that a module brings. */
export type BaseOf =
  | { readonly kind: "none" }
  | { readonly kind: "kernel"; readonly key: number; readonly name: string }
  | { readonly kind: "distilled" };

/** The named types of a file, those used most first: for a list of any length without an object for each. */
export interface TypeList {
  /** All names, each with a line break behind it. */
  readonly names: string;
  /** Where each name begins in `names`, and the end. */
  readonly starts: Uint32Array;
  readonly ids: Uint32Array;
  /** `BTF_KIND_*` */
  readonly kinds: Uint8Array;
  /** In bytes; 0 for what has none. */
  readonly sizes: Uint32Array;
}

/** Something that has a name, with the id to go to; 0 for what has no page of its own. */
export interface TypeLink {
  readonly text: string;
  readonly id: number;
}

/** What is shown of a type. */
export type TypeView = {
  readonly id: number;
  readonly kind: string;
  readonly name: string;
  /** As C calls it: `struct task_struct`. */
  readonly title: string;
  /** In bytes; undefined for what has none. */
  readonly size: number | undefined;
  /** The file that it comes from, where that is not the one that was asked. */
  readonly from: string | undefined;
} & TypeBody;

/** The part of a type's view that depends on its kind. */
export type TypeBody =
  | { readonly body: "layout"; readonly layout: LayoutNode }
  | { readonly body: "enum"; readonly signed: boolean; readonly enumerators: readonly Named[] }
  | {
      readonly body: "function";
      readonly declaration: string;
      readonly returns: TypeLink;
      readonly parameters: readonly (Named & { readonly id: number })[];
    }
  | { readonly body: "alias"; readonly declaration: string; readonly target: TypeLink }
  | { readonly body: "section"; readonly variables: readonly (TypeLink & PlacedBytes)[] }
  | { readonly body: "facts"; readonly facts: readonly Named[] };

/** A name and what it stands for, in words. */
export interface Named {
  readonly name: string;
  readonly value: string;
}

/** Where something lies, in bytes. */
export interface PlacedBytes {
  readonly offset: number;
  readonly size: number;
}

/** A struct or union: what `btfx layout -j` prints of it, with the ids that its types lead to. */
export interface LayoutNode {
  readonly kind: "STRUCT" | "UNION";
  readonly size: number;
  readonly align?: number;
  readonly packed?: boolean;
  readonly members: readonly LayoutMember[];
  readonly holes: readonly LayoutHole[];
  readonly padding: number;
  readonly bit_padding: number;
}

/** A member; all offsets count from the outermost type. Of an unnamed struct or union its members are in it. */
export interface LayoutMember extends PlacedBytes, Partial<Omit<LayoutNode, "size">> {
  readonly name: string | null;
  readonly type: string;
  readonly type_id: number;
  /** Of a bitfield, in the integer at `offset`. */
  readonly bit_offset?: number;
  readonly bit_size?: number;
  /** The named type that it leads to, through pointers and arrays; 0 for none. */
  readonly link: number;
}

/** Unused bytes, or bits, after the member of that index. */
export interface LayoutHole {
  readonly after: number;
  readonly offset?: number;
  readonly size?: number;
  readonly bit_size?: number;
}

/** Who uses a type in one way. */
export interface UserGroup {
  readonly how: UseKind;
  readonly users: readonly TypeUse[];
}

/** One use of a type. */
export interface TypeUse {
  readonly id: number;
  /** `struct sock.sk_receive_queue`, `alloc_skb()` */
  readonly text: string;
  /** Of a member, in bytes. */
  readonly offset: number | undefined;
}

/** What a file holds, at a glance. */
export interface Overview {
  /** How many types of each kind it has itself, most first. */
  readonly kinds: readonly { readonly kind: string; readonly count: number }[];
  /** Its largest structs and unions. */
  readonly largest: readonly { readonly id: number; readonly title: string; readonly size: number }[];
}

/** A type of a module's distilled base. */
export interface DistilledType {
  readonly id: number;
  readonly kind: string;
  readonly name: string;
  readonly size: number | undefined;
}

/** The distilled base of a module: its own, or the one that `btfx distill` would give it. */
export interface DistilledView {
  readonly isOwn: boolean;
  readonly bytes: number;
  readonly types: readonly DistilledType[];
}

/** Whether a module relocates onto a kernel, and all that keeps it from there. */
export interface Fit {
  readonly module: number;
  readonly kernel: number;
  readonly verdict: "fits" | "does not fit" | "unknown";
  /** In a line, as `btfx relocate` says it. */
  readonly headline: string;
  readonly failures: readonly FailureLines[];
  readonly error: ErrorData | undefined;
  /** Whether the module had no distilled base and got one here, from the kernel that it was built for. */
  readonly distilledHere: boolean;
}

/** What is different between two kernels. */
export interface KernelChanges {
  readonly summary: Readonly<Record<string, KindSummary>>;
  readonly changes: readonly Change[];
  readonly inherited: number;
}
