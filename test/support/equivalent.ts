import type { Btf, TypeId } from "../../src/btf/btf.ts";
import { typeText } from "./btf.ts";

/** Compares the own types of `a` with the first own types of `b`, one by one, as {@link differenceOf} does. */
export function firstDifference(a: Btf, b: Btf): string | undefined {
  const count = a.typeCount - a.firstId;
  if (b.typeCount - b.firstId < count) return `${count} types against ${b.typeCount - b.firstId}`;
  const pairs = Array.from({ length: count }, (_, i): [TypeId, TypeId] => [a.firstId + i, b.firstId + i]);
  return differenceOf(a, b, pairs);
}

/**
 * Compares pairs of types of `a` and `b` down to all that they lead to: kind, flag, name, size, elements, whatever the
 * ids. Both must stand on the same base, whose types are themselves only. Gives the first difference, undefined if
 * there is none. Works on the raw text, not on the walkers; iterative.
 */
export function differenceOf(
  a: Btf,
  b: Btf,
  pairs: readonly (readonly [TypeId, TypeId])[],
): string | undefined {
  if (a.base !== b.base) return "the bases differ";
  const shapesOfA = new Shapes(a);
  const shapesOfB = new Shapes(b);
  const seen = new Set<number>();
  const pending: [TypeId, TypeId][] = [];
  const visit = (x: TypeId, y: TypeId): void => {
    const pair = x * 2 ** 26 + y;
    if (seen.has(pair)) return;
    seen.add(pair);
    pending.push([x, y]);
  };
  for (const [x, y] of pairs) visit(x, y);
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const [x, y] = pair;
    if (x === y && (x === 0 || x < a.firstId)) continue;
    if (x === 0 || y === 0) return `[${x}] against [${y}]`;
    const shapeX = shapesOfA.of(x);
    const shapeY = shapesOfB.of(y);
    if (shapeX.text !== shapeY.text) return `${typeText(a, x)}\nagainst\n${typeText(b, y)}`;
    for (let i = 0; i < shapeX.ids.length; i++) visit(shapeX.ids[i], shapeY.ids[i]);
  }
  return undefined;
}

/** A type without its ids, and the ids. */
interface Shape {
  readonly text: string;
  readonly ids: readonly TypeId[];
}

class Shapes {
  readonly #btf: Btf;
  readonly #known: Map<TypeId, Shape> = new Map();

  constructor(btf: Btf) {
    this.#btf = btf;
  }

  of(id: TypeId): Shape {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const ids: TypeId[] = [];
    const text = typeText(this.#btf, id)
      .replace(/^\[\d+\]/, "")
      // The empty name has many offsets; all mean the same, and rewriting makes them 0 as libbpf does.
      .replaceAll("''", "'(anon)'")
      // Names come first and may hold anything, so that only what follows the last quote of a line is numbers.
      .replace(/(?<=' |^\t)(?:[a-z_]+=[^'\n]*)/gm, (numbers) =>
        numbers.replace(/(type_id)=(\d+)/g, (_, label: string, value: string) => {
          ids.push(Number(value));
          return label;
        }),
      );
    const shape = { text: `${this.#btf.kflag(id)}${text}`, ids };
    this.#known.set(id, shape);
    return shape;
  }
}
