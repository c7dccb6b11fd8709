/**
 * The JSON that each command prints with `-j`, and with `-p` indented; docs/schemas is made of these forms. Sizes and
 * offsets are in bytes where the name says no bits; ids are type ids. An error that ends a command is {@link ErrorJson}
 * in any command.
 */
import type { TypeId } from "../../btf/btf.ts";
import type { ExtData } from "../../dump/ext.ts";
import type { ErrorCode } from "../../errors.ts";
import type { ToldDifference, ToldModule } from "../../report/diff-summary.ts";
import type { FailureJson, OutcomeJson } from "../../report/outcome.ts";
import type { ModuleSizes, SizeStatistics } from "../../report/size-statistics.ts";
import type { JudgementJson, Summary } from "../../report/verify-summary.ts";
import type { UseKind } from "../../types/users-of.ts";

/** Any command that an error ended before it printed anything. */
export interface ErrorJson {
  /** The message, which begins with the file and the place in it. */
  readonly error: string;
  /** See docs/errors.md. */
  readonly code: ErrorCode;
  readonly hint?: string;
}

/** `btfx dump` */
export type DumpJson = RawDumpJson | LayoutsJson | ExtData | ErrorJson;

/** `btfx dump`, and with `format raw`: what `bpftool -j btf dump` prints. */
export interface RawDumpJson {
  readonly types: readonly TypeJson[];
}

/** A type with its kind; a type without a name is called `(anon)`. */
export type TypeJson = Named &
  (
    | {
        readonly kind: "INT";
        readonly size: number;
        readonly bits_offset: number;
        readonly nr_bits: number;
        readonly encoding: string;
      }
    | {
        readonly kind: "PTR" | "CONST" | "VOLATILE" | "RESTRICT" | "TYPEDEF" | "TYPE_TAG";
        readonly type_id: TypeId;
      }
    | {
        readonly kind: "ARRAY";
        readonly type_id: TypeId;
        readonly index_type_id: TypeId;
        readonly nr_elems: number;
      }
    | {
        readonly kind: "STRUCT" | "UNION";
        readonly size: number;
        readonly vlen: number;
        readonly members: readonly {
          readonly name: string;
          readonly type_id: TypeId;
          readonly bits_offset: number;
          readonly bitfield_size?: number;
        }[];
      }
    | {
        readonly kind: "ENUM" | "ENUM64";
        readonly encoding: "SIGNED" | "UNSIGNED";
        readonly size: number;
        readonly vlen: number;
        readonly values: readonly { readonly name: string; readonly val: number }[];
      }
    | { readonly kind: "FWD"; readonly fwd_kind: "struct" | "union" }
    | { readonly kind: "FUNC" | "VAR"; readonly type_id: TypeId; readonly linkage: string }
    | {
        readonly kind: "FUNC_PROTO";
        readonly ret_type_id: TypeId;
        readonly vlen: number;
        readonly params: readonly { readonly name: string; readonly type_id: TypeId }[];
      }
    | {
        readonly kind: "DATASEC";
        readonly size: number;
        readonly vlen: number;
        readonly vars: readonly {
          readonly type_id: TypeId;
          readonly offset: number;
          readonly size: number;
        }[];
      }
    | { readonly kind: "FLOAT"; readonly size: number }
    | { readonly kind: "DECL_TAG"; readonly type_id: TypeId; readonly component_idx: number }
    | {
        readonly kind: "LOC_PARAM";
        readonly size: number;
        readonly flags: number;
        readonly vlen: number;
        readonly values: readonly number[];
        readonly value: string;
      }
    | {
        readonly kind: "LOC_PROTO";
        readonly vlen: number;
        readonly params: readonly { readonly type_id: TypeId; readonly value?: string }[];
      }
    | {
        readonly kind: "LOCSEC";
        readonly vlen: number;
        readonly locs: readonly {
          readonly name: string;
          readonly func_type_id: TypeId;
          readonly loc_proto_type_id: TypeId;
          readonly offset: number;
        }[];
      }
    /** Void, and a kind that this version does not know. */
    | { readonly kind: "UNKNOWN" }
  );

interface Named {
  readonly id: TypeId;
  readonly name: string;
}

/** `btfx dump format c`, and `btfx layout`: structs and unions with their members. */
export interface LayoutsJson {
  readonly layouts: readonly LayoutJson[];
}

/** A struct or union, null for the name of one that has none. */
export interface LayoutJson extends BodyJson {
  readonly id: TypeId;
  readonly kind: "STRUCT" | "UNION";
  readonly name: string | null;
  readonly size: number;
  readonly align: number;
  readonly packed: boolean;
}

/** The contents of a struct or union. Offsets count from the start of the outermost one. */
export interface BodyJson {
  readonly members: readonly MemberJson[];
  readonly holes: readonly HoleJson[];
  readonly padding: number;
  readonly bit_padding: number;
}

/** A hole of bytes or of bits behind the member with the number `after`, -1 for none. */
export type HoleJson =
  | { readonly after: number; readonly offset: number; readonly size: number }
  | { readonly after: number; readonly bit_size: number };

/**
 * A member; of a bitfield offset and size are those of the integer that it lies in. An unnamed struct or union has its
 * members in it.
 */
export interface MemberJson {
  readonly name: string | null;
  readonly type_id: TypeId;
  /** As C writes it. */
  readonly type: string;
  readonly offset: number;
  readonly size: number;
  readonly bit_offset?: number;
  readonly bit_size?: number;
  readonly kind?: "STRUCT" | "UNION";
  readonly members?: readonly MemberJson[];
  readonly holes?: readonly HoleJson[];
  readonly padding?: number;
  readonly bit_padding?: number;
}

