// Prints the folder of the peers, fetched first if need be: for `npm run test:peers`.
import { resolve } from "node:path";
import { peer } from "./shared.mjs";

console.log(resolve(peer("bpftool"), "../.."));
