/** The part of `node:util` that elfy uses. */
export function inherits(derived: { prototype: object }, base: { prototype: object }): void {
  Object.setPrototypeOf(derived.prototype, base.prototype);
}