/** `btfx layout`: with -s, -n or -P a row for each type, with --at the member at that offset. */
export type LayoutCommandJson = LayoutsJson | { readonly types: readonly TypeRow[] } | PlacesJson;

/** A type as `btfx layout -s`, `-n` and `-P` list it. */
export type TypeRow =
  | { readonly name: string; readonly size: number; readonly holes: number }
  | { readonly name: string; readonly members: number }
  | { readonly name: string; readonly size: number; readonly packed: number; readonly saved: number };

/** `btfx layout --at`: for each type of the name, the members at the byte `at`, outermost first; none in a hole. */
export interface PlacesJson {
  readonly places: readonly {
    readonly name: string;
    readonly size: number;
    readonly at: number;
    readonly members: readonly OffsetJson[];
  }[];
}

/** Where a member lies; of a bitfield `bit_offset` counts from the byte `offset`. */
export interface OffsetJson {
  readonly path: string;
  readonly type: string;
  readonly offset: number;
  readonly size: number;
  readonly bit_offset?: number;
  readonly bit_size?: number;
}

/** `btfx offsets`: for each file what was asked for, in that order. */
export interface OffsetsJson {
  readonly kernels: readonly {
    readonly file: string;
    readonly members: readonly (OffsetJson | { readonly path: string; readonly error: string })[];
  }[];
}

/** `btfx who`, and with the name of an enumerator. */
export type WhoJson = UsersJson | EnumsJson;

/** A user of a type. */
export interface UsersJson {
  readonly type: string;
  readonly uses: readonly UseJson[];
}

/** A use of a type: the type that uses it is `name`, and `of` is what it uses. */
export interface UseJson {
  readonly how: UseKind;
  readonly kind: string;
  readonly name: string;
  readonly id: TypeId;
  /** The member or parameter that uses it, or `return`. */
  readonly member?: string;
  readonly offset?: number;
  readonly of: string;
  /** How many levels out, from 1. */
  readonly depth: number;
}

/** Which enums have an enumerator; values in decimal, since 64 bits do not fit into a number. */
export interface EnumsJson {
  readonly enumerator: string;
  readonly enums: readonly { readonly id: TypeId; readonly enum: string; readonly value: string }[];
}

/** `btfx verify` */
export interface VerifyJson {
  readonly results: readonly JudgementJson[];
  readonly summary: Summary & Interrupted;
}

/** `btfx distill` and `btfx relocate` */
export interface RewriteJson {
  readonly results: readonly OutcomeJson[];
  readonly summary: {
    readonly inputs: number;
    readonly ok: number;
    readonly failed: number;
    /** With --stats. */
    readonly statistics?: SizeStatistics;
  } & Interrupted;
}

/** `btfx stats` */
export interface StatsJson {
  readonly results: readonly (ModuleSizes | UnreadableJson)[];
  readonly summary: SizeStatistics & { readonly failed: number } & Interrupted;
}

/** An input that could not be measured. */
export interface UnreadableJson {
  readonly input: string;
  readonly failure: FailureJson;
}

/** Whether the results are not all: a signal stopped the run, or `report` did not get those of every shard. */
interface Interrupted {
  readonly interrupted?: true;
}

/** `btfx report`: what one run would have printed. */
export type ReportJson = VerifyJson | RewriteJson | StatsJson;

/** A line of the output of verify, distill, relocate and stats with `--jsonl`: first the run, then each result. */
export type JsonLine =
  | { readonly run: RunJson }
  | ({ readonly number: number } & (JudgementJson | OutcomeJson | ModuleSizes | UnreadableJson));

/** The run: the number of inputs of all shards (with `relocate`, on each base), and the bases. */
export interface RunJson {
  readonly command: "verify" | "distill" | "relocate" | "stats";
  readonly inputs: number;
  readonly base?: string;
  readonly bases?: readonly string[];
  readonly shard?: string | undefined;
  /** Whether statistics of sizes were asked for. */
  readonly stats?: boolean;
}

/** `btfx diff`; of more than two files a step from each to the next. */
export type DiffJson = DifferenceJson | { readonly steps: readonly DifferenceJson[] };

/** A step; with --module what becomes of the modules. */
export type DifferenceJson = Omit<ToldDifference, "modules"> & {
  readonly modules?: readonly (Omit<ToldModule, "failure"> & { readonly failure?: FailureJson })[];
};

/** `btfx extract -o`, and with `--banner`. */
export type ExtractJson = ExtractedJson | BannerJson;

/** Which kernel a file is or was built for, and its banner or vermagic. */
export interface BannerJson {
  readonly release?: string | undefined;
  readonly banner?: string | undefined;
}

/** The section that was extracted, and the file to which it was written. */
export interface ExtractedJson extends BannerJson {
  readonly input: string;
  /** The containers around it, outermost first: `xz`, `zboot`. */
  readonly layers: readonly string[];
  readonly outputs: readonly string[];
  readonly sections: readonly { readonly name: string; readonly bytes: number }[];
}

/** `btfx minimize` */
export interface MinimizeJson {
  readonly kernel: string;
  readonly output: string;
  readonly objects: number;
  readonly relocations: number;
  /** Relocations without a target. */
  readonly unresolved: number;
  /** Types that were kept, of how many. */
  readonly types: number;
  readonly ofTypes: number;
  readonly bytes: number;
}
