// Verdict, errno and log line of every blob of the kernel's own BTF tests, against what eight kernels said.
//   node test/golden/verify.sweep.mjs        needs dist/ and $BTFX_SHARED/corpus/selftests.tar.xz
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseKernel } from "../../dist/engine/verify/kernel.js";
import { verifyBtf } from "../../dist/engine/verify/verify.js";

const shared = process.env.BTFX_SHARED ?? new URL("../../../shared", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "btfx-verify-"));
execFileSync("tar", ["-xf", join(shared, "corpus/selftests.tar.xz"), "-C", folder]);

const ERRNOS = { EINVAL: 22, E2BIG: 7, EEXIST: 17, ELOOP: 40, ENOTSUPP: 524, EFAULT: 14, ENOENT: 2 };
let cases = 0;
let checks = 0;
let differ = 0;

function compare(where, what, ours, theirs) {
  checks++;
  if (ours === theirs) return;
  differ++;
  console.log(`${where}: ${what}: ours ${JSON.stringify(ours)}, theirs ${JSON.stringify(theirs)}`);
}

/** The kernel writes names as they are, we escape what is not printable. */
function escaped(line) {
  return line.replace(
    /[^\t\x20-\x7e]|\\/g,
    (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

for (const set of ["raw", "raw32"]) {
  const manifest = JSON.parse(readFileSync(join(folder, "selftests", set, "manifest.json"), "utf8"));
  for (const test of manifest) {
    cases++;
    const bytes = readFileSync(join(folder, "selftests", set, test.file));
    const judge = (kernel) => verifyBtf(bytes, { kernel: parseKernel(kernel) });
    const where = `${set}/${test.file}`;

    const of618 = judge("6.18");
    compare(where, "6.18", `${of618.verdict} ${of618.errno}`, `${test.verdict_6_18} ${test.errno_6_18}`);
    // A silent refusal leaves the line of the last type read, which is no phrase.
    const line = test.last_log_line_6_18;
    const isSilent = of618.verdict === "reject" && of618.phrase === null;
    if (line !== null && !isSilent) compare(where, "6.18 log", of618.log, escaped(line));

    for (const [kernel, answer] of Object.entries(test.by_kernel)) {
      const [verdict, name] = answer.split(":");
      const ours = judge(kernel);
      const errno = name === undefined ? 0 : (ERRNOS[name] ?? name);
      compare(where, kernel, `${ours.verdict} ${ours.errno}`, `${verdict} ${errno}`);
    }
  }
}
rmSync(folder, { recursive: true });
console.log(`verify: ${cases} cases, ${checks - differ} agree, ${differ} differ`);
process.exitCode = differ === 0 && cases === 358 ? 0 : 1;
