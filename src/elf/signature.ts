import { BtfxError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";

/**
 * The end of a signed module (`struct module_signature`, linux/module_signature.h; `mod_check_sig`):
 *
 *     signature   sig_len bytes, PKCS#7 DER
 *     trailer     u8 algo, hash, id_type, signer_len, key_id_len, pad[3]; big-endian u32 sig_len
 *     marker      "~Module signature appended~\n"
 *
 * Kernels before 4.3 kept the signer's name and the key's id before the signature; their lengths are 0 since.
 */
const TRAILER_BYTES = 12;
const MARKER: Uint8Array = Uint8Array.from("~Module signature appended~\n", (char) => char.charCodeAt(0));

/** Place of the appended signature in a file, with trailer and marker: it ends where the file ends. In bytes. */
export interface ModuleSignature {
  readonly start: number;
  readonly size: number;
}

/**
 * Finds the appended signature of a module by the last 40 bytes of the file; undefined if there is none.
 * Throws {@link BtfxError} `bad-elf` for one that claims to be longer than the file.
 */
export function moduleSignature(source: ByteSource): ModuleSignature | undefined {
  const endBytes = TRAILER_BYTES + MARKER.length;
  if (source.size < MARKER.length) return undefined;
  const marker = source.read(source.size - MARKER.length, MARKER.length);
  if (!MARKER.every((byte, i) => marker[i] === byte)) return undefined;
  const trailerAt = source.size - endBytes;
  const trailer = trailerAt < 0 ? undefined : source.read(trailerAt, TRAILER_BYTES);
  const signed = trailer === undefined ? 0 : signedBytes(trailer);
  if (trailer === undefined || signed > trailerAt) {
    throw new BtfxError(
      "bad-elf",
      `the module signature claims ${signed} bytes, there are ${Math.max(0, trailerAt)} before it`,
      { at: { offset: Math.max(0, trailerAt) }, hint: "the file is damaged or cut short" },
    );
  }
  return { start: trailerAt - signed, size: signed + endBytes };
}

/** Length of all that lies before the trailer: signer, key id, signature. */
function signedBytes(trailer: Uint8Array): number {
  const sigLen = new DataView(trailer.buffer, trailer.byteOffset).getUint32(8, false);
  return trailer[3] + trailer[4] + sigLen;
}
