import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { BtfxError } from "../errors.ts";
import { VERSION } from "../version.ts";
import { columnsOf } from "./columns.ts";
import type { Shell } from "./completion/scripts.ts";
import type { FailOn } from "./diff-summary.ts";
import { commandFirst } from "./dump-words.ts";
import { EXIT } from "./exit.ts";
import { type Host, type Output, untilClosed } from "./host.ts";
import { OptionWords } from "./option-words.ts";
import { type AddCommand, addLayout, addOffsets, addWho, withOwnNames } from "./queries.ts";
import { safe } from "./safe.ts";

/**
 * Parses `argv`, runs the command and returns its exit code. The one place that knows all options. Rethrows the error of a failed
 * command for the caller to print; where JSON was asked for, also writes it to stdout if nothing was written yet.
 */
export async function runProgram(argv: readonly string[], host: Host): Promise<number> {
  let exitCode: number = EXIT.ok;
  const stdout = watched(host.stdout);
  const tell = (failure: { error: string; code: string; hint?: string }) => {
    if (!stdout.isUsed && allOptions(host).askForJson(argv)) stdout.write(`${JSON.stringify(failure)}\n`);
  };
  try {
    const words = commandFirst(withOwnNames(argv), COMMANDS, () => allOptions(host));
    if (words[0] === "help" && words[1] === "errors") {
      const { errorHelpText } = await import("./error-help-text.ts");
      stdout.write(errorHelpText(words[2], columnsOf(host.stdout, host.env)));
      return EXIT.ok;
    }
    if (words[0] === "help") refuseUnknown(words[1]);
    const program = makeProgram(words[0], { ...host, stdout }, (code) => {
      exitCode = code;
    });
    await program.parseAsync(words, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.ok;
      tell({ error: safe(error.message.replace(/^error: /, "")), code: "usage" });
      return EXIT.usage;
    }
    if (error instanceof BtfxError) {
      const { code, hint } = error;
      tell({ error: safe(error.toString()), code, ...(hint === undefined ? {} : { hint: safe(hint) }) });
    }
    throw error;
  }
}

/** An output that knows whether it was written to. */
function watched(output: Output): Output & { readonly isUsed: boolean } {
  let isUsed = false;
  return {
    get isTerminal() {
      return output.isTerminal;
    },
    get columns() {
      return output.columns;
    },
    get isUsed() {
      return isUsed;
    },
    write(data) {
      isUsed = true;
      output.write(data);
    },
  };
}

/** Rejects `help` for an unknown command. */
function refuseUnknown(command: string | undefined): void {
  if (command === undefined || command.startsWith("-") || COMMANDS.has(command)) return;
  const hint = `commands are ${[...COMMANDS.keys()].join(", ")}`;
  throw new BtfxError("usage", `there is no command '${command}'`, { hint });
}

/** The options of all commands. Making these takes longer than many a run, so only what needs them asks. */
export function allOptions(host: Host): OptionWords {
  return new OptionWords(describedProgram(host).commands.flatMap(({ options }) => options));
}

/** The program with the definitions of all commands, to be read and not run. */
export function describedProgram(host: Host): Command {
  return makeProgram(undefined, host, () => {});
}

function makeProgram(first: string | undefined, host: Host, finish: (exitCode: number) => void): Command {
  const program = new Command("btfx")
    .description(
      "Kernel BTF, offline: print types as bpftool does (dump), make built modules resilient (distill), try them on another kernel (relocate), hear the kernel's verdict (verify), see what changed between two kernels (diff), see where members lie (layout, offsets) and who uses a type (who), cut a kernel's types down for BPF objects (minimize).",
    )
    .version(`btfx v${VERSION}`, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command; 'help errors [CODE]' explains error codes")
    .showHelpAfterError("(btfx --help tells more)")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, "btfx: ")),
      // Words of the command line may be names of files, which are anyone's bytes.
      writeErr: (text) => host.stderr.write(text.split("\n").map(safe).join("\n")),
      getOutHasColors: () => host.stdout.isTerminal,
      getErrHasColors: () => host.stderr.isTerminal,
    })
    .addHelpText(
      "after",
      `
Exit codes:
  0  done
  1  the answer is no: a module does not relocate, the base is the wrong one, a kernel refuses the BTF,
     two files differ
  2  the command line does not make sense
  3  an input is damaged or not what the command needs
  4  a file cannot be read or written, is missing or in the way
  70 a bug of btfx

Examples:
  btfx distill veth.ko -B vmlinux           write veth.distilled.ko
  btfx relocate veth.distilled.ko -B vmlinux-new
                                            try it on another kernel; all that does not fit is told`,
    );
  // A command that is named first is the only one made: to describe the others takes longer than many a run.
  const named = COMMANDS.get(first);
  for (const add of named === undefined ? COMMANDS.values() : [named]) add(program, host, finish);
  return program;
}

