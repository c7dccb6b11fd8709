import { INFO } from "../../../btf/record-words";
import { field, recordOf, vlenOf } from "../common/types";
import { addCandidate, candidateOf, firstCandidate, nextCandidate } from "./candidates";
import { setCanon } from "./canon";
import { spend } from "./effort";
import { hashRecord, sameRecord } from "./record";

/** Maps a type to the first candidate with an equal record, or to itself if there is none. */
export function mapToSame(id: u32): void {
  const at = recordOf(id);
  const hash = hashRecord(at);
  let found: u32 = 0;
  for (let each = firstCandidate(hash); each !== 0 && found === 0; each = nextCandidate(each, hash)) {
    spend(vlenOf(field(at, INFO)));
    if (sameRecord(at, recordOf(candidateOf(each)))) found = candidateOf(each);
  }
  settle(id, found, hash);
}

/** Maps a type to the candidate that was found. If none was (0), it is mapped to itself and becomes a candidate. */
export function settle(id: u32, found: u32, hash: u32): void {
  setCanon(id, found === 0 ? id : found);
  if (found === 0) addCandidate(hash, id);
}
