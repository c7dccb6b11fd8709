import type { BrokenRule } from "../engine/match.ts";
import { ERROR_CODES, type ErrorCode } from "../errors.ts";

/** Help on an error: its meaning, its cause and its cure, in whole sentences with commands in quotes. */
export interface ErrorHelp {
  readonly meaning: string;
  readonly cause: string;
  readonly cure: string;
}

/** The code of a failure in JSON that is no {@link ErrorCode}: a type that does not relocate, with the rule that it breaks. */
export const UNMAPPED = "unmapped";

/** A code that can be explained: of an error, of a type that does not relocate, or the rule that such a type breaks. */
export type ExplainedCode = ErrorCode | typeof UNMAPPED | BrokenRule;

type CauseAndCure = Omit<ErrorHelp, "meaning">;

/** Causes and cures of errors. {@link ERROR_CODES} has the meaning of each in one line. */
const CAUSES: Readonly<Record<ErrorCode, CauseAndCure>> = {
  truncated: {
    cause:
      "A header, a section table or a compressed stream says how long the data is, and the file ends before. Most often a copy or a download was cut off, a disk was full, or 'objcopy' took out a part of a section.",
    cure: "Copy, download or build the file again and compare its size with the original. The place in the message says where the data ends.",
  },
  "bad-magic": {
    cause:
      "The file does not begin with the magic number of BTF (0xeb9f in either byte order) or of ELF, and is not compressed data or a boot image that is known here. Often it is a text file, a package (.deb, .rpm), an archive, or the pointer file of Git LFS.",
    cure: "Give a vmlinux, a vmlinuz, a module (.ko), a BPF object (.o) or raw BTF such as /sys/kernel/btf/vmlinux. Unpack packages and archives first.",
  },
  "bad-header": {
    cause:
      "Offsets and lengths in the BTF header overlap, run past the end, or leave bytes that belong to nothing. Either the section is damaged, or a linker that does not merge BTF put the sections of several objects one behind the other.",
    cure: "Build the file again. BTF of several objects is merged by pahole, or by 'btfx dump A.ko B.ko -B vmlinux' if they are modules.",
  },
  "bad-strings": {
    cause:
      "The string section must begin with a NUL byte, in standalone BTF, and end with one; or a single name is longer than anything that a compiler writes. The section is damaged or cut short.",
    cure: "Build the file again. If it is the BTF of a module, give the vmlinux that it was built against with -B.",
  },
  "needs-base": {
    cause:
      "The BTF of a module is split: it holds only what the module adds, and its type ids and names go on where those of its vmlinux end. Without that vmlinux it means nothing. The same is said where a module was given as -B, in the place of the vmlinux.",
    cure: "Give the vmlinux that the module was built against: 'btfx dump veth.ko -B vmlinux'. A distilled module (with .BTF.base) needs none.",
  },
  "bad-layout": {
    cause:
      "The layout section, which newer BTF has for readers that do not know all its kinds, holds sizes that are no multiples of four, or is shorter than the kinds in use.",
    cure: "The BTF is damaged or its producer is at fault: build it again with a released pahole or resolve_btfids.",
  },
  "bad-type": {
    cause:
      "A type record says that it has more elements than the section has room for, or is of a kind that is neither known here nor described by a layout section. The BTF is damaged, or newer than this version of btfx.",
    cure: "Update btfx. If the kind stays unknown, look at what wrote the file: 'readelf -p .comment FILE' tells the compiler.",
  },
  "bad-name-off": {
    cause:
      "A type, member or parameter takes its name from a place behind the end of the strings. Of split BTF this is the mark of a wrong base: the offset was meant for the strings of another vmlinux.",
    cure: "Give the vmlinux that the module was built against with -B. 'btfx verify MODULE -B vmlinux' says whether it is the right one.",
  },
  "bad-type-id": {
    cause:
      "A type refers to an id that does not exist, to one that may not stand there (a VAR as the type of a member, say), or to itself in a loop. Of split BTF this often means a wrong base.",
    cure: "Give the vmlinux that the module was built against. If the base is right, or there is none, the BTF is damaged: build it again.",
  },
  "unknown-kind": {
    cause:
      "The BTF has a layout section and a kind that this version does not know. Such types can be stepped over, and so dumped raw; they cannot be rewritten or printed as C, since nobody can say which of their words are type ids.",
    cure: "Update btfx. 'btfx dump FILE format raw' prints what is known.",
  },
  "not-split": {
    cause:
      "The command works on the BTF of modules, which is split from that of a vmlinux. This BTF stands alone: it is that of a vmlinux or of a BPF object. Often module and vmlinux were swapped.",
    cure: "Give modules as arguments and their vmlinux with -B: 'btfx distill veth.ko -B vmlinux'.",
  },
  "not-distillable": {
    cause:
      "The module's types refer to base types that a distilled base cannot hold, such as functions, variables or tags. Compilers and pahole never write such references, so the base is most likely the wrong one.",
    cure: "Give the vmlinux that the module was built against: 'btfx verify MODULE -B vmlinux' says whether it is.",
  },
  "not-distilled": {
    cause:
      "To relocate is to go from a distilled base to a kernel's types. The module has no .BTF.base section, or no NAME.BTF.base lies beside the raw BTF.",
    cure: "Distill it first, against the vmlinux that it was built against: 'btfx distill MODULE -B vmlinux'. For raw BTF there is --distilled-base FILE.",
  },
  "bad-distilled-base": {
    cause:
      "A distilled base holds named INT, FLOAT, ENUM, STRUCT, UNION and FWD types only. Something else is in this one, so another tool made it or it is damaged. The same is said where a module does not relocate onto the -B that it is to be read with.",
    cure: "Distill the module again from its original. 'btfx relocate -n MODULE -B vmlinux' tells what does not relocate.",
  },
  "wrong-base": {
    cause:
      "Split BTF counts on from the types and strings of the vmlinux that it was built against. With another one, ids and names point at something else. It shows: most names that the module takes from the base begin in the middle of other names, or the vermagic names another release. A kernel refuses the BTF of such a module at load (failed to validate module BTF: -22).",
    cure: "Give the vmlinux of the release in the module's vermagic ('modinfo -F vermagic MODULE'), of the very same build. To build modules of your own, do not take /sys/kernel/btf/vmlinux of the running kernel for the vmlinux of a build tree. --force overrides, if you know better.",
  },
  "kernel-too-old": {
    cause:
      "Kernels read .BTF.base from 6.11 on, or where a distribution brought it back. An older kernel ignores the section and takes the module's types for split BTF on itself, which they no longer are.",
    cure: "Leave the module as it is: it fits the kernel that it was built for. --force distils it all the same.",
  },
  "no-btf": {
    cause:
      "The file is readable but has no .BTF section. A kernel was built without CONFIG_DEBUG_INFO_BTF; a module was built while no vmlinux was at hand (Skipping BTF generation … due to unavailability of vmlinux); a program was compiled without -g; or 'strip' removed the section.",
    cure: "Build with BTF: CONFIG_DEBUG_INFO_BTF=y (and _MODULES) for kernels, a vmlinux in the build tree for modules, 'clang -g' for BPF programs. BTF cannot be made afterwards from a stripped file.",
  },
  "no-release": {
    cause:
      "The release of a kernel stands in its banner (Linux version …), that of a module in its vermagic. Raw BTF has neither.",
    cure: "Give the vmlinux, the vmlinuz or the module itself.",
  },
  "no-ext": {
    cause:
      ".BTF.ext holds what the compiler says of a BPF object's code: functions, source lines, CO-RE relocations. The object was compiled without -g, or was stripped, or is no BPF object.",
    cure: "Compile it with 'clang -target bpf -g -O2 -c', and strip it with 'llvm-strip -g' only, which keeps the section.",
  },
  "no-base": {
    cause:
      "A module can be read only with its vmlinux. None was given, and none was found for the release in the module's vermagic in the places where kernels and distributions keep it; or the module does not say which release it was built for.",
    cure: "Give it with -B: a vmlinux, a vmlinuz or raw BTF. Debug packages of the distribution hold a vmlinux; for the running kernel -B /sys/kernel/btf/vmlinux will do.",
  },
  "bad-elf": {
    cause:
      "The ELF header, the section table or a symbol table contradicts itself, or the section that is needed has no bytes in the file (NOBITS, as in files of separate debug information).",
    cure: "Give the file that was built, not the one that holds its debug information only. If it is that one, it is damaged: 'readelf -S FILE' shows the sections.",
  },
  "bad-relocation": {
    cause:
      "A CO-RE relocation of a BPF object names something that cannot be resolved for this kernel, in a way that libbpf refuses the whole object for.",
    cure: "'btfx verify OBJECT -B KERNEL --explain' tells each step of each relocation. Compile the object again with a newer clang if the record itself is wrong.",
  },
  "bad-ext": {
    cause:
      "The records of .BTF.ext are of a wrong size, run past the section, or name functions, lines or types that are not there.",
    cure: "Compile the object again. A tool that rewrites sections of BPF objects (a linker, a stripper) may have left .BTF.ext as it was.",
  },
  "bad-btf-ids": {
    cause:
      ".BTF_ids lists the ids of types and functions; which word is what stands only in the symbols __BTF_ID__*. They were stripped, or they contradict the section.",
    cure: "Distill the module before it is stripped. 'strip --strip-debug' keeps the symbols, 'strip --strip-unneeded' removes them.",
  },
  "bad-container": {
    cause:
      "The compressed file or the kernel image around the BTF is damaged: a checksum differs, a field contradicts another, or the stream cannot be decoded.",
    cure: "Download or copy it again. 'xz -t', 'zstd -t' or 'gzip -t' say the same of it if the damage was there before.",
  },
  "too-large": {
    cause:
      "What a compressed file or a pipe may hold is bounded, so that a small file cannot fill the memory. This one announces more, or went on beyond it. Or the types are more than work on them has memory for, which is 4 GiB.",
    cure: "If a file that is packed or piped is trusted, raise the limit: --max-size 4G. Types that are more than memory holds are those of no kernel: the file is damaged, or made to do harm.",
  },
  signed: {
    cause:
      "The signature at the end of a module is one of its bytes. Whoever changes a byte makes the signature invalid, so it is dropped; with --in-place the signed original would be lost.",
    cure: "Have the new module signed with --sign-with 'scripts/sign-file sha256 KEY CERT', or add --strip-signature and sign it later, or write elsewhere with -o.",
  },
  "sign-failed": {
    cause:
      "The command of --sign-with is run with the path of each new module behind it, and must append a signature to that file as the kernel's 'sign-file' does. It ended with an error, was not found, changed the module, or appended nothing (as 'sign-file -d' does, whose signature is a file of its own).",
    cure: "Run the command by hand on a copy of the module: 'COMMAND copy.ko' must end with 0, and 'modinfo copy.ko' then shows a signer. The module was not written.",
  },
  exists: {
    cause:
      "A file is where the output would be written, or another input or output has the same path. Nothing is overwritten unasked.",
    cure: "Choose another -o, or overwrite with --force. After a run that was stopped, --resume does only what is left.",
  },
  unsupported: {
    cause:
      "The input is of a form that this version knows but does not read or write, or such that no compiler makes it and that it would take without end to work on.",
    cure: "The message says what it is about. Convert the file first if there is a way ('xz -dk', 'objcopy --decompress-debug-sections'); printing with format raw works in more cases than C.",
  },
  io: {
    cause:
      "The operating system refused to open, read or write the file: it is not there, permission is missing, the disk is full, it is a directory, or the file changed while it was read.",
    cure: "The message has the reason of the system. /boot/vmlinuz-* and parts of /lib/modules are readable for root only on some distributions.",
  },
  "bad-results": {
    cause:
      "'btfx report' reads what verify, distill, relocate and stats print with --jsonl. The file is something else, is cut off, or is of another run than the first one.",
    cure: "Give the files of all shards of one run: the same command, bases and inputs. Run a shard again whose file is cut off.",
  },
  crashed: {
    cause:
      "Several threads work on many inputs, and one of them ended in the middle of this one: as a rule for want of memory.",
    cure: "Try this input alone. With little memory, use fewer threads: --jobs 1.",
  },
  bug: {
    cause:
      "Something happened that btfx does not foresee. The input may be the reason, but should get a proper error.",
    cure: "Set BTFX_DEBUG=1 to see where, and report it together with the input.",
  },
  usage: {
    cause: "An option, a command or a name is unknown, is missing, or contradicts another one.",
    cure: "'btfx help COMMAND' has all options, with examples.",
  },
};

