import { defineConfig } from "rolldown";

// The command line in few files: each costs a start about half a millisecond, and what a command does not need as much
// again. A group takes what its files import along, so the lowest layers come first.
const groups = [
  {
    name: "start",
    test: /src\/(errors|version)\.ts$|src\/cli\/(bin|main|host|exit|safe)\.ts$|src\/io\/source\.ts$/,
  },
  { name: "btf", test: /src\/btf\// },
  // Raw BTF is dumped without a word of ELF.
  { name: "paths", test: /src\/io\/(find-vmlinux|dump-base|dump-input)\.ts$/ },
  { name: "engine", test: /src\/engine\/[\w-]+\.ts$/ },
  { name: "files", test: /src\/(elf|io)\/|node_modules\/(elfy|endian-reader)\// },
  { name: "text", test: /src\/dump\/(?!c\.ts|layout-json)[\w-]+\.ts$/ },
  { name: "c", test: /src\/dump\/c(\/|\.ts$)/ },
  { name: "report", test: /src\/cli\/(report|style|progress|rewrite)\.ts$|node_modules\/chalk\// },
];

export default defineConfig({
  input: { btfx: "src/cli/bin.ts" },
  platform: "node",
  transform: { define: { "import.meta.url": "__filename" } },
  checks: { ineffectiveDynamicImport: false },
  output: {
    dir: "dist/bundle",
    cleanDir: true,
    format: "cjs",
    entryFileNames: "[name].cjs",
    chunkFileNames: "[name].cjs",
    codeSplitting: { groups: groups.map((group, i) => ({ ...group, priority: groups.length - i })) },
  },
});
