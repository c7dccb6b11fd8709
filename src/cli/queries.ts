import { type Command, Option } from "commander";
import type { Host } from "./host.ts";

/** Adds a command to the program; `finish` is told its exit code. */
export type AddCommand = (program: Command, host: Host, finish: (exitCode: number) => void) => void;

const append = (value: string, before: string[] = []) => [...before, value];
const BASE = "what split BTF is split on; a distilled module is relocated onto it";

/** `btfx layout` */
export function addLayout(program: Command, host: Host, finish: (exitCode: number) => void): void {
  program
    .command("layout")
    .summary("show where the members of structs lie, and the holes between them, as pahole does")
    .description(
      "Prints structs and unions, and enums and typedefs, with the offset and size of each member, holes, padding and cache lines, as pahole prints them. Without a name, all structs and unions of the file; without a file, those of the running kernel. pahole's options are understood in its own spelling as well.",
    )
    .usage("[NAME[,NAME]...] [FILE] [options]")
    .argument("[words...]", "names of types, or globs such as 'tcp_*', and the file, ELF or raw BTF")
    .option("-C, --name <name>", "a type to show, as a word may name it too; may be repeated", append)
    .option("-B, --base-btf <vmlinux>", BASE)
    .option("-E, --expand", "write out the members of all types, not only of anonymous ones")
    .option("--hex", "offsets and sizes in hexadecimal")
    .option("--at <offset>", "say only which member lies at this offset in bytes (156 or 0x9c)")
    .option("-s, --sizes", "a line for each type: name, size, number of holes")
    .option("-n, --nr-members", "a line for each type: name, number of members")
    .option("-P, --packable", "a line for each struct that another order of its members makes smaller")
    .option("-H, --holes <count>", "only structs with so many holes or more")
    .option("--structs", "only structs")
    .option("--unions", "only unions")
    .option("--sort", "sort by name")
    .option("-t, --separator <text>", "what stands between the columns of a line (default: a tab)")
    .addOption(new Option("--format <format>", "of lines").choices(["text", "tsv", "json"]))
    .addOption(
      new Option("--compat <peer>", "print what pahole 1.32 prints, byte for byte").choices(["pahole"]),
    )
    .option("-j, --json", "JSON")
    .option("-p, --pretty", "indented JSON")
    .addHelpText(
      "after",
      `
Examples:
  btfx layout task_struct vmlinux           the struct alone, as 'pahole -C task_struct'
  btfx layout sk_buff --at 0x9c vmlinux     the member at an offset, say of a crash
  btfx layout -s --sort vmlinux             sizes and holes of all structs and unions
  btfx layout -H 3 -s vmlinux               those with three holes and more
  btfx layout 'nf_*' -B vmlinux nf_tables.ko -j`,
    )
    .action(async (words: string[], options) => {
      host.expectShortRun?.();
      const { runLayout } = await import("./commands/layout.ts");
      finish(await runLayout(words, options, host));
    });
}

/** `btfx offsets` */
export function addOffsets(program: Command, host: Host, finish: (exitCode: number) => void): void {
  program
    .command("offsets")
    .summary("offsets and sizes of members, over one kernel or many, as a table or as source")
    .description(
      "Prints where members lie, through anonymous structs and unions, nested members and array elements. With several files each is a column. Bitfields are printed as BYTE:BIT. The exit code is 1 if a member is in none of the files, or if an assertion does not hold.",
    )
    .usage("TYPE.MEMBER... [FILE]... [options]")
    .argument(
      "[words...]",
      "paths such as task_struct.se.vruntime or cfs_rq.{nr_queued,nr_running}, and files",
    )
    .option("-B, --base-btf <vmlinux>", BASE)
    .addOption(
      new Option("-f, --format <format>", "how to print them (default: text)").choices([
        "text",
        "tsv",
        "json",
        "c",
        "rust",
        "go",
        "shell",
      ]),
    )
    .option(
      "--assert <path=offset>",
      "fail unless the member lies there in all files; may be repeated",
      append,
    )
    .option("-j, --json", "JSON")
    .option("-p, --pretty", "indented JSON")
    .addHelpText(
      "after",
      `
Examples:
  btfx offsets task_struct.pid vmlinux
  btfx offsets 'cfs_rq.{nr_queued,nr_running}' vmlinux-6.1 vmlinux-6.12 vmlinux-6.18
  btfx offsets sk_buff.vlan_tci -f rust vmlinux > offsets.rs
  btfx offsets --assert nvme_queue.cq_vector=108 -B vmlinux nvme.ko`,
    )
    .action(async (words: string[], options) => {
      host.expectShortRun?.();
      const { runOffsets } = await import("./commands/offsets.ts");
      finish(await runOffsets(words, options, host));
    });
}

/** `btfx who` */
export function addWho(program: Command, host: Host, finish: (exitCode: number) => void): void {
  program
    .command("who")
    .summary("say who uses a type: what holds it, points to it, takes or returns it")
    .description(
      "Prints which structs hold a type by value, and where; which point to it; which functions and callbacks take or return it. With the name of an enumerator, prints which enums have it. It does what pahole's --contains, --find_pointers_to and --contains_enumerator do, over base and module.",
    )
    .usage("NAME [FILE] [options]")
    .argument("[words...]", "the name of a type or enumerator, and the file, ELF or raw BTF")
    .option("-B, --base-btf <vmlinux>", BASE)
    .addOption(
      new Option("--only <use>", "only these uses").choices(["embeds", "points", "takes", "returns"]),
    )
    .option("-i, --contains <name>", "what holds it by value, as pahole has it")
    .option("-f, --pointers-to <name>", "what points to it, as pahole's --find_pointers_to")
    .option("--contains-enumerator <name>", "the enums that have this enumerator")
    .addOption(
      new Option("--compat <peer>", "pahole's lines for --contains and --pointers-to").choices(["pahole"]),
    )
    .option("--depth <levels>", "also who uses what holds it by value, so many levels out (default: 1)")
    .option("-j, --json", "JSON")
    .option("-p, --pretty", "indented JSON")
    .addHelpText(
      "after",
      `
Examples:
  btfx who sk_buff_head vmlinux             all that uses it
  btfx who spinlock_t --only embeds vmlinux
  btfx who list_head --depth 2 -j vmlinux   and what uses the structs that hold it
  btfx who TASK_COMM_LEN vmlinux            the enum of an enumerator`,
    )
    .action(async (words: string[], options) => {
      host.expectShortRun?.();
      const { runWho } = await import("./commands/who.ts");
      finish(await runWho(words, options, host));
    });
}

/** Options of pahole that have another name here. */
const PAHOLE_NAMES: ReadonlyMap<string, string> = new Map([
  ["--class_name", "--name"],
  ["--expand_types", "--expand"],
  ["--nr_members", "--nr-members"],
  ["--btf_base", "--base-btf"],
  ["--find_pointers_to", "--pointers-to"],
  ["--contains_enumerator", "--contains-enumerator"],
]);

/** The words of a command line with pahole's names of options in ours. */
export function withOwnNames(argv: readonly string[]): string[] {
  return argv.map((word) => {
    const [option, ...value] = word.split("=");
    const own = PAHOLE_NAMES.get(option);
    return own === undefined ? word : [own, ...value].join("=");
  });
}
