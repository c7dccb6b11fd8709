import { Option } from "commander";
import type { FailOn } from "../../report/diff-summary.ts";
import type { AddCommand } from "./command.ts";
import { addCommon, addJson, append, lasting, MODULES_OF_KERNEL, outputPath } from "./shared.ts";

/** `btfx diff` */
export const addDiff: AddCommand = (program, host, finish) => {
  const command = program
    .command("diff")
    .summary("show what changed between kernels, and which modules break")
    .description(
      "Compares the named types of two files by name and kind: structs, unions, enums, typedefs, functions, variables. Order, ids and duplicates do not matter. Each change has a class: layout (a member moved, changed its size or type, or is gone; a prototype changed), addition (something new, or a reserved member put to use), names, or qualifiers (const, typedefs). More files make a history: each is compared with the one before. -B gives the base of modules, once for all files or once for each; without it, btfx looks for the vmlinux of the release in the module's vermagic. The exit code is 1 if there is a difference. --fail-on narrows that: with layout, addition, names or qualifiers it takes a change of that class or a more serious one, with relocation a module that does not relocate, and with none it is never 1.",
    )
    .argument("<old>", "a vmlinux, a module, a BPF object or raw BTF")
    .argument("<new>", "the later version of it")
    .argument("[later...]", "still later versions, each compared with the one before")
    .option("-B, --base-btf <vmlinux>", "the base of split BTF (repeatable)", append)
    .option("-m, --module <path>", "only changes that reach this module, built for OLD", append)
    .option("-C, --name <glob>", "only types whose name matches (repeatable)", append)
    .option("--kind <kind>", "only this kind: struct,union,… (repeatable)", append)
    .option("--class <class>", "only layout, addition, names or qualifiers", append)
    .option("--reach", "list what embeds or points to each changed type")
    .option("--stat", "print only the number of changes")
    .option("--html <file>", "write an HTML page: changes, members, users", outputPath)
    .addOption(
      new Option("--fail-on <what>", "when to exit with 1 (default: any difference)")
        .choices([
          "layout",
          "addition",
          "names",
          "qualifiers",
          "any",
          "none",
          "relocation",
        ] satisfies FailOn[])
        .default("any"),
    );
  addCommon(addJson(command, "the differences"))
    .example("btfx diff vmlinux-6.12.100 vmlinux-6.12.117")
    .example("btfx diff OLD NEW --module veth.ko", "why does this module no longer fit?")
    .example("btfx diff OLD NEW --kind struct --fail-on layout --stat")
    .example(
      "btfx diff vmlinux-6.1 vmlinux-6.12 vmlinux-6.16 --name cfs_rq",
      "in which step did it change, and how?",
    )
    .example("btfx diff OLD NEW --module out/ --html why.html", "a page to look at, search and pass on")
    .example("btfx diff OLD NEW --class layout --reach --name 'tcp_*'", "what breaks, and who is affected")
    .example("btfx diff old/veth.ko new/veth.ko -B vmlinux-old -B vmlinux-new")
    .action(async (old: string, next: string, later: string[], options) => {
      host.expectShortRun?.();
      const { runDiff } = await import("../commands/diff.ts");
      finish(await runDiff([old, next, ...later], options, host));
    });
};

/** `btfx minimize` */
export const addMinimize: AddCommand = (program, host, finish) => {
  const command = program
    .command("minimize")
    .summary("reduce a kernel's BTF to what BPF objects need (CO-RE)")
    .description(
      "Writes those types and members of a kernel that the CO-RE relocations of BPF objects need. The result has a few kilobytes; libbpf takes it (btf_custom_path) on a kernel that has no BTF. The bytes are those of 'bpftool gen min_core_btf'. Unlike bpftool, it can include types of modules.",
    )
    .argument("<kernel>", "the vmlinux, ELF or raw BTF")
    .argument("<object...>", "BPF objects (.bpf.o)")
    .requiredOption("-o, --output <file>", "file to write the BTF to", outputPath)
    .option("-m, --modules <file>", MODULES_OF_KERNEL, append)
    .option("-f, --force", "overwrite an existing file")
    .option("-q, --quiet", "print failures only");
  addCommon(addJson(command, "the counts"))
    .example("btfx minimize vmlinux.btf tool.bpf.o -o tool.5.4.btf")
    .example(
      "btfx minimize vmlinux a.bpf.o b.bpf.o -m nf_conntrack.ko -o both.btf",
      "what two objects need, types of a module included",
    )
    .action(async (kernel: string, objects: string[], options) => {
      // For one object it is done before V8 has compiled anything.
      if (objects.length > 1) host.expectShortRun?.();
      const { runMinimize } = await import("../commands/minimize.ts");
      finish(await runMinimize(kernel, objects, options, lasting(host)));
    });
};
