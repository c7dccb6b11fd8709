// Builds dist/: the command line (dist/bundle), and the library twice, for `import` (dist/esm) and `require`
// (dist/cjs). Their declarations are tsc's (src/tsconfig.build.json). Prints what is wrong, else nothing.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "rolldown";
import { licensePlugin } from "rolldown-license-plugin";
import { STUBS } from "./stubs/stubs.mjs";
import { buildLoops } from "./wasm/build.mjs";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

// The packages under `dependencies` are installed with btfx. All others are bundled, so that nobody needs to install
// them.
const { dependencies } = JSON.parse(readFileSync(path("../package.json"), "utf8"));
const INSTALLED = Object.keys(dependencies);

// The groups of files that become one file of the command line. To load a file takes about half a millisecond, and code
// that a command does not need takes time too. A group includes everything that its files import, so the lowest layers
// come first. Commands are loaded when they run.
const GROUPS = [
  // Everything that --version needs.
  {
    name: "start",
    test: /src\/(version|io\/packages\/[\w-]+|cli\/(bin|code-cache|cache-home|words\/version-words))\.ts$/,
  },
  {
    name: "main",
    test: /src\/errors\.ts$|src\/cli\/(run-process|main|host|short-run|exit|json|output\/safe|words\/colour-words)\.ts$|src\/io\/(attempt|file-names|file-source)\.ts$/,
  },
  {
    name: "program",
    test: /node_modules\/commander\/|src\/cli\/(definitions\/|(program|words\/(bpftool|dump|option|pahole)-words|output\/columns)\.ts$)/,
  },
  {
    name: "btf",
    test: /src\/(wasm\/(machine|web-assembly|lender|code\/dump)\.ts$|btf\/(?!ext|source-lines|bpf-code|string-index|share|find-btf))|src\/types\/(behind|effort|flat|nearest-words|pointer-size|type-errors)\.ts$|src\/dump\/sink\.ts$|src\/engine\/(rewritable|places|reach)\.ts$|src\/elf\/magic\.ts$|src\/image\/(look-inside|no-btf|what-it-is)\.ts$|src\/io\/(files-beside|read\/(btf-file|distilled-btf|find-vmlinux|parsed-btf|running-release|vmlinux)|write\/(ids-beside|ids-of-module))\.ts$/,
  },
  // Split BTF, and what else is judged on a base.
  {
    name: "split",
    test: /src\/engine\/(parse-split|wrong-base|verify-memory|verify\/(doubtful|beyond-doubt|identifiers))\.ts$|src\/io\/read\/split-btf\.ts$/,
  },
  // Raw text and JSON of raw BTF, without code for ELF or C.
  {
    name: "dump",
    test: /src\/dump\/[\w-]+(?<!\/c|\/ext|layout-json|text)\.ts$|src\/types\/locations\.ts$|src\/cli\/commands\/dump\.ts$/,
  },
  { name: "types", test: /src\/types\/(?!member-path|similar-names|describe|flavours)/ },
  { name: "c", test: /src\/(dump\/c(\.ts$|\/)|wasm\/(code\/c|c-machine)\.ts$)/ },
  // Questions about single types: the words of the command line, then the search.
  {
    name: "asked",
    test: /src\/types\/similar-names\.ts$|src\/cli\/(words\/query-words|output\/wrong-base-warning)\.ts$/,
  },
  { name: "query", test: /src\/types\/(member-path|describe)\.ts$/ },
  // The choice of the kernel whose rules judge.
  { name: "kernel", test: /src\/engine\/(distilled-support|verify\/(kernel|kernel-choice))\.ts$/ },
  {
    name: "distilling",
    test: /src\/engine\/(distill|prune|sort)\.ts$|src\/wasm\/(code\/)?distill|src\/cli\/jobs\/bases\.ts$/,
  },
  { name: "relocating", test: /src\/engine\/(relocate|base-index|match|users)\.ts$/ },
  // Compressed files, boot images and pipes.
  {
    name: "packed",
    test: /src\/(container\/|wasm\/(code\/)?lzma)|src\/io\/(read-pipe|codecs\/(node-codecs|portable-codecs|xz-program|zstd-wasm))\.ts$/,
  },
  {
    name: "elf",
    test: /src\/elf\/(?!bpf-object|patch|placement|renumber|overwrite)|src\/engine\/remap-btf-ids\.ts$|src\/io\/(codecs\/inflate|write\/module-ids)\.ts$|node_modules\/(elfy|endian-reader)\//,
  },
  // `.BTF.ext`: what a BPF object says about its instructions.
  { name: "ext", test: /src\/btf\/(ext|ext-records)\.ts$/ },
  // Replacing whole files.
  { name: "write", test: /src\/io\/write\/(atomic-write|same-file)\.ts$/ },
  {
    name: "files",
    test: /src\/io\/(collect|found-links|codecs\/compress|read\/(subject|module))\.ts$/,
  },
  // Replacing sections of a .ko.
  { name: "patch", test: /src\/elf\/(patch|placement|renumber)\.ts$|src\/io\/write\/patched-module\.ts$/ },
  {
    name: "outputs",
    test: /src\/btf\/share\.ts$|src\/io\/(?!read-pipe|codecs\/|read\/(merged-btf|bpf-object|kernel-sides|modules-of-kernels|object-file|compared)|write\/(sign|written-object))/,
  },
  // Colours, and numbers in text.
  {
    name: "style",
    test: /src\/cli\/output\/style\.ts$|src\/report\/number-text\.ts$|node_modules\/chalk\//,
  },
  {
    name: "report",
    test: /src\/cli\/(batch\/(?!pool\.ts|worker)|commands\/kernel-modules\.ts$|output\/(error-text|object-text|table)\.ts$)|src\/cli\/jobs\/jobs\.ts$|src\/engine\/explain-failure\.ts$|src\/report\/(?!error-help|verify-page|rewrite-page|stats-page|diff|page|module-sections|kind-words|member-text|object-page|size)/,
  },
  { name: "rewrite", test: /src\/cli\/(commands\/rewrite|output\/(rewrite-text|page-file))\.ts$/ },
  // HTML pages.
  {
    name: "page",
    test: /src\/report\/(verify-page|rewrite-page|stats-page|object-page|page|page-assets|page-parts|module-sections|sizes-section)\.ts$|node_modules\/preact(-render-to-string)?\//,
  },
  {
    name: "diff",
    test: /src\/report\/(diff-summary|diff-history|diff-words|member-text)\.ts$|src\/cli\/commands\/diff\.ts$/,
  },
  // Short lists of words of the command line, which completion offers too.
  { name: "words", test: /src\/report\/kind-words\.ts$|src\/engine\/diff\/change\.ts$/ },
  { name: "merge", test: /src\/engine\/(dedup\/|merge\.ts$)|src\/btf\/string-index\.ts$/ },
  { name: "statistics", test: /src\/report\/size-statistics\.ts$|src\/cli\/output\/stats-text\.ts$/ },
  // The kernel's rules for single records. `distill` checks its output by them too.
  {
    name: "records",
    test: /src\/engine\/verify\/(walk|foresee|sections|metas|meta-rules|record-cursor|findings|log|rule|types-view|chains)\.ts$/,
  },
  {
    name: "verify",
    test: /src\/engine\/verify\/(?!verify-object|load-object|edited-btf|object-|check-ext|module-verifier|check-btf-ids)|src\/cli\/(commands\/verify|jobs\/verify-job|output\/verify-text)\.ts$/,
  },
  { name: "module-verdict", test: /src\/engine\/verify\/(module-verifier|check-btf-ids)\.ts$/ },
  // BPF objects as libbpf loads them.
  {
    name: "object",
    test: /src\/engine\/verify\/(verify-object|load-object|edited-btf|object-externs|object-kinds|check-ext)\.ts$|src\/io\/read\/object-file\.ts$/,
  },
  // CO-RE relocations of BPF objects, and whether their programs will load.
  {
    name: "core",
    test: /src\/engine\/core\/(?!attach|diagnose|find-name|judge|map-sizes|nearest|reach|struct-ops)|src\/types\/flavours\.ts$|src\/elf\/bpf-object\.ts$|src\/io\/read\/(bpf-object|kernel-sides)\.ts$/,
  },
  {
    name: "judge",
    test: /src\/engine\/core\/|src\/btf\/source-lines\.ts$|src\/cli\/jobs\/program-judge\.ts$/,
  },
];

