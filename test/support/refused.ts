import { BtfxError } from "../../src/errors.ts";

/** The failure that `work` throws; anything but a {@link BtfxError} is a bug and passes through. */
export function refused(work: () => unknown): BtfxError {
  try {
    work();
  } catch (error) {
    if (error instanceof BtfxError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}
