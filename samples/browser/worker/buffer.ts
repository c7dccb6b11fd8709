/** What seek-bzip takes for Node's `Buffer`: bytes that write themselves as hex. */
export class Buffer extends Uint8Array {
  override toString(): string {
    return Array.from(this, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}