/** The commands, in the order in which help lists them. */
const COMMANDS: ReadonlyMap<string | undefined, AddCommand> = new Map([
  ["dump", addDump],
  ["distill", addDistill],
  ["relocate", addRelocate],
  ["verify", addVerify],
  ["stats", addStats],
  ["diff", addDiff],
  ["report", addReport],
  ["extract", addExtract],
  ["minimize", addMinimize],
  ["layout", addLayout],
  ["offsets", addOffsets],
  ["who", addWho],
  ["completion", addCompletion],
]);

function addDistill(program: Command, host: Host, finish: (exitCode: number) => void): void {
  const command = program
    .command("distill")
    .summary("give built modules a distilled base, so that they survive changes of the kernel's types")
    .description(
      "Replaces the split BTF of built modules by one against a distilled base (.BTF.base), the names and sizes of the kernel types that they use, and renumbers .BTF_ids. Kernels since 6.11 relocate such a module onto their own types. The vmlinux that the modules were built against is needed.",
    )
    .argument("<module...>", "kernel modules (.ko), raw BTF files, or directories of them")
    .option(
      "-B, --base-btf <vmlinux>",
      "the vmlinux they were built against, ELF or raw BTF; of several each module takes its own (default: found by the module's vermagic)",
      append,
    )
    .option(
      "--prune",
      "first drop the types that no function, variable, tag or .BTF_ids of the module uses: it will fit more kernels",
    )
    .option("--keep <glob>", "with --prune, types that stay all the same; may be repeated", append)
    .option("--sort", "order types by name, as kernels 7.x build modules");
  addRewriteOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  btfx distill veth.ko                      the vmlinux is found by the module's vermagic
  btfx distill veth.ko -B vmlinux -o out/   write out/veth.ko
  btfx distill --prune veth.ko              without what nothing uses: fits more kernels
  btfx distill --in-place --strip-signature -B vmlinux /lib/modules/6.12.0/updates
  btfx distill --in-place --sign-with 'scripts/sign-file sha256 key.pem cert.der' -B vmlinux veth.ko
  btfx distill --detached veth.ko -o btf/   write btf/veth.BTF, btf/veth.BTF.base, btf/veth.BTF_ids`,
    )
    .action(async (modules: string[], options) => {
      const { runDistill } = await import("./commands/distill.ts");
      finish(await runDistill(modules, options, lasting(host)));
    });
}

function addRelocate(program: Command, host: Host, finish: (exitCode: number) => void): void {
  const command = program
    .command("relocate")
    .summary("do what a kernel does with a distilled module at load, and tell all that stands in its way")
    .description(
      "Relocates modules from their distilled base onto another kernel's types, as that kernel does at load. Every type that does not fit is told, with the candidates and the module's types that need it. To BPF objects it applies their CO-RE relocations as libbpf does: instructions are patched for that kernel, .BTF.ext has no relocations any more, all else keeps its bytes. Nothing is written for what does not fit.",
    )
    .argument(
      "<file...>",
      "modules (.ko) with .BTF.base, raw NAME.BTF with NAME.BTF.base beside it, BPF objects, or directories",
    )
    .requiredOption(
      "-B, --base-btf <vmlinux>",
      "the kernel to relocate onto, ELF or raw BTF; with -n several, each of which is tried",
      append,
    )
    .option(
      "--distilled-base <file>",
      "distilled base of one raw BTF input (default: NAME.BTF.base beside it)",
    )
    .option(
      "--poison",
      "write a BPF object also where a program comes to what the kernel does not have: the kernel will refuse that program",
    );
  addRewriteOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  btfx relocate veth.distilled.ko -B vmlinux-new
  btfx relocate -n -j out/ -B vmlinux-new   the verdict on a tree of modules as JSON
  btfx relocate --detached veth.ko -B vmlinux-new -o btf/
                                            write btf/veth.BTF: what /sys/kernel/btf/veth will hold
  btfx relocate tool.bpf.o -B vmlinux-new   write tool.relocated.bpf.o, which needs no BTF of that kernel any more`,
    )
    .action(async (modules: string[], options) => {
      const { runRelocate } = await import("./commands/relocate.ts");
      finish(await runRelocate(modules, options, lasting(host)));
    });
}

