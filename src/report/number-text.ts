/** `1 type`, `2 types`. */
export function count(n: number, one: string, many: string = `${one}s`): string {
  return `${numberText(n)} ${n === 1 ? one : many}`;
}

/** A number as people read it: `1,234,567`, `1,556.3`. Node's own formatting loads for milliseconds. */
export function numberText(n: number): string {
  return String(n).replace(/(?<!\.\d*)\B(?=(\d{3})+(?!\d))/g, ",");
}