// A shared file that is in no group would become a file of its own, and each command would start later. Code from the
// cache cannot import packages. Nobody would notice either, so the build fails.
const allGrouped = {
  name: "all-grouped",
  generateBundle(_options, bundle) {
    const chunks = Object.values(bundle).filter((each) => each.type === "chunk");
    const files = chunks.flatMap((chunk) => chunk.moduleIds);
    for (const { name, test } of GROUPS) {
      if (!files.some((id) => test.test(id))) this.error(`group ${name} matches no file`);
    }
    for (const { name, dynamicImports } of chunks) {
      const packages = dynamicImports.filter((file) => !(file in bundle));
      if (packages.length > 0 && name !== "start") this.error(`import() of ${packages}: see src/io/packages`);
    }
    const names = GROUPS.map((group) => group.name);
    for (const { name, moduleIds, isEntry, isDynamicEntry } of chunks) {
      const ours = moduleIds.filter((id) => id.includes("/src/"));
      if (ours.length > 0 && !isEntry && !isDynamicEntry && !names.includes(name)) {
        this.error(`several commands load ${ours.join(", ")}: name a group for it`);
      }
    }
  },
};

// The licences of the bundled packages require that their texts are distributed with them.
const licenses = licensePlugin({
  done(packages, context) {
    const texts = packages.map(({ name, version, license, licenseText }) => {
      return `${name} ${version}, ${license}\n\n${licenseText || "(The package comes without a text.)"}\n`;
    });
    context.emitFile({
      type: "asset",
      fileName: "LICENSES.txt",
      source: texts.join(`\n${"-".repeat(78)}\n\n`),
    });
  },
});