function addVerify(program: Command, host: Host, finish: (exitCode: number) => void): void {
  const command = program
    .command("verify")
    .summary("say what a kernel will say to BTF at load, before it is loaded")
    .description(
      "Judges BTF as a kernel does when it loads it: the same verdict, error and log line, then what else is wrong. BTF that stands alone (a vmlinux, a BPF object, raw BTF) is judged as BPF_BTF_LOAD does. Modules are judged on each vmlinux: their split BTF, whether they were built against it, whether they relocate from their distilled base, their .BTF_ids.",
    )
    .argument("<file...>", "ELF files or raw BTF, or directories of modules")
    .option(
      "-B, --base-btf <vmlinux>",
      "a kernel that modules are to be loaded into, ELF or raw BTF; may be given several times",
      append,
    )
    .option(
      "-k, --kernel <release>",
      "whose rules to judge by: 5.4 to 7.4, which also stands for later ones (default: those of each vmlinux, by its banner or path; else 7.3)",
    )
    .addOption(
      new Option(
        "--byte-order <order>",
        "byte order of the kernel (default: that of the ELF file or base, else little)",
      ).choices(["little", "big"]),
    )
    .option("--as-is", "judge a BPF object's bytes, not what libbpf makes of them before it loads them")
    .option("--explain", "tell each step of relocating a BPF object onto a kernel, in libbpf's words")
    .option(
      "--html <file>",
      "write a page to look at: the matrix, what breaks most, and why; it needs nothing else",
    )
    .option("-q, --quiet", "print only what is wrong");
  addMaxSize(addRunOptions(command))
    .addHelpText(
      "after",
      `
Examples:
  btfx verify vmlinux.btf --kernel 6.12     would a 6.12 kernel take it?
  btfx verify veth.ko -B vmlinux            was it built against this vmlinux, and is all well?
  btfx verify prog.bpf.o -B vmlinux         will its programs load on this kernel? what is missing, and is it guarded?
  btfx verify out/ -B vmlinux-a -B vmlinux-b
                                            a table: which distilled modules fit which kernel, and why not`,
    )
    .action(async (files: string[], options) => {
      host.expectShortRun?.();
      const { runVerify } = await import("./commands/verify.ts");
      finish(await runVerify(files, options, lasting(host)));
    });
}

function addDiff(program: Command, host: Host, finish: (exitCode: number) => void): void {
  const command = program
    .command("diff")
    .summary("say what changed between two kernels' types, what it breaks, and which modules it reaches")
    .description(
      "Compares the named types of two files by name and kind: structs, unions, enums, typedefs, functions, variables. Order, ids and duplicates are no difference. Each change is of a class: layout (a member elsewhere, of another size or type, or gone; a prototype), addition (something new, or in place of what was reserved), names, or qualifiers (const, typedefs). Several files in a row are a history. Exits with 1 if there is a difference.",
    )
    .argument("<old>", "a vmlinux, a module or another file with BTF, ELF or raw")
    .argument("<new>", "what became of it")
    .argument("[later...]", "what became of that: each is compared with the one before")
    .option(
      "-B, --base-btf <vmlinux>",
      "what split BTF is split on; given once for all files, or once for each (default: found by the module's vermagic)",
      append,
    )
    .option(
      "-m, --module <path>",
      "only what reaches this module, built against OLD, and whether it relocates onto NEW; a directory, or repeated",
      append,
    )
    .option("-C, --name <glob>", "only types whose name fits; may be repeated", append)
    .option("--kind <kind>", "only types of this kind (struct,union,…); may be repeated", append)
    .option(
      "--class <class>",
      "only changes of this class (layout,addition,names,qualifiers); may be repeated",
      append,
    )
    .option("--reach", "list for each change who embeds the type and who points to it")
    .option("--stat", "print only how many there are")
    .addOption(
      new Option(
        "--fail-on <what>",
        "exit with 1 only for changes of this class or a graver one, for modules that do not relocate, or never",
      )
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
    )
    .option("-j, --json", "print the differences as JSON")
    .option("-p, --pretty", "print the differences as indented JSON");
  addMaxSize(command)
    .addHelpText(
      "after",
      `
Examples:
  btfx diff vmlinux-6.12.100 vmlinux-6.12.117
  btfx diff OLD NEW --module veth.ko        why does this module no longer fit?
  btfx diff OLD NEW --kind struct --fail-on layout --stat
  btfx diff vmlinux-6.1 vmlinux-6.12 vmlinux-6.16 --name cfs_rq
                                            in which step did it change, and how?
  btfx diff old/veth.ko new/veth.ko -B vmlinux-old -B vmlinux-new`,
    )
    .action(async (old: string, next: string, later: string[], options) => {
      host.expectShortRun?.();
      const { runDiff } = await import("./commands/diff.ts");
      finish(await runDiff([old, next, ...later], options, host));
    });
}

