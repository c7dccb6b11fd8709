import { LOOP } from "../../constants/merge-codes";
import { grown, take } from "../common/arena";
import { typeIdAt } from "../common/fields";
import { recordOf, typeCount } from "../common/types";
import { beginToFollow, isInProgress, isMapped, resolve } from "./canon";
import { refuse } from "./host";
import { mapToSame } from "./settle";

/** The path of types whose references are being followed: the id of each, and how many of its references are done. */
let path: usize = 0;
let pathBytes: usize = 0;
let pathRoom: usize = 0;

const STEP_BYTES: usize = 8;
const DONE: usize = 4;
const FIRST_PATH: usize = 1024;

/**
 * Maps types that are equal if the types that they refer to are (`btf_dedup_ref_types`). Each is mapped after those it
 * refers to, whose canonical ids are written into its record.
 */
export function mapReferences(firstId: u32): void {
  pathRoom = FIRST_PATH;
  path = take(pathRoom);
  pathBytes = 0;
  for (let id = firstId; id < typeCount; id++) {
    if (isMapped(id)) continue;
    follow(id);
    while (pathBytes > 0) {
      const step = path + pathBytes - STEP_BYTES;
      const last = load<u32>(step);
      const at = typeIdAt(recordOf(last), load<u32>(step, DONE));
      if (at === 0) {
        pathBytes -= STEP_BYTES;
        mapToSame(last);
        continue;
      }
      const target = load<u32>(at);
      if (isMapped(target)) {
        store<u32>(at, resolve(target));
        store<u32>(step, load<u32>(step, DONE) + 1, DONE);
      } else {
        if (isInProgress(target)) refuse(LOOP, loopLength(target));
        follow(target);
      }
    }
  }
}

function follow(id: u32): void {
  beginToFollow(id);
  if (pathBytes === pathRoom) {
    path = grown(path, pathRoom);
    pathRoom *= 2;
  }
  store<u32>(path + pathBytes, id);
  store<u32>(path + pathBytes, 0, DONE);
  pathBytes += STEP_BYTES;
}

/** Number of types in the loop that leads from a type on the path back to it. */
function loopLength(id: u32): u32 {
  let at = path;
  while (load<u32>(at) !== id) at += STEP_BYTES;
  return u32((path + pathBytes - at) / STEP_BYTES);
}
