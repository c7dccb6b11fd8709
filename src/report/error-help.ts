import type { BrokenRule } from "../engine/match.ts";
import { ERROR_CODES, type ErrorCode } from "../errors.ts";

/** Help on an error: its meaning, its cause and its cure, in whole sentences, with commands in quotes. */
export interface ErrorHelp {
  readonly meaning: string;
  readonly cause: string;
  readonly cure: string;
}

/**
 * The code of a failure in JSON that is no {@link ErrorCode}: a type that does not relocate, with the rule that it
 * breaks.
 */
export const UNMAPPED = "unmapped";

/** A code that can be explained: of an error, of a type that does not relocate, or the rule that such a type breaks. */
export type ExplainedCode = ErrorCode | typeof UNMAPPED | BrokenRule;

type CauseAndCure = Omit<ErrorHelp, "meaning">;

/** Causes and cures of errors. {@link ERROR_CODES} has the meaning of each in one line. */
const CAUSES: Readonly<Record<ErrorCode, CauseAndCure>> = {
  truncated: {
    cause:
      "A header, a section table or a compressed stream says how long the data is, but the file ends earlier. Most often a copy or a download was interrupted, a disk was full, or 'objcopy' extracted only a part of a section.",
    cure: "Copy, download or build the file again and compare its size with the original. The place in the message says where the data ends.",
  },
  "bad-magic": {
    cause:
      "The file does not begin with the magic number of BTF (0xeb9f in either byte order) or of ELF, and is not compressed data or a boot image that btfx knows. Often it is a text file, a package (.deb, .rpm), an archive, or the pointer file of Git LFS.",
    cure: "Give a vmlinux, a vmlinuz, a module (.ko), a BPF object (.o) or raw BTF such as /sys/kernel/btf/vmlinux. Unpack packages and archives first.",
  },
  "bad-header": {
    cause:
      "Offsets and lengths in the BTF header overlap, run past the end, or leave bytes that belong to nothing. Either the section is damaged, or a linker that does not merge BTF appended the sections of several objects to each other.",
    cure: "Build the file again. To merge the BTF of several objects, use pahole, or for modules 'btfx dump A.ko B.ko -B vmlinux'.",
  },
  "bad-strings": {
    cause:
      "The string section does not begin with a NUL byte, as it must in standalone BTF, or does not end with one; or a name is longer than anything that a compiler writes. The section is damaged or cut short.",
    cure: "Build the file again. If it is the BTF of a module, give the vmlinux that it was built against with -B.",
  },
  "needs-base": {
    cause:
      "The BTF of a module is split: it contains only what the module adds, and its type ids and name offsets continue those of its vmlinux. Without that vmlinux it means nothing. The same error appears if a module was given with -B instead of the vmlinux.",
    cure: "Give the vmlinux that the module was built against: 'btfx dump veth.ko -B vmlinux'. A distilled module (with .BTF.base) needs none.",
  },
  "bad-layout": {
    cause:
      "Newer BTF has a layout section for readers that do not know all its kinds. This one has sizes that are not multiples of four, or has no entry for a kind in use.",
    cure: "The BTF is damaged, or its producer has a bug: build it again with a released pahole or resolve_btfids.",
  },
  "bad-type": {
    cause:
      "A type record claims to have more elements than the section has room for, or has a kind that neither btfx nor a layout section knows. The BTF is damaged, or newer than this version of btfx.",
    cure: "Update btfx. If the kind is still unknown, find out what wrote the file: 'readelf -p .comment FILE' names the compiler.",
  },
  "bad-name-off": {
    cause:
      "The name of a type, member or parameter lies behind the end of the strings. In split BTF this is the mark of a wrong base: the offset was made for the strings of another vmlinux.",
    cure: "Give the vmlinux that the module was built against with -B. 'btfx verify MODULE -B vmlinux' says whether it is the right one.",
  },
  "bad-type-id": {
    cause:
      "A type refers to an id that does not exist, to one that is not allowed there (a VAR as the type of a member, say), or to itself in a loop. In split BTF this often means a wrong base.",
    cure: "Give the vmlinux that the module was built against. If the base is right, or there is none, the BTF is damaged: build it again.",
  },
  "unknown-kind": {
    cause:
      "The BTF has a layout section and a kind that this version does not know. btfx can skip such types, and so print them raw. It cannot rewrite them or print them as C, since it does not know which of their words are type ids.",
    cure: "Update btfx. 'btfx dump FILE format raw' prints what is known.",
  },
  "not-split": {
    cause:
      "The command works on the BTF of modules, which is split on that of a vmlinux. This BTF stands alone: it belongs to a vmlinux or a BPF object. Often module and vmlinux were swapped.",
    cure: "Give modules as arguments and their vmlinux with -B: 'btfx distill veth.ko -B vmlinux'.",
  },
  "not-distillable": {
    cause:
      "The module's types refer to base types that a distilled base cannot contain, such as functions, variables or tags. Compilers and pahole never write such references, so the base is most likely the wrong one.",
    cure: "Give the vmlinux that the module was built against: 'btfx verify MODULE -B vmlinux' says whether it is.",
  },
  "not-distilled": {
    cause:
      "Relocating means to replace the types of a distilled base by those of a kernel. This module has no .BTF.base section, or there is no NAME.BTF.base beside the raw BTF.",
    cure: "Distill it first, with the vmlinux that it was built against: 'btfx distill MODULE -B vmlinux'. For raw BTF, use --distilled-base FILE.",
  },
  "bad-distilled-base": {
    cause:
      "A distilled base contains only named INT, FLOAT, ENUM, STRUCT, UNION and FWD types. This one contains something else, so another tool made it, or it is damaged. The same error appears if a module cannot be relocated onto the -B with which it is to be read.",
    cure: "Distill the module again from its original. 'btfx relocate -n MODULE -B vmlinux' shows what does not relocate.",
  },
  "wrong-base": {
    cause:
      "Split BTF continues the types and strings of the vmlinux that it was built against. With another vmlinux, ids and names refer to something else. btfx notices: most names that the module takes from the base begin inside other names, or the vermagic names another release. A kernel refuses the BTF of such a module at load (failed to validate module BTF: -22).",
    cure: "Give the vmlinux of the release in the module's vermagic ('modinfo -F vermagic MODULE'), from the very same build. When you build modules, do not use /sys/kernel/btf/vmlinux of the running kernel as the vmlinux of a build tree. If you know better, --force overrides the check.",
  },
  "kernel-too-old": {
    cause:
      "Kernels read .BTF.base from 6.11 on, or if a distribution backported it. An older kernel ignores the section and reads the module's types as split BTF on its own, which they no longer are.",
    cure: "Leave the module as it is: it fits the kernel that it was built for. --force distills it anyway.",
  },
  "no-btf": {
    cause:
      "The file is readable but has no .BTF section. Either a kernel was built without CONFIG_DEBUG_INFO_BTF; a module was built without a vmlinux in the build tree (Skipping BTF generation … due to unavailability of vmlinux); a program was compiled without -g; or 'strip' removed the section.",
    cure: "Build with BTF: CONFIG_DEBUG_INFO_BTF=y (and _MODULES) for kernels, a vmlinux in the build tree for modules, 'clang -g' for BPF programs. BTF cannot be made from a stripped file.",
  },
  "no-release": {
    cause:
      "The release of a kernel is in its banner (Linux version …), that of a module in its vermagic. Raw BTF has neither.",
    cure: "Give the vmlinux, the vmlinuz or the module itself.",
  },
  "no-ext": {
    cause:
      ".BTF.ext describes the code of a BPF object: functions, source lines, CO-RE relocations. The object was compiled without -g, or was stripped, or the file is not a BPF object.",
    cure: "Compile it with 'clang -target bpf -g -O2 -c', and strip it with 'llvm-strip -g' only, which keeps the section.",
  },
  "no-base": {
    cause:
      "A module can only be read with its vmlinux. None was given, and none was found for the release in the module's vermagic where kernels and distributions keep it; or the module does not say which release it was built for.",
    cure: "Give it with -B: a vmlinux, a vmlinuz or raw BTF. Debug packages of the distribution contain a vmlinux. For the running kernel, use -B /sys/kernel/btf/vmlinux.",
  },
  "bad-elf": {
    cause:
      "The ELF header, the section table or a symbol table contradicts itself, or the section that is needed has no bytes in the file (NOBITS, as in files of separate debug information).",
    cure: "Give the file that was built, not the one with its separate debug information. If it is the file that was built, it is damaged; 'readelf -S FILE' shows the sections.",
  },
  "bad-relocation": {
    cause:
      "A CO-RE relocation of a BPF object cannot be resolved for this kernel, in a way for which libbpf refuses the whole object.",
    cure: "'btfx verify OBJECT -B KERNEL --explain' prints each step of each relocation. Compile the object again with a newer clang if the record itself is wrong.",
  },
  "bad-ext": {
    cause:
      "The records of .BTF.ext have a wrong size, run past the section, or refer to functions, lines or types that do not exist.",
    cure: "Compile the object again. A tool that rewrites sections of BPF objects (a linker, a stripper) may have left .BTF.ext unchanged.",
  },
  "bad-btf-ids": {
    cause:
      ".BTF_ids lists the ids of types and functions. Only the symbols __BTF_ID__* tell the meaning of each word. They were stripped, or they contradict the section.",
    cure: "Distill the module before it is stripped. 'strip --strip-debug' keeps the symbols, 'strip --strip-unneeded' removes them.",
  },
  "bad-container": {
    cause:
      "The compressed file or the kernel image around the BTF is damaged: a checksum differs, a field contradicts another, or the stream cannot be decoded.",
    cure: "Download or copy it again. If 'xz -t', 'zstd -t' or 'gzip -t' report damage as well, the file was damaged before.",
  },
  "too-large": {
    cause:
      "The size of a pipe or of decompressed data is limited, so that a small file cannot fill the memory. This one announces more, or exceeds the limit. Or the types need more memory than the 4 GiB that btfx can use for them.",
    cure: "If you trust the file or pipe, raise the limit: --max-size 4G. No kernel has types that need so much memory: such a file is damaged, or made to do harm.",
  },
  signed: {
    cause:
      "A module ends with a signature of its bytes. Any change makes the signature invalid, so btfx removes it. With --in-place, the signed original would be lost.",
    cure: "Sign the new module with --sign-with 'scripts/sign-file sha256 KEY CERT', or add --strip-signature and sign it later, or write elsewhere with -o.",
  },
  "sign-failed": {
    cause:
      "The option --sign-with runs its command with the path of each new module as the last argument. The command must append a signature to that file, as the kernel's 'sign-file' does. It failed, was not found, changed the module, or appended nothing (like 'sign-file -d', which writes the signature to a separate file).",
    cure: "Run the command by hand on a copy of the module: 'COMMAND copy.ko' must end with 0, and 'modinfo copy.ko' then shows a signer. The module was not written.",
  },
  exists: {
    cause:
      "The output file exists already, or another input or output has the same path. btfx overwrites nothing unless it is told to.",
    cure: "Choose another -o, or overwrite with --force. After an interrupted run, --resume does only what is left.",
  },
  unsupported: {
    cause:
      "This version knows the form of the input but does not read or write it, or no compiler makes such input and working on it would take practically forever.",
    cure: "The message says what is not supported. Convert the file first if possible ('xz -dk', 'objcopy --decompress-debug-sections'). The raw format works in more cases than C.",
  },
  io: {
    cause:
      "The operating system refused to open, read or write the file: it does not exist, permission is missing, the disk is full, it is a directory, or it changed while it was read.",
    cure: "The message has the reason that the system gives. On some distributions, only root can read /boot/vmlinuz-* and parts of /lib/modules.",
  },
  "bad-results": {
    cause:
      "'btfx report' reads what verify, distill, relocate and stats print with --jsonl. The file is something else, is cut off, or comes from another run than the first one. Or the files do not have the results of all inputs: the file of a shard is missing, or a shard was stopped.",
    cure: "Give the files of all shards of one run: the same command, bases and inputs. Run a shard again that was stopped or whose file is cut off.",
  },
  crashed: {
    cause:
      "If there are many inputs, several threads work on them. One of them ended while it worked on this input, usually for lack of memory.",
    cure: "Try this input alone. With little memory, use fewer threads: --jobs 1.",
  },
  bug: {
    cause:
      "Something happened that btfx does not expect. The input may be the reason, but it should get a proper error.",
    cure: "Set BTFX_DEBUG=1 to see the stack trace, and report it together with the input.",
  },
  usage: {
    cause: "An option, a command or a name is unknown, is missing, or contradicts another one.",
    cure: "'btfx help COMMAND' lists all options, with examples.",
  },
};

