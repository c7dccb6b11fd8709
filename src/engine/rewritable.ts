import type { Btf } from "../btf/btf.ts";
import { MOST_NAME_BYTES } from "../btf/strings.ts";
import { BtfxError } from "../errors.ts";

/** Throws unless every id and name field of `btf`'s own types is known, so that all of them can be rewritten. */
export function refuseUnknown(btf: Btf): void {
  if (btf.unknownKindId !== 0) {
    throw new BtfxError(
      "unknown-kind",
      `type [${btf.unknownKindId}] is of kind ${btf.kind(btf.unknownKindId)}, whose id fields are not known: it can be dumped, not rewritten`,
      { at: { typeId: btf.unknownKindId }, hint: "a newer version of btfx may know this kind" },
    );
  }
  if (btf.header.extraAt !== 0) {
    throw new BtfxError(
      "bad-header",
      `unknown BTF header data at offset ${btf.header.extraAt}; modification is disallowed`,
      {
        at: { offset: btf.header.extraAt },
        hint: "the header announces something that this version does not know and could not keep right",
      },
    );
  }
}

/**
 * Throws if a string of `btf` is so long that no kernel takes it as a name. A file may refer a million times into one
 * endless string, and each reference is a name to be hashed and perhaps copied.
 */
export function refuseEndlessNames(btf: Btf): void {
  const off = btf.strings.findLongerThan(MOST_NAME_BYTES);
  if (off === undefined) return;
  throw new BtfxError(
    "bad-strings",
    `the string at ${off} is longer than ${MOST_NAME_BYTES} bytes: it can be dumped, not rewritten or matched`,
    {
      at: { offset: btf.header.hdrLen + btf.header.strOff + off - btf.strings.firstOff },
      hint: "kernels take names of up to 511 bytes; the section is damaged",
    },
  );
}
