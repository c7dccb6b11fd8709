import { join } from "node:path";
import { createGenerator } from "ts-json-schema-generator";

/**
 * The documents that are printed as JSON, by the name of the schema, with the type in `cli/output/json-output.ts` that
 * it is made of.
 */
const FORMS = {
  dump: "DumpJson",
  layout: "LayoutCommandJson",
  offsets: "OffsetsJson",
  who: "WhoJson",
  verify: "VerifyJson",
  distill: "RewriteJson",
  relocate: "RewriteJson",
  stats: "StatsJson",
  report: "ReportJson",
  diff: "DiffJson",
  extract: "ExtractJson",
  minimize: "MinimizeJson",
  line: "JsonLine",
  error: "ErrorJson",
} as const;

/**
 * The JSON Schemas of what commands print with -j, by path in the package at `root`; `line` is a line of --jsonl. Takes
 * seconds.
 */
export function jsonSchemas(root: string): Map<string, string> {
  const generator = createGenerator({
    path: join(root, "src/cli/output/json-output.ts"),
    tsconfig: join(root, "src/tsconfig.core.json"),
    // The compiler does that; here it takes ten times as long.
    skipTypeCheck: true,
    jsDoc: "extended",
    topRef: false,
    encodeRefs: false,
  });
  return new Map(
    Object.entries(FORMS).map(([name, type]) => {
      const schema = { title: `btfx ${name}`, ...generator.createSchema(type) };
      const text = JSON.stringify(schema, null, 1).replace(/\{@link (?:\w+\.)*(\w+)\}/g, "$1");
      return [`docs/schemas/${name}.json`, `${text}\n`];
    }),
  );
}
