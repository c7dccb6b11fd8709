import { Option } from "commander";
import type { AddCommand } from "./command.ts";
import {
  addColour,
  addCommon,
  addJson,
  addRunOptions,
  append,
  lasting,
  MODULES_OF_KERNEL,
  outputPath,
} from "./shared.ts";

/** `btfx verify` */
export const addVerify: AddCommand = (program, host, finish) => {
  const command = program
    .command("verify")
    .summary("predict what a kernel says to modules and BPF objects at load")
    .description(
      "Judges BTF as a kernel does at load: prints the same verdict, error and log line, then whatever else is wrong. BTF without a base (a vmlinux, a BPF object, raw BTF) is judged as BPF_BTF_LOAD does. Modules are judged on each vmlinux: their split BTF, whether they were built against that vmlinux, whether they relocate from their distilled base, and their .BTF_ids. Each vmlinux judges by the rules of its own release, which its banner or path tells; if the release is not known, by those of 7.3.",
    )
    .argument("<file...>", "ELF files, raw BTF, or directories of modules and BPF objects")
    .option("-B, --base-btf <vmlinux>", "a kernel to load modules into (repeatable)", append)
    .option("-k, --kernel <release>", "judge by the rules of this release, 5.4 to 7.4")
    .addOption(
      new Option("--byte-order <order>", "little or big (default: the file's, else little)").choices([
        "little",
        "big",
      ]),
    )
    .option("-m, --modules <file>", MODULES_OF_KERNEL, append)
    .option("--as-is", "judge a BPF object's bytes, not what libbpf loads")
    .option("--explain", "print each step of relocating a BPF object");
  addCommon(addRunOptions(command))
    .example("btfx verify vmlinux.btf --kernel 6.12", "would a 6.12 kernel accept it?")
    .example("btfx verify veth.ko -B vmlinux", "was it built against this vmlinux, and is it in order?")
    .example(
      "btfx verify prog.bpf.o -B vmlinux",
      "will its programs load on this kernel? what is missing, and is it guarded?",
    )
    .example(
      "btfx verify out/ -B vmlinux-a -B vmlinux-b",
      "a table: which distilled modules fit which kernel, and why not",
    )
    .action(async (files: string[], options) => {
      const { runVerify } = await import("../commands/verify.ts");
      finish(await runVerify(files, options, lasting(host)));
    });
};

/** `btfx report` */
export const addReport: AddCommand = (program, host, finish) => {
  const command = program
    .command("report")
    .summary("join the results of a run that was split over machines")
    .description(
      "Reads what verify, distill, relocate or stats printed with --jsonl, from any number of files, and prints what a single run over all inputs would have printed. Exits with the code of that run, and with 3 if results are missing.",
    )
    .argument("<results...>", "files of JSON lines")
    .option("-q, --quiet", "print failures only")
    .option("-v, --verbose", "name every input that a message is about");
  addJson(command, "the results").option(
    "--html <file>",
    "write an HTML page, as the run would have",
    outputPath,
  );
  addColour(command)
    .example(
      "btfx verify out/ -B vmlinux --shard 1/4 --jsonl > 1.jsonl",
      "the first quarter, on one of four machines",
    )
    .example("btfx report *.jsonl", "the table and the totals of all four")
    .action(async (results: string[], options) => {
      const { runReport } = await import("../commands/report.ts");
      finish(await runReport(results, options, lasting(host)));
    });
};
