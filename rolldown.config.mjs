import { defineConfig } from "rolldown";
import { Visitor } from "rolldown/utils";

// The command line in few files: each costs a start about half a millisecond, and what a command does not need as much
// again. A group takes what its files import along, so the lowest layers come first.
const groups = [
  {
    name: "start",
    test: /src\/(errors|version)\.ts$|src\/cli\/(bin|main|host|short-run|exit|safe|dump-words)\.ts$|src\/io\/(attempt|file-source)\.ts$/,
  },
  {
    name: "btf",
    test: /src\/(btf|types)\/|src\/engine\/(wrong-base|rewritable)\.ts$|src\/elf\/magic\.ts$|src\/io\/(btf-file|find-vmlinux|split-btf|vmlinux)\.ts$/,
  },
  // Raw BTF is dumped without a word of ELF.
  { name: "dump", test: /src\/dump\/|src\/cli\/commands\/dump\.ts$|src\/io\/parsed-btf\.ts$/ },
  { name: "engine", test: /src\/engine\/[\w-]+\.ts$/ },
  {
    name: "files",
    test: /src\/elf\/|src\/io\/(?!merged-btf)|node_modules\/(elfy|endian-reader)\//,
  },
  { name: "report", test: /src\/cli\/(report|style|progress|rewrite)\.ts$|node_modules\/chalk\// },
];

// What libraries load at each start for what is never asked of them, or for one line: 3 to 6 ms each.
const LEFT_OUT = [
  // Subcommands that are programs of their own: there are none.
  { by: "/commander/", id: "node:child_process", instead: "export default {};" },
  // Whether there is a terminal, to choose a level of colour: src/cli/style.ts says which.
  { by: "/chalk/", id: "node:tty", instead: "export default { isatty: () => false };" },
  {
    by: "/elfy/",
    id: "assert",
    instead: "export const equal = (a, b) => { if (a !== b) throw new Error(a + ' is not ' + b); };",
  },
];

const leaveOut = {
  name: "leave-out",
  resolveId: {
    filter: { id: /^(node:child_process|node:tty|assert)$/ },
    handler: (id, importer) => {
      const row = LEFT_OUT.find((each) => each.id === id && importer?.includes(each.by));
      return row === undefined ? undefined : `\0instead:${id}`;
    },
  },
  load: {
    filter: { id: /^\0instead:/ },
    handler: (id) => LEFT_OUT.find((each) => `\0instead:${each.id}` === id)?.instead,
  },
};

// What a file exports is final once it has run. Without this each use in another file, `infoKind` in the dumps say, would
// go through a getter, which V8 does not see through before it optimises.
const plainExports = {
  name: "plain-exports",
  renderChunk: (code) =>
    code.replace(
      /Object\.defineProperty\(exports, "([\w$]+)", \{\s*enumerable: true,\s*get: function ?\(\) \{\s*return ([\w$]+);\s*\}\s*\}\);/g,
      "exports.$1 = $2;",
    ),
};

// What is taken from the lowest layers becomes a variable of the chunk that uses it, which is cheaper to call than a property
// of their exports. They require no chunk that requires them, so all of it is there.
const LOWEST = "btf|engine";
const constantImports = {
  name: "constant-imports",
  renderChunk(code) {
    const uses = {};
    const body = code.replace(new RegExp(`\\brequire_(${LOWEST})\\.(\\w+)`, "g"), (use, chunk, name) => {
      uses[chunk] ??= {};
      uses[chunk][`${chunk}$${name}`] = use;
      return `${chunk}$${name}`;
    });
    return body.replace(new RegExp(`const require_(${LOWEST}) = require\\("[^"]+"\\);`, "g"), (line, chunk) =>
      Object.entries(uses[chunk] ?? {}).reduce(
        (lines, [name, use]) => `${lines}\nvar ${name} = ${use};`,
        line,
      ),
    );
  },
};

// `#field` as `$field`: until V8 optimises, a private name is looked up by a slower way than a property. In one class at a
// time, since a derived class may have a private field of its own by the name that its base has.
const plainFields = {
  name: "plain-fields",
  renderChunk(code) {
    const places = [];
    const derived = [];
    const visitClass = (node) => {
      if (node.superClass !== null) derived.push(node);
    };
    new Visitor({
      PrivateIdentifier: (node) => places.push(node.start),
      ClassDeclaration: visitClass,
      ClassExpression: visitClass,
    }).visit(this.parse(code));
    for (const { start, end, id } of derived) {
      if (places.some((place) => place > start && place < end)) {
        this.error(
          `${id?.name ?? "a class"} is derived and has private fields: plain-fields would mix them up`,
        );
      }
    }
    let plain = "";
    let from = 0;
    for (const place of places.sort((a, b) => a - b)) {
      plain += `${code.slice(from, place)}$`;
      from = place + 1;
    }
    return plain + code.slice(from);
  },
};

// A module that comes as CommonJS is run as soon as it is there. V8 of Node 20 takes a function in parentheses as a sign of
// that and reads it once, but not an arrow function, which it reads a second time.
const eagerModules = {
  name: "eager-modules",
  renderChunk: (code) => code.replace(/\(\(\((exports(?:, module)?)\) => \{/g, "((function ($1) {"),
};

export default defineConfig({
  input: { btfx: "src/cli/bin.ts" },
  platform: "node",
  plugins: [leaveOut, plainExports, constantImports, plainFields, eagerModules],
  checks: { ineffectiveDynamicImport: false },
  output: {
    dir: "dist/bundle",
    cleanDir: true,
    format: "cjs",
    // No checks whether a constant is there yet, which run on each use before V8 optimises.
    topLevelVar: true,
    // Less to read at each start; names of functions and classes stay, for reports of bugs.
    minify: { compress: true, mangle: { toplevel: false, keepNames: true }, codegen: true },
    entryFileNames: "[name].cjs",
    chunkFileNames: "[name].cjs",
    codeSplitting: { groups: groups.map((group, i) => ({ ...group, priority: groups.length - i })) },
  },
});