function addMinimize(program: Command, host: Host, finish: (exitCode: number) => void): void {
  program
    .command("minimize")
    .summary("cut a kernel's BTF down to what the CO-RE relocations of BPF objects need")
    .description(
      "Writes the types and members of a kernel that the CO-RE relocations of some BPF objects need: some kilobytes, which libbpf takes in place of a kernel's own BTF (btf_custom_path) where that has none. The bytes are those of 'bpftool gen min_core_btf'; types of modules may be added, which bpftool cannot do.",
    )
    .argument("<kernel>", "the vmlinux, ELF or raw BTF")
    .argument("<object...>", "BPF objects (.bpf.o)")
    .requiredOption("-o, --output <file>", "where to write the BTF")
    .option(
      "-m, --modules <file>",
      "a module of that kernel whose types may be meant, .ko or raw split BTF; may be repeated",
      append,
    )
    .option("-f, --force", "overwrite a file that exists")
    .option("-q, --quiet", "print nothing but failures")
    .option("-j, --json", "print the counts as JSON")
    .option("-p, --pretty", "print the counts as indented JSON")
    .addHelpText(
      "after",
      `
Examples:
  btfx minimize vmlinux.btf tool.bpf.o -o tool.5.4.btf
  btfx minimize vmlinux a.bpf.o b.bpf.o -m nf_conntrack.ko -o both.btf`,
    )
    .action(async (kernel: string, objects: string[], options) => {
      host.expectShortRun?.();
      const { runMinimize } = await import("./commands/minimize.ts");
      finish(await runMinimize(kernel, objects, options, lasting(host)));
    });
}

/** For options that may be given several times. */
function append(value: string, before: string[] = []): string[] {
  return [...before, value];
}

function addStats(program: Command, host: Host, finish: (exitCode: number) => void): void {
  const command = program
    .command("stats")
    .summary("measure the BTF of many modules: sizes, growth by distilling, types by kind")
    .description(
      "Prints how large the .BTF and .BTF.base of modules are: mean, standard deviation, median, percentiles, the largest ones, types by kind, a histogram. Modules that are not distilled are distilled in memory onto -B; without it their .BTF is measured as it is. Nothing is written.",
    )
    .argument("<module...>", "kernel modules (.ko), raw BTF files, or directories of them")
    .option(
      "-B, --base-btf <vmlinux>",
      "the vmlinux that modules without a distilled base were built against",
    )
    .option("-q, --quiet", "no progress");
  addMaxSize(addRunOptions(command))
    .addHelpText(
      "after",
      `
Examples:
  btfx stats /lib/modules/6.12.0 -B /boot/vmlinuz-6.12.0
                                            what distilling all modules of a kernel would cost
  btfx stats out/ -j                        the sizes of distilled modules as JSON`,
    )
    .action(async (modules: string[], options) => {
      const { runStats } = await import("./commands/stats.ts");
      finish(await runStats(modules, options, lasting(host)));
    });
}

function addReport(program: Command, host: Host, finish: (exitCode: number) => void): void {
  program
    .command("report")
    .summary("join the results of a run that was divided between machines")
    .description(
      "Joins what verify, distill, relocate or stats printed with --jsonl, in any number of files, and prints what one run over all inputs would have printed, with its exit code.",
    )
    .argument("<results...>", "files of JSON lines")
    .option("-q, --quiet", "print what is wrong only")
    .option("-v, --verbose", "name all inputs that one warning or failure is about")
    .option("-j, --json", "print the results as JSON, as one run would have")
    .option("-p, --pretty", "print the results as indented JSON")
    .addHelpText(
      "after",
      `
Examples:
  btfx verify out/ -B vmlinux --shard 1/4 --jsonl > 1.jsonl
                                            the first quarter, on one of four machines
  btfx report *.jsonl                       the table and the totals of all of them`,
    )
    .action(async (results: string[], options) => {
      const { runReport } = await import("./commands/report.ts");
      finish(await runReport(results, options, lasting(host)));
    });
}

