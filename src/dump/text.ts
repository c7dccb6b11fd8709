import type { Btf, TypeId } from "../btf/btf.ts";
import { type COptions, dumpC } from "./c.ts";
import { dumpJson, type JsonOptions } from "./json.ts";
import { dumpLayoutJson, type LayoutJsonOptions } from "./layout-json.ts";
import { type LayoutOptions, withLayouts } from "./pahole/layouts.ts";
import { dumpRaw, type RawOptions } from "./raw.ts";
import { ByteSink } from "./sink.ts";

/**
 * Dumps as strings or in chunks, without a sink. A string holds 512 MiB, more than any kernel's types take; longer ones
 * throw `RangeError`, and `write…` has no such bound. All throw `RangeError` for a chosen id that no type has, and
 * `BtfxError` as the dumps do.
 */

/** Types as a C header, as `bpftool btf dump … format c` prints them. With `ids`, these and what they need. */
export function cText(btf: Btf, options: COptions = {}): string {
  return textOf((write) => writeC(btf, write, options));
}

/** Types as `bpftool btf dump … format raw` prints them. */
export function rawText(btf: Btf, options: RawOptions = {}): string {
  return textOf((write) => writeRaw(btf, write, options));
}

/** Types as `bpftool -j btf dump` prints them. */
export function jsonText(btf: Btf, options: JsonOptions = {}): string {
  return textOf((write) => writeJson(btf, write, options));
}

/** How structs and unions are laid out, as JSON: see `dumpLayoutJson` of `btfx/wire`. */
export function layoutJsonText(btf: Btf, options: LayoutJsonOptions = {}): string {
  return textOf((write) => writeLayoutJson(btf, write, options));
}

/**
 * A struct, union, enum or typedef as pahole prints it, with offsets, holes and cachelines in comments. Throws
 * `RangeError` for an id that no type has.
 */
export function layoutText(btf: Btf, id: TypeId, options: LayoutOptions = {}): string {
  return textOf((write) =>
    writeChosen(btf, { ids: [id] }, write, (sink) =>
      withLayouts(btf, options, (layouts) => layouts.write([id], sink, 0)),
    ),
  );
}

/** Receives text piece by piece, as UTF-8 that it may keep. */
export type Write = (chunk: Uint8Array) => void;

/** {@link cText}, piece by piece. */
export function writeC(btf: Btf, write: Write, options: COptions = {}): void {
  writeChosen(btf, options, write, (sink) => dumpC(btf, sink, options));
}

/** {@link rawText}, piece by piece. */
export function writeRaw(btf: Btf, write: Write, options: RawOptions = {}): void {
  writeChosen(btf, options, write, (sink) => dumpRaw(btf, sink, options));
}

/** {@link jsonText}, piece by piece. */
export function writeJson(btf: Btf, write: Write, options: JsonOptions = {}): void {
  writeChosen(btf, options, write, (sink) => dumpJson(btf, sink, options));
}

/** {@link layoutJsonText}, piece by piece. */
export function writeLayoutJson(btf: Btf, write: Write, options: LayoutJsonOptions = {}): void {
  writeChosen(btf, options, write, (sink) => dumpLayoutJson(btf, sink, options));
}

function writeChosen(
  btf: Btf,
  { ids }: { readonly ids?: ArrayLike<number> },
  write: Write,
  dump: (sink: ByteSink) => void,
): void {
  if (ids !== undefined) for (let i = 0; i < ids.length; i++) btf.holder(ids[i]);
  const sink = new ByteSink((chunk) => write(new Uint8Array(chunk)));
  dump(sink);
  sink.finish();
}

function textOf(write: (write: Write) => void): string {
  const decoder = new TextDecoder();
  let text = "";
  write((chunk) => {
    text += decoder.decode(chunk, { stream: true });
  });
  return text + decoder.decode();
}

/** Global in Node and browsers, but not declared by the language's own library. */
declare const TextDecoder: new () => {
  decode(bytes?: Uint8Array, options?: { readonly stream?: boolean }): string;
};
