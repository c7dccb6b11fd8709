/** The part of seek-bzip that is used; the package comes without types. */
declare module "seek-bzip" {
  /** The input; both methods may throw. */
  interface InputStream {
    readByte(): number;
    read(into: Uint8Array, at: number, count: number): number;
  }
  const Bunzip: {
    /** Decompresses the first stream of `input`. Throws `TypeError` on damage. */
    decode(input: InputStream, output: { writeByte(byte: number): void }): void;
  };
  export default Bunzip;
}
