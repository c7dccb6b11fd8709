import type { Btf } from "../btf/btf.ts";
import { BtfxError } from "../errors.ts";

/** Throws unless every id and name field of `btf`'s own types is known, so that all of them can be rewritten. */
export function refuseUnknown(btf: Btf): void {
  if (btf.unknownKindId !== 0) {
    throw new BtfxError(
      "unknown-kind",
      `type [${btf.unknownKindId}] is of kind ${btf.kind(btf.unknownKindId)}, whose id fields are not known: it can be dumped, not rewritten`,
      { typeId: btf.unknownKindId },
      "a newer version of btfx may know this kind",
    );
  }
  if (btf.header.extraAt !== 0) {
    throw new BtfxError(
      "bad-header",
      `unknown BTF header data at offset ${btf.header.extraAt}; modification is disallowed`,
      { offset: btf.header.extraAt },
      "the header announces something that this version does not know and could not keep right",
    );
  }
}
