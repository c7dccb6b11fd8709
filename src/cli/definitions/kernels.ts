import { Option } from "commander";
import type { FailOn } from "../../report/diff-summary.ts";
import type { AddCommand } from "./command.ts";
import { addCommon, addJson, append, lasting, MODULES_OF_KERNEL } from "./shared.ts";

/** `btfx diff` */
export const addDiff: AddCommand = (program, host, finish) => {
  const command = program
    .command("diff")
    .summary("say what changed between kernels, which modules it breaks")
    .description(
      "Compares the named types of two files by name and kind: structs, unions, enums, typedefs, functions, variables. Order, ids and duplicates are no difference. Each change is of a class: layout (a member elsewhere, of another size or type, or gone; a prototype), addition (something new, or in place of what was reserved), names, or qualifiers (const, typedefs). Several files in a row are a history. The base of modules is given once for all files, or once for each; else it is found by the module's vermagic. Exits with 1 if there is a difference: with --fail-on layout, addition, names or qualifiers only if one is of this class or a graver one, with --fail-on relocation only if a module does not relocate, with --fail-on none never.",
    )
    .argument("<old>", "a vmlinux, a module, a BPF object or raw BTF")
    .argument("<new>", "what became of it")
    .argument("[later...]", "more of them: each is compared with the one before")
    .option("-B, --base-btf <vmlinux>", "what split BTF is split on (repeatable)", append)
    .option("-m, --module <path>", "only what reaches this module, built against OLD", append)
    .option("-C, --name <glob>", "only types whose name fits (repeatable)", append)
    .option("--kind <kind>", "only of this kind: struct,union,… (repeatable)", append)
    .option("--class <class>", "only layout, addition, names, qualifiers changes", append)
    .option("--reach", "list who embeds each changed type, who points to it")
    .option("--stat", "print only how many there are")
    .option("--html <file>", "write a page: each change, its members, its users")
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
    .example("btfx diff OLD NEW --module out/ --html why.html", "to look at, search and hand on")
    .example("btfx diff OLD NEW --class layout --reach --name 'tcp_*'", "what breaks, and whom")
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
    .summary("cut a kernel's BTF down to what BPF objects need (CO-RE)")
    .description(
      "Writes the types and members of a kernel that the CO-RE relocations of some BPF objects need: some kilobytes, which libbpf takes in place of a kernel's own BTF (btf_custom_path) where that has none. The bytes are those of 'bpftool gen min_core_btf'; types of modules may be added, which bpftool cannot do.",
    )
    .argument("<kernel>", "the vmlinux, ELF or raw BTF")
    .argument("<object...>", "BPF objects (.bpf.o)")
    .requiredOption("-o, --output <file>", "where to write the BTF")
    .option("-m, --modules <file>", MODULES_OF_KERNEL, append)
    .option("-f, --force", "overwrite a file that exists")
    .option("-q, --quiet", "print failures only");
  addCommon(addJson(command, "the counts"))
    .example("btfx minimize vmlinux.btf tool.bpf.o -o tool.5.4.btf")
    .example(
      "btfx minimize vmlinux a.bpf.o b.bpf.o -m nf_conntrack.ko -o both.btf",
      "what two objects need, also of a module's types",
    )
    .action(async (kernel: string, objects: string[], options) => {
      // For one object it is done before V8 has compiled anything.
      if (objects.length > 1) host.expectShortRun?.();
      const { runMinimize } = await import("../commands/minimize.ts");
      finish(await runMinimize(kernel, objects, options, lasting(host)));
    });
};