const commandLine = {
  input: {
    btfx: path("cli/bin.ts"),
    "run-process": path("cli/run-process.ts"),
    worker: path("cli/batch/worker.ts"),
  },
  platform: "node",
  external: INSTALLED,
  plugins: [allGrouped, licenses],
  resolve: { alias: STUBS },
  output: {
    dir: path("../dist/bundle"),
    cleanDir: true,
    format: "cjs",
    // Leaves out the checks whether a constant is initialised, which would run at each use until V8 optimises the code.
    topLevelVar: true,
    // bin/btfx.js calls the export `start` of start.cjs, and that calls `runProcess` of main.cjs (code-cache.ts).
    minifyInternalExports: false,
    // Less code to read at each start. Functions and classes keep their names, for reports of bugs.
    minify: { compress: true, mangle: { toplevel: true, keepNames: true }, codegen: true },
    // If one character is not Latin-1, V8 stores and reads two bytes for each character of the file.
    charset: "ascii",
    comments: { legal: true, annotation: false, jsdoc: false },
    entryFileNames: "[name].cjs",
    chunkFileNames: "[name].cjs",
    codeSplitting: { groups: GROUPS.map((group, i) => ({ ...group, priority: GROUPS.length - i })) },
  },
};

/** The library in one format, with the packages that it uses, so that it runs in a browser as it is. */
const library = (format) => ({
  input: { index: path("index.ts"), wire: path("wire.ts"), node: path("node.ts") },
  platform: "neutral",
  external: [...INSTALLED, /^node:(?!tty$|child_process$)/],
  plugins: [licenses],
  resolve: { alias: STUBS, mainFields: ["module", "main"] },
  // What `createRequire` takes as well.
  transform: { define: format === "cjs" ? { "import.meta.url": "__filename" } : {} },
  // btfx/node has all, and loads at once what the command loads when it needs it.
  checks: { ineffectiveDynamicImport: false },
  output: {
    dir: path(`../dist/${format}`),
    cleanDir: true,
    format,
    exports: "named",
    entryFileNames: "[name].js",
    chunkFileNames: "[name].js",
    // Doc comments are in the declarations.
    comments: { legal: true, annotation: true, jsdoc: false },
    // Code that a browser loads is separate from code that opens files.
    codeSplitting: {
      groups: [
        { name: "shared", test: /\/(src\/(?!io\/)|node_modules\/)/, minShareCount: 2, priority: 1 },
        { name: "files", minShareCount: 2 },
      ],
    },
  },
});

/** `dist/cjs` is CommonJS in a package of ES modules. */
const isCommonJs = {
  name: "is-commonjs",
  generateBundle() {
    this.emitFile({ type: "asset", fileName: "package.json", source: '{ "type": "commonjs" }\n' });
  },
};

await buildLoops();
await build([commandLine, library("esm"), { ...library("cjs"), plugins: [licenses, isCommonJs] }]);
