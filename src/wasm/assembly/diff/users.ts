import { take, takeZeros } from "../common/arena";
import { forEachChild, recordOf, Side } from "./side";

/**
 * Address of the position in {@link users} where the users of each type begin, by id. They end where those of the next
 * id begin.
 */
export let userStarts: usize = 0;
/** Address of the ids of the types that refer to type 0, then of those that refer to type 1, and so on. */
export let users: usize = 0;
/** Number of these ids. */
export let userCount: u32 = 0;

/** By id: position of its next user. */
let next: usize = 0;
let user: u32 = 0;

/** Lists the types that refer to each type of a side. */
export function findUsers(side: Side): void {
  const bytes = usize(side.typeCount + 1) << 2;
  userStarts = takeZeros(bytes);
  for (let id: u32 = 1; id < side.typeCount; id++) forEachChild(recordOf(side, id), count);
  for (let id: u32 = 0; id < side.typeCount; id++) {
    const at = startOf(id);
    store<u32>(at, load<u32>(at) + load<u32>(at + 4), 4);
  }
  userCount = load<u32>(startOf(side.typeCount));
  users = take(u64(userCount) << 2);
  next = take(bytes);
  memory.copy(next, userStarts, bytes);
  for (user = 1; user < side.typeCount; user++) forEachChild(recordOf(side, user), note);
}

function count(child: u32): void {
  store<u32>(startOf(child), load<u32>(startOf(child), 4) + 1, 4);
}

function note(child: u32): void {
  const at = next + (usize(child) << 2);
  const place = load<u32>(at);
  store<u32>(users + (usize(place) << 2), user);
  store<u32>(at, place + 1);
}

function startOf(id: u32): usize {
  return userStarts + (usize(id) << 2);
}
