import { hashName, sameName } from "./hashing";
import { firstPlace, hashIn, isFree, nextPlace, numberIn, Places } from "./places";

/** The hash of the name that was looked for last. */
export let nameHash: u32 = 0;

/** The place of the number of the name at `name`, or the free one that it may have. `addressOf` tells where the name of a number is. */
export function placeOfName(table: Places, name: usize, addressOf: (number: u32) => usize): usize {
  nameHash = hashName(name);
  let place = firstPlace(table, nameHash);
  while (!isFree(place)) {
    if (hashIn(place) === nameHash && sameName(addressOf(numberIn(place)), name)) return place;
    place = nextPlace(table, place);
  }
  return place;
}
