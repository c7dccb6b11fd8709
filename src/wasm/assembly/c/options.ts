import { IDENTIFIER } from "../common/bytes";

// The options of a C dump.

/** Which bytes of names are copied: a form of `common/bytes`. The host writes the rest. */
export let nameForm: u32 = IDENTIFIER;
/** Whether C is written bug for bug as by libbpf. */
export let isCompat: bool = false;
/** Whether the host adds pahole's comments. */
export let hasComments: bool = false;

/** Sets the options. */
export function choose(form: u32, compat: bool, comments: bool): void {
  nameForm = form;
  isCompat = compat;
  hasComments = comments;
}
