// npm run sweep:core [-- kernels | live | selftests …]: CO-RE against libbpf. Without a word: on the corpus's kernels.
import { sweepKernels } from "./core/kernels.mjs";
import { sweepLive } from "./core/live.mjs";
import { sweepSelftests } from "./core/selftests.mjs";

const SWEEPS = { kernels: sweepKernels, live: sweepLive, selftests: sweepSelftests };
const asked = process.argv.length > 2 ? process.argv.slice(2) : ["kernels"];
for (const name of asked) {
  if (SWEEPS[name] === undefined) {
    console.error(`there is no sweep '${name}': ${Object.keys(SWEEPS).join(", ")}`);
    process.exit(2);
  }
  await SWEEPS[name]();
}
