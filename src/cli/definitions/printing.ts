import { Option } from "commander";
import { isShortRun } from "../words/dump-words.ts";
import type { AddCommand } from "./command.ts";
import { addCommon, addJson, append, outputPath } from "./shared.ts";

/** `btfx dump` */
export const addDump: AddCommand = (program, host, finish) => {
  const command = program
    .command("dump")
    .summary("print types as bpftool does: raw, JSON or a C header")
    .description(
      "Prints the types of a file, ELF or raw BTF, as 'bpftool btf dump' does, and takes the same arguments. Without a FILE it prints the types of the running kernel. Several files are merged on their common base. For files in /sys/kernel/btf, vmlinux is the default base. A distilled module is printed against its own distilled base; with -B it is relocated first. 'btfx btf dump' is the same command, so that btfx can stand in for bpftool.",
    )
    .usage("[FILE]... [format raw|c|json] [root_id N]... [unsorted] [options]")
    .argument("[words...]", "files and the words of bpftool, in any order")
    .option("-B, --base-btf <vmlinux>", "the vmlinux that split BTF was built against")
    .option("--format <format>", "raw, c or json (default: raw)")
    .option("--unsorted", "print C in the order of type ids")
    .option("--root <type>", "print only this id or name, in C with what it needs", append)
    .option("-C, --name <glob>", "print only types whose name matches (repeatable)", append)
    .option("--kind <kind>", "print only this kind: struct,union,… (repeatable)", append)
    .option("--no-kfuncs", "print C without the prototypes of kfuncs")
    .option("--layout", "print C with pahole's offsets, sizes and holes")
    .option("--ext", "print a BPF object's functions, lines, relocations")
    .addOption(
      new Option("--compat <peer>", "bpftool: what bpftool 7.8 prints, bug for bug").choices(["bpftool"]),
    );
  addCommon(addJson(command, "types (format c: layouts)"))
    .example("btfx dump format c > vmlinux.h", "the running kernel's types as a header")
    .example("btfx dump file veth.ko -B vmlinux format raw")
    .example(
      "btfx dump vmlinux --layout -C task_struct",
      "the offsets of its members, and the holes between them",
    )
    .example("btfx dump prog.bpf.o --ext", "its CO-RE relocations, with their targets and source lines")
    .example("btfx dump vmlinux --name 'tcp_*' --kind struct -j")
    .action(async (words: string[], options) => {
      if (isShortRun(words, options)) host.expectShortRun?.();
      const { runDump } = await import("../commands/dump.ts");
      finish(await runDump(words, options, host));
    });
};

/** `btfx extract` */
export const addExtract: AddCommand = (program, host, finish) => {
  const command = program
    .command("extract")
    .summary("extract the BTF of any kernel or module file")
    .description(
      "Writes the BTF of a kernel or module as raw bytes, to standard output or to a file, and creates the file's directory if it does not exist. The kernel can be a vmlinux or a vmlinuz of any form (bzImage, Image, zboot, zImage, unified kernel image); the module can be compressed. Without a FILE it extracts the BTF of the running kernel. With --sections it writes every BTF section that the file has: NAME.BTF, NAME.BTF.base, NAME.BTF_ids, NAME.BTF.ext.",
    )
    .argument("[file]", "a vmlinux, vmlinuz or module, or - for standard input")
    .option("-o, --output <path>", "file to write; with --sections a directory", outputPath)
    .option("--sections", "write each section to a file of its own")
    .option("--banner", "print the kernel's release and extract nothing")
    .option("-f, --force", "overwrite files that exist")
    .option("-q, --quiet", "print failures only");
  addCommon(addJson(command, "what was found and written"))
    .example("btfx extract /boot/vmlinuz-6.12.0 -o vmlinux.btf")
    .example("btfx extract veth.ko.zst | btfx dump -B vmlinux.btf -")
    .example(
      "btfx extract --sections veth.ko.xz -o btf/",
      "write btf/veth.BTF, btf/veth.BTF.base, btf/veth.BTF_ids",
    )
    .example("btfx extract --banner vmlinuz", "prints the release, such as 6.12.0-1-amd64")
    .action(async (file: string | undefined, options) => {
      const { runExtract } = await import("../commands/extract.ts");
      finish(await runExtract(file, options, host));
    });
};
