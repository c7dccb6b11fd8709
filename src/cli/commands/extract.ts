import { basename, join } from "node:path";
import { parseHeader } from "../../btf/header.ts";
import { moduleInfo } from "../../elf/modinfo.ts";
import { BtfxError, withContext } from "../../errors.ts";
import { isDirectory, isThere } from "../../io/file-names.ts";
import { type BtfFile, withBtfFile } from "../../io/read/btf-file.ts";
import { type BtfSection, btfSectionsOf } from "../../io/read/btf-sections.ts";
import { runningVmlinux } from "../../io/read/find-vmlinux.ts";
import { stemOf } from "../../io/read/module.ts";
import { bannerOf } from "../../io/read/vmlinux.ts";
import { writeOutputs } from "../../io/write/atomic-write.ts";
import { refuseInputs } from "../../io/write/same-file.ts";
import { EXIT } from "../exit.ts";
import type { Host } from "../host.ts";
import { asksForJson, type JsonOptions, jsonText } from "../json.ts";
import type { ExtractJson } from "../output/json-output.ts";
import { safe } from "../output/safe.ts";
import { bytesText, styleFor } from "../output/style.ts";

/** Options of `btfx extract`, as commander gives them. */
export interface ExtractOptions extends JsonOptions {
  readonly output?: string;
  readonly sections?: boolean;
  readonly banner?: boolean;
  readonly force?: boolean;
  readonly quiet?: boolean;
}

/** `btfx extract`: writes the BTF of a kernel or module as raw bytes, or prints its release. Returns the exit code. */
export async function runExtract(
  path: string | undefined,
  options: ExtractOptions,
  host: Host,
): Promise<number> {
  return await withBtfFile(path ?? runningVmlinux(), async (file) => {
    const identity = await identify(file);
    if (options.banner === true) tellBanner(file, identity, options, host);
    else await extract(file, identity, options, host);
    return EXIT.ok;
  });
}

/** Which kernel a file is, or was built for. */
interface Identity {
  readonly release: string | undefined;
  /** The whole banner of a kernel, the vermagic of a module. */
  readonly text: string | undefined;
}

async function identify(file: BtfFile): Promise<Identity> {
  const info = file.elf === undefined ? undefined : moduleInfo(file.elf);
  if (info?.vermagic !== undefined) return { release: info.release, text: info.vermagic };
  const banner = await bannerOf(file);
  return { release: banner?.release, text: banner?.text };
}

function tellBanner(file: BtfFile, { release, text }: Identity, options: ExtractOptions, host: Host): void {
  if (release === undefined) {
    // A file of another kind is named as what it is.
    if (file.form === "other") file.btf();
    throw new BtfxError("no-release", "the file does not say which kernel it is", {
      hint: "raw BTF and BPF objects do not say it; give the vmlinux, the vmlinuz or the module",
    });
  }
  if (asksForJson(options)) writeJson({ release, banner: text }, options, host);
  else host.stdout.write(`${release}\n`);
}

async function extract(
  file: BtfFile,
  { release, text }: Identity,
  options: ExtractOptions,
  host: Host,
): Promise<void> {
  const { path, layers } = file;
  const sections =
    options.sections === true ? await btfSectionsOf(file) : [{ name: ".BTF", bytes: file.btf() }];
  refuseCutShort(sections);
  if (options.sections !== true && options.output === undefined) {
    if (asksForJson(options))
      throw new BtfxError("usage", "with --json the BTF must go to a file", { hint: "give an -o" });
    if (host.stdout.isTerminal) {
      throw new BtfxError("usage", "raw BTF is not written to a terminal", {
        hint: "give an -o, or redirect the output; btfx dump prints types",
      });
    }
    host.stdout.write(sections[0].bytes);
    return;
  }
  const files = sections.map((section) => ({ path: outputOf(path, section, options), bytes: section.bytes }));
  const outputs = files.map((each) => each.path);
  refuseInputs(outputs, [path]);
  writeOutputs(files, options.force === true);
  if (asksForJson(options)) {
    const sizes = sections.map(({ name, bytes }) => ({ name, bytes: bytes.length }));
    writeJson({ input: path, layers, release, banner: text, outputs, sections: sizes }, options, host);
  } else if (options.quiet !== true) {
    const style = styleFor(host.stdout, host.env);
    const from = [...(release === undefined ? [] : [`Linux ${release}`]), ...layers].map(safe).join(", ");
    const sizes = sections.map(({ name, bytes }) => `${name} ${bytesText(bytes.length)}`).join(", ");
    const what = from === "" ? sizes : `${sizes} of ${from}`;
    host.stdout.write(`${style.green("✓")} ${safe(path)} → ${outputs.map(safe).join(", ")}: ${what}\n`);
  }
}

/** Refuses BTF that is shorter than its header says. Other commands check what the bytes mean. */
function refuseCutShort(sections: readonly BtfSection[]): void {
  for (const { name, bytes } of sections) {
    if (name === ".BTF" || name === ".BTF.base") withContext({ section: name }, () => parseHeader(bytes));
  }
}

/**
 * The output paths: `-o` itself if only the BTF is written; for sections STEM.BTF, STEM.BTF.base and so on, in the
 * directory `-o` or the current one.
 */
function outputOf(path: string, { name }: BtfSection, { output, sections }: ExtractOptions): string {
  const stem = path === "-" ? "stdin" : stemOf(path);
  if (sections !== true && output !== undefined) {
    return isPlace(output) ? join(output, `${stem}.BTF`) : output;
  }
  if (output !== undefined && isThere(output) && !isPlace(output)) {
    throw new BtfxError("usage", "-o names a file, but several sections are to be written", {
      at: { file: output },
      hint: "name a directory",
    });
  }
  return join(output ?? "", `${basename(stem)}${name}`);
}

/** Whether -o names an existing directory, or one that must be created. */
function isPlace(path: string): boolean {
  return path.endsWith("/") || isDirectory(path);
}

function writeJson(value: ExtractJson, { pretty }: ExtractOptions, host: Host): void {
  host.stdout.write(jsonText(value, pretty));
}
