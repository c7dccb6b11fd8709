/** The part of JSON Schema that docs/schemas uses. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly not?: object;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly $ref?: string;
}

/**
 * The path to the first part of a value that is not as the schema has it: `failures.0.rule`, "" for the value itself;
 * undefined if all is. Numbers must be those of counts, sizes and ids: whole.
 *
 * It uses no library: the existing one is five times as large as the schemas, and names a place in each form that a
 * value could have, not in the one that is meant.
 */
export function misfit(
  value: unknown,
  schema: Schema,
  definitions: Readonly<Record<string, Schema>>,
): string | undefined {
  const path = misfitIn(value, schema, definitions);
  return path?.map(shortened).join(".");
}

/** A name in a message must not be as long as the file. */
function shortened(name: string): string {
  return name.length > MOST_CHARACTERS ? `${name.slice(0, MOST_CHARACTERS)}…` : name;
}

const MOST_CHARACTERS = 64;

function misfitIn(
  value: unknown,
  schema: Schema,
  definitions: Readonly<Record<string, Schema>>,
): string[] | undefined {
  const forms = formsOf(schema, definitions);
  if (forms.length === 1) return misfitOfForm(value, forms[0], definitions);
  // Of several forms that is meant whose names of kinds the value has.
  const wrongTags = forms.map((form) => wrongTag(value, form, definitions));
  const meant = forms.filter((_, i) => wrongTags[i] === undefined);
  if (meant.length === 0) return [wrongTags[wrongTags.length - 1] ?? ""];
  const paths = meant.map((form) => misfitOfForm(value, form, definitions));
  if (paths.includes(undefined)) return undefined;
  return paths.reduce((deepest, path) => ((path?.length ?? 0) > (deepest?.length ?? 0) ? path : deepest));
}

/** The forms that a schema allows, without references. */
function formsOf(schema: Schema, definitions: Readonly<Record<string, Schema>>): Schema[] {
  if (schema.$ref !== undefined) return formsOf(definitions[schema.$ref.slice(REF.length)], definitions);
  return schema.anyOf === undefined ? [schema] : schema.anyOf.flatMap((each) => formsOf(each, definitions));
}

const REF = "#/definitions/";

/** The property with one of a few texts, as kinds are named, that has another in `value`. */
function wrongTag(
  value: unknown,
  { properties = {} }: Schema,
  definitions: Readonly<Record<string, Schema>>,
): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const own = Object.entries(value);
  return own.find(([name, tag]) => {
    const forms = Object.hasOwn(properties, name) ? formsOf(properties[name], definitions) : [];
    return forms.length === 1 && isTag(forms[0]) && misfitOfForm(tag, forms[0], definitions) !== undefined;
  })?.[0];
}

function isTag(schema: Schema): boolean {
  return "const" in schema || schema.enum !== undefined;
}

function misfitOfForm(
  value: unknown,
  schema: Schema,
  definitions: Readonly<Record<string, Schema>>,
): string[] | undefined {
  if (schema.not !== undefined) return [];
  if ("const" in schema && value !== schema.const) return [];
  if (schema.enum !== undefined && !schema.enum.includes(value)) return [];
  if (schema.type !== undefined && ![schema.type].flat().includes(typeOf(value))) return [];
  if (Array.isArray(value)) return firstMisfit(value.entries(), () => schema.items, definitions);
  if (typeof value !== "object" || value === null) return undefined;
  const missing = schema.required?.find((name) => !Object.hasOwn(value, name));
  if (missing !== undefined) return [missing];
  const { properties = {}, additionalProperties = true } = schema;
  const others = typeof additionalProperties === "object" ? additionalProperties : undefined;
  const refused = additionalProperties === false ? NOTHING : others;
  const schemaOf = (name: string) => (Object.hasOwn(properties, name) ? properties[name] : refused);
  return firstMisfit(Object.entries(value), schemaOf, definitions);
}

const NOTHING: Schema = { not: {} };

function firstMisfit<Key extends string | number>(
  entries: Iterable<[Key, unknown]>,
  schemaOf: (key: Key) => Schema | undefined,
  definitions: Readonly<Record<string, Schema>>,
): string[] | undefined {
  for (const [key, value] of entries) {
    const schema = schemaOf(key);
    const path = schema === undefined ? undefined : misfitIn(value, schema, definitions);
    if (path !== undefined) return [String(key), ...path];
  }
  return undefined;
}

/** Name of the type in a schema; "" for a number that is not whole. */
function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value !== "number") return typeof value;
  return Number.isSafeInteger(value) ? "number" : "";
}
