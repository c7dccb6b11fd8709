/** An option of pahole, with its counterpart here. */
interface PaholeOption {
  /** Its spellings, as pahole has them. */
  readonly flags: readonly string[];
  /** The option of btfx that replaces it. Every command that has this option understands it. */
  readonly own?: string;
  /** A command line here that does the same. */
  readonly here?: string;
  /** A remark if there is no counterpart, or if a command line does not say everything. */
  readonly note?: string;
}

/** The most used options of pahole, a row for each. If a letter has two meanings, the first row counts. */
const OPTIONS: readonly PaholeOption[] = [
  { flags: ["--class_name"], own: "--name", here: "btfx layout -C NAME" },
  { flags: ["--expand_types"], own: "--expand", here: "btfx layout -E" },
  { flags: ["--nr_members"], own: "--nr-members", here: "btfx layout -n" },
  { flags: ["--btf_base"], own: "--base-btf", here: "-B VMLINUX" },
  { flags: ["--find_pointers_to"], own: "--pointers-to", here: "btfx who NAME --only points" },
  { flags: ["--contains_enumerator"], own: "--contains-enumerator", here: "btfx who ENUMERATOR" },
  { flags: ["--bit_holes"], own: "--bit-holes", here: "btfx layout --bit-holes N" },
  { flags: ["--hole_size_ge"], own: "--hole-size-ge", here: "btfx layout --hole-size-ge BYTES" },
  { flags: ["--padding_ge"], own: "--padding-ge", here: "btfx layout --padding-ge BYTES" },
  {
    flags: ["--with_flexible_array"],
    own: "--with-flexible-array",
    here: "btfx layout --with-flexible-array",
  },
  {
    flags: ["--with_embedded_flexible_array"],
    note: "'btfx layout --with-flexible-array' finds structs that end in one",
  },
  { flags: ["--prefix_filter"], own: "--prefix-filter", here: "btfx layout -y PREFIX" },
  { flags: ["-C", "--name"], here: "btfx layout NAME FILE" },
  { flags: ["-i", "--contains"], here: "btfx who NAME --only embeds" },
  { flags: ["-f", "--pointers-to"], here: "btfx who NAME --only points" },
  { flags: ["-E", "--expand"], here: "btfx layout -E" },
  { flags: ["-s", "--sizes"], here: "btfx layout -s" },
  { flags: ["-n", "--nr-members"], here: "btfx layout -n" },
  { flags: ["-H", "--holes"], here: "btfx layout -H N" },
  { flags: ["-P", "--packable"], here: "btfx layout -P" },
  {
    flags: ["-R", "--reorganize", "-S", "--show_reorg_steps"],
    here: "btfx layout -P",
    note: "it prints how much smaller",
  },
  { flags: ["-t", "--separator"], here: "btfx layout -s -t SEP" },
  { flags: ["--sort"], here: "btfx layout --sort" },
  { flags: ["--structs"], here: "btfx layout --structs" },
  { flags: ["--unions"], here: "btfx layout --unions" },
  { flags: ["--hex"], here: "btfx layout --hex" },
  { flags: ["--compile"], here: "btfx dump FILE format c" },
  { flags: ["-y", "--prefix-filter"], here: "btfx layout -y PREFIX" },
  { flags: ["-x", "--exclude"], here: "btfx layout -x PREFIX" },
  { flags: ["-z"], here: "btfx layout --hole-size-ge BYTES" },
  { flags: ["-N", "--class_name_len"], here: "btfx layout -s", note: "it prints names and sizes" },
  { flags: ["-q", "--quiet"], here: "btfx layout -j", note: "nothing but members, for programs" },
  { flags: ["-M", "--show_only_data_members"], note: "BTF has no member functions" },
  {
    flags: ["-a", "--anon_include", "-A", "--nested_anon_include"],
    note: "types without a name are printed inside the types that contain them",
  },
  {
    flags: ["-r", "--rel_offset"],
    here: "btfx layout -E",
    note: "offsets count from the outermost type, and 'btfx layout INNER' prints an inner type with its own offsets",
  },
  { flags: ["-p", "--expand_pointers"], here: "btfx dump FILE format c --root NAME" },
  { flags: ["-c", "--cacheline_size"], note: "cache lines have 64 bytes" },
  {
    flags: ["--prettify", "--header_type", "--count", "--skip", "--seek_bytes", "--size_bytes", "--range"],
    note: "btfx prints types, not data",
  },
  {
    flags: [
      ...["-I", "--show_decl_info", "-D", "--decl_exclude", "-X", "--cu_exclude"],
      ...["-u", "--defined_in", "-m", "--nr_methods", "--show_private_classes", "-T", "--nr_definitions"],
    ],
    note: "BTF does not say in which source file a type is defined, nor how often",
  },
  { flags: ["--skip_missing"], here: "btfx layout 'NAME*'", note: "a glob need not fit anything" },
  { flags: ["--jobs"], here: "btfx verify --jobs N", note: "commands over many modules have it" },
  {
    flags: ["--btf_features", "--btf_features_strict", "--features"],
    here: "btfx distill",
    note: "it stands for distilled_base; the others are about making BTF",
  },
  {
    flags: [
      ...["-J", "--btf_encode", "--btf_encode_detached", "--btf_encode_force", "--btf_attributes"],
      ...["--btf_gen_all", "--btf_gen_floats", "--btf_gen_optimized", "--encode_btf_global_vars"],
      ...["--skip_encoding_btf_decl_tag", "--skip_encoding_btf_enum64", "--skip_encoding_btf_type_tag"],
      ...["--skip_encoding_btf_inconsistent_proto", "--skip_encoding_btf_vars", "--reproducible_build"],
      ...["--supported_btf_features", "-Z", "--ctf_encode"],
    ],
    note: "pahole makes BTF from DWARF, which btfx does not read",
  },
  { flags: ["-F", "--format_path"], note: "btfx reads only BTF" },
  { flags: ["--lang", "--lang_exclude"], note: "pahole chooses languages where it makes BTF" },
  {
    flags: [
      ...["-l", "--show_first_biggest_size_base_type_member", "-w", "--word_size", "--flat_arrays"],
      ...["--suppress_aligned_attribute", "--suppress_force_paddings", "--suppress_packed"],
      ...["--fixup_silly_bitfields", "--kabi_prefix", "--first_obj_only", "--ptr_table_stats", "--hashbits"],
      ...["--classes_as_structs", "--skip_emitting_atomic_typedefs", "--recursive", "--verbose"],
    ],
    note: "btfx prints types as pahole does without it",
  },
  { flags: ["-?", "--usage"], here: "btfx help layout" },
  { flags: ["--numeric_version", "--devel_version"], here: "btfx --version" },
  { flags: ["--running_kernel_vmlinux"], note: "without a FILE, btfx takes the running kernel's types" },
];

