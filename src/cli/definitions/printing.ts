import { Option } from "commander";
import type { AddCommand } from "./command.ts";
import { addCommon, addJson, append } from "./shared.ts";

/** `btfx dump` */
export const addDump: AddCommand = (program, host, finish) => {
  const command = program
    .command("dump")
    .summary("print types: raw, JSON or a C header, as bpftool prints them")
    .description(
      "Prints the types of a file, ELF or raw BTF, with the words and the output of 'bpftool btf dump'. Without a FILE the running kernel's types are printed; several are merged on the base. Files in /sys/kernel/btf take vmlinux as their base by themselves; a distilled module is printed against its own, and with -B relocated first. 'btfx btf dump' is the same command, so that btfx can stand in for bpftool.",
    )
    .usage("[FILE]... [format raw|c|json] [root_id N]... [unsorted] [options]")
    .argument("[words...]", "the file and bpftool's words, in any order")
    .option("-B, --base-btf <vmlinux>", "the vmlinux that split BTF was built against")
    .option("--format <format>", "raw, c or json (default: raw)")
    .option("--unsorted", "C in the order of ids")
    .option("--root <type>", "only this id or name, in C with what it needs", append)
    .option("-C, --name <glob>", "only types whose name fits (repeatable)", append)
    .option("--kind <kind>", "only of this kind: struct,union,… (repeatable)", append)
    .option("--no-kfuncs", "C without the prototypes of kfuncs")
    .option("--layout", "C with pahole's comments: offsets, sizes, holes")
    .option("--ext", "functions, lines, CO-RE relocations of a BPF object")
    .addOption(
      new Option("--compat <peer>", "bpftool: what bpftool 7.8 prints, bug for bug").choices(["bpftool"]),
    );
  addCommon(addJson(command, "types (format c: layouts)"))
    .example("btfx dump format c > vmlinux.h", "the running kernel's types as a header")
    .example("btfx dump file veth.ko -B vmlinux format raw")
    .example("btfx dump vmlinux --layout -C task_struct", "where its members lie, and the holes between them")
    .example("btfx dump prog.bpf.o --ext", "its relocations, with what they name and the source line")
    .example("btfx dump vmlinux --name 'tcp_*' --kind struct -j")
    .action(async (words: string[], options) => {
      const { runDump } = await import("../commands/dump.ts");
      finish(await runDump(words, options, host));
    });
};

/** `btfx extract` */
export const addExtract: AddCommand = (program, host, finish) => {
  const command = program
    .command("extract")
    .summary("take the BTF out of a kernel or module, whatever is around it")
    .description(
      "Writes the BTF of a kernel or a module as raw bytes, to standard output or to a file. The kernel may be a vmlinux or a vmlinuz of any form (bzImage, Image, zboot, zImage, unified kernel image), the module compressed. Without a FILE the running kernel's BTF is taken. With --sections all sections are written: NAME.BTF, and where they are NAME.BTF.base, NAME.BTF_ids, NAME.BTF.ext.",
    )
    .argument("[file]", "a vmlinux, vmlinuz or module, or - for standard input")
    .option("-o, --output <path>", "file to write to; with --sections a directory")
    .option("--sections", "write each section to a file of its own")
    .option("--banner", "print the kernel's release, and extract nothing")
    .option("-f, --force", "overwrite files that exist")
    .option("-q, --quiet", "print failures only");
  addCommon(addJson(command, "what was found and written"))
    .example("btfx extract /boot/vmlinuz-6.12.0 -o vmlinux.btf")
    .example("btfx extract veth.ko.zst | btfx dump -B vmlinux.btf -")
    .example(
      "btfx extract --sections veth.ko.xz -o btf/",
      "write btf/veth.BTF, btf/veth.BTF.base, btf/veth.BTF_ids",
    )
    .example("btfx extract --banner vmlinuz", "print 6.12.0-1-amd64, say")
    .action(async (file: string | undefined, options) => {
      const { runExtract } = await import("../commands/extract.ts");
      finish(await runExtract(file, options, host));
    });
};
