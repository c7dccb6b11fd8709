import { IDENTIFIER } from "../common/bytes";

// How C is written.

/** How names are written: IDENTIFIER, VERBATIM or PRINTABLE of `common/bytes`. */
export let nameForm: u32 = IDENTIFIER;
/** Bug for bug as libbpf. */
export let isCompat: bool = false;
/** Whether the host adds pahole's comments. */
export let hasComments: bool = false;

export function choose(form: u32, compat: bool, comments: bool): void {
  nameForm = form;
  isCompat = compat;
  hasComments = comments;
}