/**
 * The rules by which a type of a kernel matches one of a distilled base. A type that does not relocate breaks one of
 * them.
 */
const RULES: Readonly<Record<BrokenRule, ErrorHelp>> = {
  missing: {
    meaning: "the kernel has no type of this name and kind",
    cause:
      "The kernel that the module was built against has the type, this one does not: it was renamed or removed, or the configuration leaves it out.",
    cure: "Build the module against this kernel. If nothing in the module uses the type, 'btfx distill --prune' leaves it out; the message says so.",
  },
  "size-differs": {
    meaning: "the kernel's type has another size, and the module contains it by value",
    cause:
      "Members were added, removed or changed. If a module has the type inside its own structs, everything behind it would move. Types that are only pointed to may differ in size, unless several types of the same name make that ambiguous.",
    cure: "Build the module against this kernel. 'btfx diff OLD NEW --name TYPE' shows what changed.",
  },
  "kind-differs": {
    meaning: "the kernel uses the name for a type of another kind",
    cause: "A struct became a union, an enum a struct, or the name now means something else.",
    cure: "Build the module against this kernel: the meaning of the name has changed.",
  },
  "int-encoding-differs": {
    meaning: "the kernel's integer has another sign, or only one of the two is a char or bool",
    cause:
      "The kernels were compiled with other options (-funsigned-char since 6.2), or for another architecture.",
    cure: "Build the module against this kernel.",
  },
  "several-candidates": {
    meaning: "the kernel has several types of this name, and nothing tells which one is meant",
    cause:
      "A distilled base has only names and sizes. If a kernel has two structs of one name, for instance in two drivers, and both fit, it refuses to guess.",
    cure: "Usually no other kernel helps, not even the one that the module was built for. 'btfx distill --prune' leaves the type out if nothing in the module uses it.",
  },
  "bitfield-hides-forward": {
    meaning: "a forward declaration does not find its struct, because that has bitfields",
    cause:
      "The kernel and libbpf compare a flag of the forward declaration (struct or union) with a flag of the struct that has another meaning (it has bitfields).",
    cure: "'btfx distill --prune' leaves the declaration out if nothing uses it. Otherwise build the module against this kernel.",
  },
  anonymous: {
    meaning: "the distilled base contains a type without a name",
    cause:
      "Types are found by name. A tool other than libbpf, pahole or btfx wrote this base, or it is damaged.",
    cure: "Distill the module again from its original.",
  },
  "unexpected-kind": {
    meaning: "the distilled base contains a type of a kind that is not allowed there",
    cause:
      "A distilled base contains only INT, FLOAT, ENUM, STRUCT, UNION and FWD. A tool other than libbpf, pahole or btfx wrote this one, or it is damaged.",
    cure: "Distill the module again from its original.",
  },
  "unmapped-string": {
    meaning: "a name of the module is in the distilled base, but not in the kernel",
    cause:
      "Names in the distilled base belong to its types. One that belongs to none of them cannot be looked up.",
    cure: "Distill the module again from its original.",
  },
  "empty-name-in-base": {
    meaning: "the kernel's own BTF has a type whose name is an empty string at an offset that is not 0",
    cause: "The BTF given with -B is damaged or forged; no compiler writes it.",
    cure: "Give the kernel's vmlinux as it was built.",
  },
};

