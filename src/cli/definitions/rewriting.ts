import { Option } from "commander";
import type { AddCommand, BtfxCommand } from "./command.ts";
import { addCommon, addRunOptions, append, lasting, MODULES_OF_KERNEL } from "./shared.ts";

/** `btfx distill` */
export const addDistill: AddCommand = (program, host, finish) => {
  const command = program
    .command("distill")
    .summary("make built modules survive changes of the kernel's types")
    .description(
      "Replaces the split BTF of built modules by one against a distilled base (.BTF.base), the names and sizes of the kernel types that they use, and renumbers .BTF_ids. Kernels since 6.11 relocate such a module onto their own types. The vmlinux that the modules were built against is needed: -B, or it is found by the module's vermagic. Of several -B each module takes its own.",
    )
    .argument("<module...>", "modules (.ko), raw BTF, or directories of them")
    .option("-B, --base-btf <vmlinux>", "the vmlinux of the build, ELF or raw (repeatable)", append)
    .option("--prune", "without types that nothing uses: fits more kernels")
    .option("--keep <glob>", "with --prune, types that stay (repeatable)", append)
    .option("--sort", "order types by name, as kernels 7.x build modules");
  addRewriteOptions(command, "overwrite; distill even if the base looks wrong")
    .example("btfx distill veth.ko", "the vmlinux is found by the module's vermagic")
    .example("btfx distill veth.ko -B vmlinux -o out/", "write out/veth.ko")
    .example("btfx distill --prune veth.ko", "without what nothing uses: fits more kernels")
    .example(
      "btfx distill --in-place --strip-signature -B vmlinux /lib/modules/6.12.0/updates",
      "a tree of modules where they lie; sign them again afterwards",
    )
    .example(
      "btfx distill --in-place --sign-with 'scripts/sign-file sha256 key.pem cert.der' veth.ko",
      "signed again before it is compressed",
    )
    .example("btfx distill --detached veth.ko -o btf/", "write btf/veth.BTF, veth.BTF.base, veth.BTF_ids")
    .action(async (modules: string[], options) => {
      const { runDistill } = await import("../commands/distill.ts");
      finish(await runDistill(modules, options, lasting(host)));
    });
};

/** `btfx relocate` */
export const addRelocate: AddCommand = (program, host, finish) => {
  const command = program
    .command("relocate")
    .summary("try distilled modules on a kernel; tell all that does not fit")
    .description(
      "Relocates modules from their distilled base onto another kernel's types, as that kernel does at load. Every type that does not fit is told, with the candidates and the module's types that need it. To BPF objects it applies their CO-RE relocations as libbpf does: instructions are patched for that kernel, .BTF.ext has no relocations any more, all else keeps its bytes. Nothing is written for what does not fit; --poison writes a BPF object all the same, whose programs that come to what the kernel does not have will be refused. With -n several kernels may be given, each of which is tried.",
    )
    .argument("<file...>", "distilled modules, raw BTF, BPF objects, or directories")
    .requiredOption("-B, --base-btf <vmlinux>", "the kernel to relocate onto (with -n repeatable)", append)
    .option("--distilled-base <file>", "of raw BTF (default: NAME.BTF.base beside it)")
    .option("-m, --modules <file>", MODULES_OF_KERNEL, append)
    .option("--poison", "write a BPF object also where something is missing");
  addRewriteOptions(command, "overwrite what exists")
    .example("btfx relocate veth.distilled.ko -B vmlinux-new")
    .example("btfx relocate -n -j out/ -B vmlinux-new", "the verdict on a tree of modules as JSON")
    .example(
      "btfx relocate --detached veth.ko -B vmlinux-new -o btf/",
      "write btf/veth.BTF: what /sys/kernel/btf/veth will hold",
    )
    .example(
      "btfx relocate tool.bpf.o -B vmlinux-new",
      "write tool.relocated.bpf.o, which needs no BTF of that kernel any more",
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
    .option("-o, --output <path>", "file or directory; directories are mirrored there")
    .addOption(
      new Option("--in-place", "replace the modules themselves, atomically").conflicts([
        "output",
        "detached",
      ]),
    )
    .option("--detached", "files NAME.BTF, NAME.BTF.base, NAME.BTF_ids, no .ko")
    .addOption(
      new Option("--compress <form>", "gz, xz, zst or none (default: as -o is named)")
        .choices(["gz", "xz", "zst", "none"])
        .conflicts(["inPlace", "detached"]),
    )
    .option("--strip-signature", "let --in-place drop a module's signature")
    .addOption(
      new Option("--sign-with <command>", "sign each module: the command, then its path").conflicts([
        "detached",
      ]),
    )
    .option("-f, --force", force)
    .option("-n, --dry-run", "say what would come of it, write nothing")
    .option("--resume", "skip modules that are done: after a run was stopped")
    .option("--stats", "print statistics of the sizes at the end");
  return addCommon(addRunOptions(command));
}

/** `btfx stats` */
export const addStats: AddCommand = (program, host, finish) => {
  const command = program
    .command("stats")
    .summary("measure modules' BTF: sizes, growth by distilling, kinds")
    .description(
      "Prints how large the .BTF and .BTF.base of modules are: mean, standard deviation, median, percentiles, the largest ones, types by kind, a histogram. Modules that are not distilled are distilled in memory, on -B or on the vmlinux that their vermagic names; where that is not here, their .BTF is measured as it is. Nothing is written.",
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
