import { InvalidArgumentError, Option } from "commander";
import type { AddCommand, BtfxCommand } from "./command.ts";
import { addCommon, addRunOptions, append, lasting, MODULES_OF_KERNEL, outputPath } from "./shared.ts";

/** `btfx distill` */
export const addDistill: AddCommand = (program, host, finish) => {
  const command = program
    .command("distill")
    .summary("make built modules survive changes of the kernel's types")
    .description(
      "Gives built modules a distilled base (.BTF.base), which has the names and sizes of the kernel types that they use, rewrites their split BTF against it, and renumbers .BTF_ids. Kernels since 6.11 relocate such a module onto their own types. This needs the vmlinux that the modules were built against. Without -B, btfx looks for the vmlinux of the release in the module's vermagic. If -B is repeated, each module uses the one that it was built against. Directories for the outputs are created.",
    )
    .argument("<module...>", "modules (.ko), raw BTF, or directories of them")
    .option("-B, --base-btf <vmlinux>", "the vmlinux of the build, ELF or raw (repeatable)", append)
    .option("--prune", "drop types that nothing uses, to fit more kernels")
    .option("--keep <glob>", "with --prune: types to keep (repeatable)", append)
    .option("--sort", "order types by name, as builds of kernel 7.x do");
  addRewriteOptions(command, "overwrite; distill even if the base looks wrong")
    .example("btfx distill veth.ko", "finds the vmlinux by the module's vermagic")
    .example("btfx distill veth.ko -B vmlinux -o out/", "writes out/veth.ko")
    .example("btfx distill --prune veth.ko", "drops types that nothing uses, to fit more kernels")
    .example(
      "btfx distill --in-place --strip-signature -B vmlinux /lib/modules/6.12.0/updates",
      "a tree of modules in place; sign them again afterwards",
    )
    .example(
      "btfx distill --in-place --sign-with 'scripts/sign-file sha256 key.pem cert.der' veth.ko",
      "signs the module before it is compressed again",
    )
    .example("btfx distill --detached veth.ko -o btf/", "writes btf/veth.BTF, veth.BTF.base, veth.BTF_ids")
    .action(async (modules: string[], options) => {
      const { runDistill } = await import("../commands/distill.ts");
      finish(await runDistill(modules, options, lasting(host)));
    });
};

/** `btfx relocate` */
export const addRelocate: AddCommand = (program, host, finish) => {
  const command = program
    .command("relocate")
    .summary("try modules or BPF objects on a kernel; show what does not fit")
    .description(
      "Relocates modules from their distilled base onto another kernel's types, as that kernel does at load. Reports every type that does not fit, with the candidates and the module's types that need it. For BPF objects it applies the CO-RE relocations as libbpf does: it patches instructions for that kernel and removes the relocations from .BTF.ext; all other bytes stay the same. Nothing is written for a file that does not fit. --poison writes a BPF object anyway; the kernel will refuse its programs that can reach what is missing. With -n, -B may be repeated to try several kernels. Directories for the outputs are created.",
    )
    .argument("<file...>", "distilled modules, raw BTF, BPF objects, or directories")
    .requiredOption("-B, --base-btf <vmlinux>", "the kernel to relocate onto (repeatable with -n)", append)
    .option("--distilled-base <file>", "base of raw BTF (default: NAME.BTF.base beside it)")
    .option("-m, --modules <file>", MODULES_OF_KERNEL, append)
    .option("--poison", "write a BPF object even if something is missing");
  addRewriteOptions(command, "overwrite existing files")
    .example("btfx relocate veth.distilled.ko -B vmlinux-new")
    .example("btfx relocate -n -j out/ -B vmlinux-new", "verdicts on a tree of modules as JSON")
    .example(
      "btfx relocate --detached veth.ko -B vmlinux-new -o btf/",
      "writes btf/veth.BTF: what /sys/kernel/btf/veth will contain",
    )
    .example(
      "btfx relocate tool.bpf.o -B vmlinux-new",
      "writes tool.relocated.bpf.o, which no longer needs the BTF of that kernel",
    )
    .action(async (modules: string[], options) => {
      const { runRelocate } = await import("../commands/relocate.ts");
      finish(await runRelocate(modules, options, lasting(host)));
    });
};

/** Options that distill and relocate share; `force` is what `--force` does. */
function addRewriteOptions(command: BtfxCommand, force: string): BtfxCommand {
  command
    .optionsGroup("Output:")
    .option("-o, --output <path>", "file or directory; input directories are mirrored", outputPath)
    .addOption(
      new Option("--in-place", "replace the modules themselves, atomically").conflicts([
        "output",
        "detached",
      ]),
    )
    .option("--detached", "write NAME.BTF, NAME.BTF.base, NAME.BTF_ids, no .ko")
    .addOption(
      new Option("--compress <form>", "gz, xz, zst or none (default: by the name of -o)")
        .choices(["gz", "xz", "zst", "none"])
        .conflicts(["inPlace", "detached"]),
    )
    .option("--strip-signature", "let --in-place remove a module's signature")
    .addOption(
      new Option("--sign-with <command>", "sign each module: runs the command with its path")
        .argParser(commandOf)
        .conflicts(["detached"]),
    )
    .option("-f, --force", force)
    .option("-n, --dry-run", "report what would happen, write nothing")
    .option("--resume", "skip modules that an interrupted run has done")
    .option("--stats", "print statistics of sizes at the end");
  return addCommon(addRunOptions(command));
}

/** A command for the shell. With an empty one, of a variable that is not set, the module itself would be run. */
function commandOf(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("It takes a command such as scripts/sign-file.");
  return text;
}

/** `btfx stats` */
export const addStats: AddCommand = (program, host, finish) => {
  const command = program
    .command("stats")
    .summary("measure the BTF of modules: sizes, growth, kinds")
    .description(
      "Prints how large the .BTF and .BTF.base of modules are: mean, standard deviation, median, percentiles, the largest ones, types by kind, a histogram. Modules that are not distilled are distilled in memory, against -B or the vmlinux that their vermagic names; if that is not found, their .BTF is measured as it is. No file is written.",
    )
    .argument("<module...>", "modules (.ko), raw BTF, or directories of them")
    .option("-B, --base-btf <vmlinux>", "the vmlinux of modules that are not distilled");
  addCommon(addRunOptions(command))
    .example(
      "btfx stats /lib/modules/6.12.0 -B /boot/vmlinuz-6.12.0",
      "what distilling all modules of a kernel would cost",
    )
    .example("btfx stats out/ -j", "the sizes of distilled modules as JSON")
    .action(async (modules: string[], options) => {
      const { runStats } = await import("../commands/stats.ts");
      finish(await runStats(modules, options, lasting(host)));
    });
};