const OF_UNMAPPED: ErrorHelp = {
  meaning: "a type of the module's distilled base has no counterpart in the kernel",
  cause:
    "A distilled module names the types of the kernel that it needs, with their sizes. At load the kernel looks for each of them. It refuses the module if one does not exist, has another size where that matters, or is ambiguous. The `rule` of the failure says which.",
  cure: "Build the module against this kernel. If nothing in the module uses the types that do not fit, 'btfx distill --prune' leaves them out. 'btfx help errors RULE' explains the rule, 'btfx diff OLD NEW --module MODULE' shows what changed.",
};

/** All codes that can be explained: errors first, then `unmapped` and its rules. */
export const EXPLAINED_CODES: readonly ExplainedCode[] = [
  ...(Object.keys(CAUSES) as ErrorCode[]),
  UNMAPPED,
  ...(Object.keys(RULES) as BrokenRule[]),
];

/** Whether a code belongs to a type that does not relocate: `unmapped`, or the rule that it breaks. */
export function isRelocationRule(code: ExplainedCode): boolean {
  return code === UNMAPPED || isOf(RULES, code);
}

/** Help on a code; undefined for an unknown code. */
export function explainError(code: string): ErrorHelp | undefined {
  if (isOf(CAUSES, code)) return { meaning: ERROR_CODES[code], ...CAUSES[code] };
  if (code === UNMAPPED) return OF_UNMAPPED;
  return isOf(RULES, code) ? RULES[code] : undefined;
}

function isOf<Key extends string>(table: Readonly<Record<Key, unknown>>, key: string): key is Key {
  return Object.hasOwn(table, key);
}