function addDump(program: Command, host: Host, finish: (exitCode: number) => void): void {
  const command = program
    .command("dump")
    .summary("print types: raw, as JSON, as a C header, as bpftool prints them")
    .description(
      "Prints the types of a file, ELF or raw BTF, with the words and the output of 'bpftool btf dump'. Without a FILE the running kernel's types are printed; several are merged on the base. 'btfx btf dump' is the same command, so that btfx can stand in for bpftool.",
    )
    .usage("[file] [FILE]... [format raw|c|json] [root_id N]... [unsorted] [options]")
    .argument("[words...]", "the file and bpftool's words, in any order")
    .option(
      "-B, --base-btf <vmlinux>",
      "what split BTF is split on (default in /sys/kernel/btf: vmlinux); a distilled module is relocated onto it",
    )
    .option("--format <format>", "raw, c or json (default: raw)")
    .option("--unsorted", "C in the order of ids")
    .option(
      "--root <type>",
      "only this type, an id or a name, and in C what it needs; may be repeated",
      append,
    )
    .option(
      "-C, --name <glob>",
      "only types whose name fits, and in C what they need; may be repeated",
      append,
    )
    .option("--kind <kind>", "only types of this kind (struct,union,…); may be repeated", append)
    .option("--no-kfuncs", "C without the prototypes of kfuncs")
    .option("--layout", "C with pahole's comments: offsets, sizes, holes")
    .option(
      "--ext",
      "what a BPF object says of its code: functions, source lines, CO-RE relocations (.BTF.ext)",
    )
    .addOption(
      new Option("--compat <peer>", "print what bpftool 7.8 prints, bug for bug").choices(["bpftool"]),
    )
    .option("-j, --json", "JSON; of format c the layout of structs and unions")
    .option("-p, --pretty", "indented JSON")
    // Of bpftool: it has libbpf say more. What there is to say here is said in any case.
    .addOption(new Option("-d, --debug").hideHelp());
  addMaxSize(command)
    .addHelpText(
      "after",
      `
Examples:
  btfx dump format c > vmlinux.h            the running kernel's types as a header
  btfx dump file veth.ko -B vmlinux format raw
  btfx dump vmlinux --layout -C task_struct
                                            where its members lie, and the holes between them
  btfx dump prog.bpf.o --ext                its relocations, with what they name and the source line
  btfx dump vmlinux --name 'tcp_*' --kind struct -j`,
    )
    .action(async (words: string[], options) => {
      host.expectShortRun?.();
      const { runDump } = await import("./commands/dump.ts");
      finish(await runDump(words, options, host));
    });
}

function addExtract(program: Command, host: Host, finish: (exitCode: number) => void): void {
  const command = program
    .command("extract")
    .summary("take the BTF out of a kernel or a module, whatever is around it")
    .description(
      "Writes the BTF of a kernel or a module as raw bytes, to standard output or to a file. The kernel may be a vmlinux or a vmlinuz of any form (bzImage, Image, zboot, zImage, unified kernel image), the module compressed. Without a FILE the running kernel's BTF is taken.",
    )
    .argument("[file]", "a vmlinux, vmlinuz or module, or - for standard input")
    .option("-o, --output <path>", "file to write to; with --sections a directory (default: this one)")
    .option(
      "--sections",
      "write all sections to files: NAME.BTF, and where they are NAME.BTF.base, NAME.BTF_ids, NAME.BTF.ext",
    )
    .option("--banner", "print the kernel's release, and extract nothing")
    .option("-f, --force", "overwrite files that exist")
    .option("-q, --quiet", "print failures only")
    .option("-j, --json", "print what was found and written as JSON")
    .option("-p, --pretty", "the same, indented");
  addMaxSize(command)
    .addHelpText(
      "after",
      `
Examples:
  btfx extract /boot/vmlinuz-6.12.0 -o vmlinux.btf
  btfx extract veth.ko.zst | btfx dump -B vmlinux.btf -
  btfx extract --sections veth.ko.xz -o btf/
                                            write btf/veth.BTF, btf/veth.BTF.base, btf/veth.BTF_ids
  btfx extract --banner vmlinuz             print 6.12.0-1-amd64, say`,
    )
    .action(async (file: string | undefined, options) => {
      host.expectShortRun?.();
      const { runExtract } = await import("./commands/extract.ts");
      finish(await runExtract(file, options, host));
    });
}

