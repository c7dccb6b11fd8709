/** The part of elfy 1.0.0 that `elfy.ts` uses; the package ships no types. */
declare module "elfy" {
  interface ElfySection {
    addr: number;
    off: number;
    size: number;
    link: number;
    info: number;
  }
  /** `file` must answer as a `Buffer` does. */
  const elfy: { parse(file: Uint8Array): { body: { sections: ElfySection[] } } };
  export default elfy;
}
