import { Option } from "commander";
import type { AddCommand } from "./command.ts";
import { addCommon, addJson, append } from "./shared.ts";

const BASE = "the vmlinux that split BTF was built against";

/** `btfx layout` */
export const addLayout: AddCommand = (program, host, finish) => {
  const command = program
    .command("layout")
    .summary("show offsets, sizes and holes of structs, as pahole does")
    .description(
      "Prints structs and unions, and enums and typedefs, with the offset and size of each member, holes, padding and cache lines, as pahole prints them. Without a name, all structs and unions of the file; without a file, those of the running kernel. pahole's options are understood in its own spelling as well. --packable prints name, size, size in the best order of members, and the difference; alignments that attributes gave stay.",
    )
    .usage("[NAME[,NAME]...] [FILE] [options]")
    .argument("[words...]", "types by name, or globs as 'tcp_*', and the file")
    .option("-C, --name <name>", "a type to show, as a word may too (repeatable)", append)
    .option("-B, --base-btf <vmlinux>", BASE)
    .option("-E, --expand", "write out the members of all types")
    .option("--hex", "offsets and sizes in hexadecimal")
    .option("--at <offset>", "say which member lies at this byte (156 or 0x9c)")
    .option("-s, --sizes", "a line for each type: name, size, holes")
    .option("-n, --nr-members", "a line for each type: name, number of members")
    .option("-P, --packable", "structs that a better order makes smaller")
    .option("-H, --holes <count>", "only structs with so many holes or more")
    .option("--bit-holes <count>", "only structs with so many bit holes or more")
    .option("--hole-size-ge <bytes>", "only structs with a hole of so many bytes")
    .option("--padding-ge <bytes>", "only structs with so many bytes of padding")
    .option("--packed", "only packed structs")
    .option("--with-flexible-array", "only structs that end in an array of no length")
    .option("-y, --prefix-filter <prefix>", "only types whose names begin so")
    .option("-x, --exclude <prefix>", "only types whose names begin otherwise")
    .option("--structs", "only structs")
    .option("--unions", "only unions")
    .option("--sort", "sort by name")
    .option("-t, --separator <text>", "what stands between columns (default: a tab)")
    .addOption(
      new Option("--format <format>", "of lines: text, tsv or json").choices(["text", "tsv", "json"]),
    )
    .addOption(
      new Option("--compat <peer>", "pahole: what pahole 1.32 prints, byte for byte").choices(["pahole"]),
    );
  addCommon(addJson(command, "layouts"))
    .example("btfx layout task_struct vmlinux", "the struct alone, as 'pahole -C task_struct'")
    .example("btfx layout sk_buff --at 0x9c vmlinux", "the member at an offset, say of a crash")
    .example("btfx layout -s --sort vmlinux", "sizes and holes of all structs and unions")
    .example("btfx layout -H 3 -s vmlinux", "those with three holes and more")
    .example("btfx layout -P -y tcp_ vmlinux", "what a better order of their members would save")
    .example("btfx layout 'nf_*' -B vmlinux nf_tables.ko -j")
    .action(async (words: string[], options) => {
      const { runLayout } = await import("../commands/layout.ts");
      finish(await runLayout(words, options, host));
    });
};

/** `btfx offsets` */
export const addOffsets: AddCommand = (program, host, finish) => {
  const command = program
    .command("offsets")
    .summary("show where members lie in many kernels: a table, or source")
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
      new Option("-f, --format <format>", "text, tsv, json, c, rust, go, shell (default: text)").choices([
        "text",
        "tsv",
        "json",
        "c",
        "rust",
        "go",
        "shell",
      ]),
    )
    .option("--assert <path=offset>", "fail unless the member lies there (repeatable)", append);
  addCommon(addJson(command, "offsets"))
    .example("btfx offsets task_struct.pid vmlinux")
    .example(
      "btfx offsets 'cfs_rq.{nr_queued,nr_running}' vmlinux-6.1 vmlinux-6.12 vmlinux-6.18",
      "a column for each kernel",
    )
    .example("btfx offsets sk_buff.vlan_tci -f rust vmlinux > offsets.rs", "constants for a program")
    .example(
      "btfx offsets --assert nvme_queue.cq_vector=108 -B vmlinux nvme.ko",
      "exit code 1 if it lies elsewhere: for CI",
    )
    .action(async (words: string[], options) => {
      host.expectShortRun?.();
      const { runOffsets } = await import("../commands/offsets.ts");
      finish(await runOffsets(words, options, host));
    });
};

/** `btfx who` */
export const addWho: AddCommand = (program, host, finish) => {
  const command = program
    .command("who")
    .summary("say who uses a type: holds it, points to, takes or returns it")
    .description(
      "Prints which structs hold a type by value, and where; which point to it; which functions and callbacks take or return it. With the name of an enumerator, prints which enums have it. It does what pahole's --contains, --find_pointers_to and --contains_enumerator do, over base and module.",
    )
    .usage("NAME [FILE] [options]")
    .argument("[words...]", "the name of a type or enumerator, and the file")
    .option("-B, --base-btf <vmlinux>", BASE)
    .addOption(
      new Option("--only <use>", "embeds, points, takes or returns").choices([
        "embeds",
        "points",
        "takes",
        "returns",
      ]),
    )
    .option("-i, --contains <name>", "what holds it by value, as pahole has it")
    .option("-f, --pointers-to <name>", "what points to it: pahole's --find_pointers_to")
    .option("--contains-enumerator <name>", "the enums that have this enumerator")
    .addOption(new Option("--compat <peer>", "pahole: its lines for -i and -f").choices(["pahole"]))
    .option("--depth <levels>", "also users of what holds it, so many levels out");
  addCommon(addJson(command, "uses"))
    .example("btfx who sk_buff_head vmlinux", "all that uses it")
    .example("btfx who spinlock_t --only embeds vmlinux", "what holds it by value")
    .example("btfx who list_head --depth 2 -j vmlinux", "and what uses the structs that hold it")
    .example("btfx who TASK_COMM_LEN vmlinux", "the enum of an enumerator")
    .action(async (words: string[], options) => {
      host.expectShortRun?.();
      const { runWho } = await import("../commands/who.ts");
      finish(await runWho(words, options, host));
    });
};
