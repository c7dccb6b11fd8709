import { Option } from "commander";
import type { AddCommand } from "./command.ts";
import { addCommon, addJson, append } from "./shared.ts";

const BASE = "the vmlinux that split BTF was built against";

/** `btfx layout` */
export const addLayout: AddCommand = (program, host, finish) => {
  const command = program
    .command("layout")
    .summary("show offsets, sizes and holes of structs as pahole does")
    .description(
      "Prints structs, unions, enums and typedefs as pahole does, with the offset and size of each member, holes, padding and cache lines. Without a name it prints all structs and unions of the file; without a file, those of the running kernel. The options of pahole work in its own spelling too. --packable prints name, size, size with the best order of members, and the difference; alignments that come from attributes are kept.",
    )
    .usage("[NAME[,NAME]...] [FILE] [options]")
    .argument("[words...]", "names of types, or globs such as 'tcp_*', and the file")
    .option("-C, --name <name>", "a type to show, like a word (repeatable)", append)
    .option("-B, --base-btf <vmlinux>", BASE)
    .option("-E, --expand", "write out the members of all types")
    .option("--hex", "offsets and sizes in hexadecimal")
    .option("--at <offset>", "show which member is at this byte (156 or 0x9c)")
    .option("-s, --sizes", "print a line for each type: name, size, holes")
    .option("-n, --nr-members", "print a line for each type: name, member count")
    .option("-P, --packable", "print structs that a better order makes smaller")
    .option("-H, --holes <count>", "only structs with at least so many holes")
    .option("--bit-holes <count>", "only structs with at least so many bit holes")
    .option("--hole-size-ge <bytes>", "only structs with a hole of at least this size")
    .option("--padding-ge <bytes>", "only structs with at least this much padding")
    .option("--packed", "only packed structs")
    .option("--with-flexible-array", "only structs that end in a flexible array")
    .option("-y, --prefix-filter <prefix>", "only types whose names begin with it")
    .option("-x, --exclude <prefix>", "only types whose names do not begin with it")
    .option("--structs", "only structs")
    .option("--unions", "only unions")
    .option("--sort", "sort by name")
    .option("-t, --separator <text>", "text between columns (default: a tab)")
    .addOption(
      new Option("--format <format>", "format of lines: text, tsv or json").choices(["text", "tsv", "json"]),
    )
    .addOption(
      new Option("--compat <peer>", "pahole: what pahole 1.32 prints, byte for byte").choices(["pahole"]),
    );
  addCommon(addJson(command, "layouts"))
    .example("btfx layout task_struct vmlinux", "the same as 'pahole -C task_struct'")
    .example("btfx layout sk_buff --at 0x9c vmlinux", "which member is at an offset, from a crash say")
    .example("btfx layout -s --sort vmlinux", "sizes and holes of all structs and unions")
    .example("btfx layout -H 3 -s vmlinux", "those with at least three holes")
    .example("btfx layout -P -y tcp_ vmlinux", "how much a better order of members would save")
    .example("btfx layout 'nf_*' -B vmlinux nf_tables.ko -j")
    .action(async (words: string[], options) => {
      host.expectShortRun?.();
      const { runLayout } = await import("../commands/layout.ts");
      finish(await runLayout(words, options, host));
    });
};

/** `btfx offsets` */
export const addOffsets: AddCommand = (program, host, finish) => {
  const command = program
    .command("offsets")
    .summary("show offsets of members in many kernels, or as source")
    .description(
      "Prints the offsets of members, which may be nested, in anonymous structs and unions, or array elements. If there are several files, each gets a column. Bitfields are printed as BYTE:BIT. The exit code is 1 if a member is in none of the files, or if an assertion fails.",
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
    .option("--assert <path=offset>", "fail unless the member has this offset (repeatable)", append);
  addCommon(addJson(command, "offsets"))
    .example("btfx offsets task_struct.pid vmlinux")
    .example(
      "btfx offsets 'cfs_rq.{nr_queued,nr_running}' vmlinux-6.1 vmlinux-6.12 vmlinux-6.18",
      "a column for each kernel",
    )
    .example("btfx offsets sk_buff.vlan_tci -f rust vmlinux > offsets.rs", "constants for a program")
    .example(
      "btfx offsets --assert nvme_queue.cq_vector=108 -B vmlinux nvme.ko",
      "for CI: exit code 1 if the offset differs",
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
    .summary("show who uses a type: embeds, points to, takes, returns it")
    .description(
      "Prints which structs contain a type by value, and at which offset; which structs point to it; which functions and callbacks take or return it. For the name of an enumerator, prints which enums have it. This covers pahole's --contains, --find_pointers_to and --contains_enumerator, over base and module.",
    )
    .usage("NAME [FILE] [options]")
    .argument("[words...]", "the name of a type or enumerator, and the file")
    .option("-B, --base-btf <vmlinux>", BASE)
    .addOption(
      new Option("--only <use>", "only this use: embeds, points, takes or returns").choices([
        "embeds",
        "points",
        "takes",
        "returns",
      ]),
    )
    .option("-i, --contains <name>", "what contains it by value: pahole's --contains")
    .option("-f, --pointers-to <name>", "what points to it: pahole's --find_pointers_to")
    .option("--contains-enumerator <name>", "the enums that have this enumerator")
    .addOption(
      new Option("--compat <peer>", "pahole: for -i and -f, the lines of pahole").choices(["pahole"]),
    )
    .option("--depth <levels>", "also users of what contains it: levels up");
  addCommon(addJson(command, "uses"))
    .example("btfx who sk_buff_head vmlinux", "everything that uses it")
    .example("btfx who spinlock_t --only embeds vmlinux", "what contains it by value")
    .example("btfx who list_head --depth 2 -j vmlinux", "also what uses the structs that contain it")
    .example("btfx who TASK_COMM_LEN vmlinux", "the enum that has an enumerator")
    .action(async (words: string[], options) => {
      host.expectShortRun?.();
      const { runWho } = await import("../commands/who.ts");
      finish(await runWho(words, options, host));
    });
};