const BY_FLAG: ReadonlyMap<string, PaholeOption> = new Map(
  OPTIONS.toReversed().flatMap((option) => option.flags.map((flag) => [flag, option])),
);

/** `-F btf` in all spellings: it changes nothing here. */
const ONLY_BTF = /^(-F ?|--format_path[ =])btf$/;

/** The words of a command line with pahole's names of options in ours, without `-F btf`. */
export function withOwnNames(argv: readonly string[]): string[] {
  const words: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    if (ONLY_BTF.test(argv[i])) continue;
    if (ONLY_BTF.test(`${argv[i]} ${argv[i + 1]}`)) i++;
    else words.push(ownName(argv[i]));
  }
  return words;
}

/** The option that was given where `withOwnNames` made `flag` of it. */
export function typedFor(flag: string, argv: readonly string[]): string {
  return argv.map((word) => word.split("=")[0]).find((word) => ownName(word) === flag) ?? flag;
}

function ownName(word: string): string {
  const [option, ...value] = word.split("=");
  const own = BY_FLAG.get(option)?.own;
  return own === undefined ? word : [own, ...value].join("=");
}

/** The counterpart of an option of pahole, which may be abbreviated, as a sentence; undefined for unknown options. */
export function paholeCounterpart(typed: string): string | undefined {
  const flag = BY_FLAG.has(typed) ? typed : writtenOut(typed);
  const option = BY_FLAG.get(flag);
  if (option === undefined) return undefined;
  const { here, note } = option;
  if (here === undefined) return `pahole's ${flag} has no counterpart here: ${note}`;
  return `pahole's ${flag} is '${here}' here${note === undefined ? "" : `: ${note}`}`;
}

/** The only long option of pahole that begins with a word. */
function writtenOut(word: string): string {
  const long = word.length > 3 ? [...BY_FLAG.keys()].filter((flag) => flag.startsWith(word)) : [];
  return long.length === 1 && word.startsWith("--") ? long[0] : word;
}