function addCompletion(program: Command, host: Host, finish: (exitCode: number) => void): void {
  program
    .command("completion")
    .summary("print the script that completes words in bash, zsh or fish")
    .description(
      "Prints a script that makes the shell complete commands, options and their values, files, and names of types and members: those of the files on the command line, else of the running kernel.",
    )
    .usage("bash|zsh|fish")
    .configureHelp({ visibleArguments: ({ registeredArguments }) => registeredArguments.slice(0, 1) })
    .addArgument(new Argument("<shell>", "the shell").choices(["bash", "zsh", "fish"] satisfies Shell[]))
    .argument("[words...]", "what is typed, as the script asks")
    .addHelpText(
      "after",
      `
Examples:
  source <(btfx completion bash)            in ~/.bashrc; in ~/.zshrc with zsh, after compinit
  btfx completion fish > ~/.config/fish/completions/btfx.fish`,
    )
    .action(async (shell: Shell, words: string[]) => {
      const { runCompletion } = await import("./commands/completion.ts");
      finish(await runCompletion(shell, words, describedProgram(host), host));
    });
}

/** For commands whose real work is files, not output: a closed pipe must not stop them. */
function lasting(host: Host): Host {
  return { ...host, stdout: untilClosed(host.stdout) };
}

/** The limit of what is read of pipes and compressed files, which every command has. */
function addMaxSize(command: Command): Command {
  return command
    .option(
      "--max-size <size>",
      "most that a pipe may give or a compressed file hold, as 512M or 2G (default: 1G)",
      sizeOf,
    )
    .hook("preAction", async () => {
      const { maxSize } = command.opts<{ maxSize?: number }>();
      if (maxSize === undefined) return;
      const { setMaxBytes } = await import("../io/limits.ts");
      setMaxBytes(maxSize);
    });
}

/** Bytes of `512M`, `1.5G` and the like, in powers of 1024. */
function sizeOf(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([kmgt]?)(?:i?b)?$/i.exec(text) ?? [];
  if (number === undefined) throw new InvalidArgumentError("It is no size: say 512M or 2G.");
  return Math.floor(Number(number) * 1024 ** ["", "k", "m", "g", "t"].indexOf(unit.toLowerCase()));
}

/** Options that distill and relocate share. */
function addRewriteOptions(command: Command): Command {
  addMaxSize(command)
    .option("-o, --output <path>", "file or directory to write to; a directory of inputs is mirrored there")
    .addOption(
      new Option("--in-place", "replace the modules themselves, atomically").conflicts([
        "output",
        "detached",
      ]),
    )
    .option("--detached", "write the sections as files (NAME.BTF, NAME.BTF.base, NAME.BTF_ids), not a module")
    .addOption(
      new Option(
        "--compress <form>",
        "compress modules so, or not at all (default: as the name of the output says)",
      )
        .choices(["gz", "xz", "zst", "none"])
        .conflicts(["inPlace", "detached"]),
    )
    .option("--strip-signature", "let --in-place drop the appended signature of a signed module")
    .addOption(
      new Option(
        "--sign-with <command>",
        "sign each written module, before it is compressed: the command is run with the module's path behind it",
      ).conflicts(["detached"]),
    )
    .option("-f, --force", "overwrite files that exist; distill even if the base looks wrong")
    .option("--stats", "print statistics of the sizes at the end: see btfx stats")
    .option("-n, --dry-run", "only say what would come of it, write nothing")
    .option(
      "--resume",
      "skip modules whose outputs are there and not older: for the rest of a run that was stopped",
    )
    .option("-q, --quiet", "print failures only");
  return addRunOptions(command);
}

/** Options of all commands over many inputs. */
function addRunOptions(command: Command): Command {
  return command
    .option("--jobs <n>", "threads to use (default: as many as there are cores)")
    .option("--shard <i/n>", "take only the i-th of n parts of the inputs: for several machines")
    .option("-v, --verbose", "name all inputs that one warning or failure is about")
    .option("-j, --json", "print the results as JSON")
    .option("-p, --pretty", "print the results as indented JSON")
    .option("--jsonl", "print a line of JSON for each result as it comes; btfx report joins them");
}
