// npm run build:page: samples/browser as one HTML file that opens from disk, dist/page/btfx.html or the file that is
// named. Its policy names style and script by their hashes, and lets nothing be loaded.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "rolldown";
import { licensePlugin } from "rolldown-license-plugin";
import { STUBS } from "../../src/stubs/stubs.mjs";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const root = path("../../");

/** Files that scripts import as Base64, by what comes after `bytes:`. */
const BYTES = {
  "zstd.wasm": `${root}node_modules/@bokuweb/zstd-wasm/dist/web/zstd.wasm`,
  "vmlinux-a": path("../vmlinux-a"),
  "vmlinux-b": path("../vmlinux-b"),
  "pump.ko": path("../pump.ko"),
  "meter.ko": path("../meter.ko"),
};

const bytes = {
  name: "bytes",
  resolveId: (id) => (id.startsWith("bytes:") ? `\0${id}` : undefined),
  load(id) {
    if (!id.startsWith("\0bytes:")) return undefined;
    const base64 = readFileSync(BYTES[id.slice("\0bytes:".length)]).toString("base64");
    return `export default ${JSON.stringify(base64)};`;
  },
};

/** Texts by package: the licences of what is bundled ask that they go along. */
const licenses = new Map();
const license = licensePlugin({
  done(packages) {
    for (const { name, version, license: terms, licenseText } of packages) {
      const text = licenseText || "(The package comes without a text.)";
      licenses.set(`${name} ${version}`, `${name} ${version}, ${terms}\n\n${text}\n`);
    }
  },
});

/** What the parser of HTML looks for in a script, as JavaScript writes the same in its strings. */
const inElement = (text) => text.replaceAll(/<(\/script|!--|script)/gi, "\\x3c$1");

/** A script as text that may stand in an HTML element. */
async function scriptOf(input, inject = {}) {
  const { output } = await build({
    input: path(input),
    platform: "browser",
    plugins: [bytes, license],
    transform: {
      // zstd-wasm asks where it is, and then takes the bytes that it is given.
      define: { "import.meta.url": '"file:///"', "process.env.NODE_ENV": '"production"' },
      inject,
    },
    resolve: { alias: STUBS },
    // A script in an element has no other files.
    output: { format: "iife", minify: true, codeSplitting: false },
    write: false,
  });
  return inElement(output[0].code);
}

const hashOf = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

const [script, worker] = await Promise.all([
  scriptOf("page/main.tsx"),
  scriptOf("worker/worker.ts", { Buffer: [path("worker/buffer.ts"), "Buffer"] }),
]);
const style = readFileSync(path("page.css"), "utf8");
const policy = [
  "default-src 'none'",
  `script-src ${hashOf(script)} 'wasm-unsafe-eval'`,
  `style-src ${hashOf(style)}`,
  "worker-src blob:",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");
const parts = {
  POLICY: policy,
  "/* style */": style,
  "/* worker */": worker,
  "/* licenses */": inElement([...licenses.values()].join(`\n${"-".repeat(78)}\n\n`)),
  "/* script */": script,
};
const html = readFileSync(path("page.html"), "utf8").replaceAll(
  /POLICY|\/\* \w+ \*\//g,
  (place) => parts[place] ?? place,
);

const file = resolve(process.argv[2] ?? `${root}dist/page/btfx.html`);
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, html);
console.log(`${relative(process.cwd(), file)}: ${Math.round(html.length / 1000)} kB, opens from disk`);
