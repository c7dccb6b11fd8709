/** The part of elfy 1.0.0 that `read.ts` uses; the package ships no types. */
declare module "elfy" {
  interface ElfySection {
    addr: number;
    off: number;
    size: number;
    link: number;
    info: number;
  }
  const elfy: { parse(file: Buffer): { body: { sections: ElfySection[] } } };
  export default elfy;
}