/** The rules by which a type of a distilled base stands for one of a kernel; a type that does not relocate breaks one. */
const RULES: Readonly<Record<BrokenRule, ErrorHelp>> = {
  missing: {
    meaning: "the kernel has no type of this name and kind",
    cause:
      "The kernel that the module was built against has the type, this one does not: it was renamed, removed, or is left out by its configuration.",
    cure: "Build the module against this kernel. If nothing in the module uses the type, 'btfx distill --prune' leaves it out, which the message says.",
  },
  "size-differs": {
    meaning: "the kernel's type is of another size, and the module holds it by value",
    cause:
      "Members were added, removed or changed. Where a module has the type inside its own structs, all that follows would lie elsewhere. Types that are only pointed to may differ in size, unless several of the same name make it ambiguous.",
    cure: "Build the module against this kernel. 'btfx diff OLD NEW --name TYPE' tells what changed.",
  },
  "kind-differs": {
    meaning: "the kernel has the name for a type of another kind",
    cause: "A struct became a union, an enum a struct, or the name is now that of something else.",
    cure: "Build the module against this kernel: what the name means has changed.",
  },
  "int-encoding-differs": {
    meaning: "the kernel's integer is of another sign, or is a char or bool where the other is none",
    cause:
      "The kernels were compiled with other options (-funsigned-char since 6.2), or for another architecture.",
    cure: "Build the module against this kernel.",
  },
  "several-candidates": {
    meaning: "the kernel has several types of this name, and nothing tells which is meant",
    cause:
      "Distilled bases hold name and size only. Where a kernel has two structs of one name, for instance in two drivers, and both fit, the kernel refuses to guess.",
    cure: "No other kernel helps as a rule, also not the one that the module was built for. 'btfx distill --prune' leaves the type out if nothing in the module uses it.",
  },
  "bitfield-hides-forward": {
    meaning: "a forward declaration does not find its struct, because that has bitfields",
    cause:
      "Kernel and libbpf compare a flag of the forward declaration (struct or union) with one of the struct that means something else there (it has bitfields).",
    cure: "'btfx distill --prune' leaves the declaration out if nothing uses it; else build the module against this kernel.",
  },
  anonymous: {
    meaning: "the distilled base holds a type without a name",
    cause:
      "Types are found by name. A tool other than libbpf, pahole or btfx wrote this base, or it is damaged.",
    cure: "Distill the module again from its original.",
  },
  "unexpected-kind": {
    meaning: "the distilled base holds a type of a kind that it may not",
    cause:
      "A distilled base holds INT, FLOAT, ENUM, STRUCT, UNION and FWD only. A tool other than libbpf, pahole or btfx wrote this one, or it is damaged.",
    cure: "Distill the module again from its original.",
  },
  "unmapped-string": {
    meaning: "a name of the module lies in the distilled base and is not found in the kernel",
    cause:
      "Names in the distilled base belong to its types. One that belongs to none of them cannot be looked up.",
    cure: "Distill the module again from its original.",
  },
  "empty-name-in-base": {
    meaning: "the kernel's own BTF has a type whose name is an empty string at an offset that is not 0",
    cause: "The BTF given with -B is damaged or was made to look so; no compiler writes it.",
    cure: "Give the kernel's vmlinux as it was built.",
  },
};

const OF_UNMAPPED: ErrorHelp = {
  meaning: "a type of the module's distilled base has no counterpart in the kernel",
  cause:
    "A distilled module says by name and size which types of the kernel it needs, and how. At load the kernel looks for each of them, and refuses the module if one is not there, is of another size where that counts, or is ambiguous. The `rule` of the failure says which.",
  cure: "Build the module against the kernel at hand. Where only types are in the way that nothing in the module uses, 'btfx distill --prune' leaves them out. 'btfx help errors RULE' explains the rule, 'btfx diff OLD NEW --module MODULE' what changed.",
};

/** All codes that can be explained: errors first, then `unmapped` and its rules. */
export const EXPLAINED_CODES: readonly ExplainedCode[] = [
  ...(Object.keys(CAUSES) as ErrorCode[]),
  UNMAPPED,
  ...(Object.keys(RULES) as BrokenRule[]),
];

/** Whether a code is of a type that does not relocate: `unmapped` or the rule that it breaks. */
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
