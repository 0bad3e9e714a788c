import fc from 'fast-check';
import * as z from 'zod';

interface Node {
  type?: string | string[] | undefined;
  enum?: Plain[] | undefined;
  const?: Plain | undefined;
  default?: unknown;
  anyOf?: Node[] | undefined;
  oneOf?: Node[] | undefined;
  allOf?: Node[] | undefined;
  format?: string | undefined;
  pattern?: string | undefined;
  minLength?: number | undefined;
  maxLength?: number | undefined;
  minimum?: number | undefined;
  maximum?: number | undefined;
  minItems?: number | undefined;
  properties?: Record<string, Node> | undefined;
  required?: string[] | undefined;
  items?: Node | undefined;
  propertyNames?: Node | undefined;
  additionalProperties?: Node | boolean | undefined;
}

const plainSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);
type Plain = z.output<typeof plainSchema>;

/** As much of JSON Schema as zod writes for our contracts. */
const nodeSchema: z.ZodType<Node> = z.lazy(() =>
  z.object({
    type: z.union([z.string(), z.array(z.string())]).optional(),
    enum: z.array(plainSchema).optional(),
    const: plainSchema.optional(),
    default: z.unknown().optional(),
    anyOf: z.array(nodeSchema).optional(),
    oneOf: z.array(nodeSchema).optional(),
    allOf: z.array(nodeSchema).optional(),
    format: z.string().optional(),
    pattern: z.string().optional(),
    minLength: z.number().optional(),
    maxLength: z.number().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    minItems: z.number().optional(),
    properties: z.record(z.string(), nodeSchema).optional(),
    required: z.array(z.string()).optional(),
    items: nodeSchema.optional(),
    propertyNames: nodeSchema.optional(),
    additionalProperties: z.union([z.boolean(), nodeSchema]).optional(),
  }),
);

/**
 * Values that a schema takes, as many as asked and always the same. Rules that JSON Schema cannot say, such as those across
 * the fields of a policy, are met by trying.
 */
export function fitting(schema: z.ZodType, count: number): unknown[] {
  const node = nodeSchema.parse(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }));
  const found: unknown[] = [];
  for (let seed = 1; found.length < count; seed++) {
    if (seed > 200)
      throw new Error(`Only ${found.length} of ${count} values fit: teach fitting.ts the rule that is not met.`);
    const tried = fc.sample(valuesOf(node), { seed, numRuns: count }).map((value) => JSON.parse(JSON.stringify(value)));
    found.push(...tried.filter((value) => schema.safeParse(value).success));
  }
  return found.slice(0, count);
}

function valuesOf(node: Node): fc.Arbitrary<unknown> {
  const choices = node.anyOf ?? node.oneOf;
  if (node.const !== undefined) return fc.constant(node.const);
  if (node.enum) {
    const isClass = node.enum.includes(present.storageClass);
    return isClass ? mostly<Plain>(present.storageClass, ...node.enum) : fc.constantFrom(...node.enum);
  }
  if (choices) return fc.oneof(...choices.map(valuesOf));
  if (Array.isArray(node.type)) return fc.oneof(...node.type.map((type) => valuesOf({ ...node, type })));
  switch (node.type) {
    case 'string':
      return textsOf(node);
    case 'integer':
      return fc.integer({ min: Math.max(node.minimum ?? 0, -1000), max: Math.min(node.maximum ?? 5000, 5000) });
    case 'number':
      return fc.double({ min: node.minimum ?? 0, max: node.maximum ?? 5000, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(valuesOf(node.items ?? {}), {
        minLength: node.minItems ?? 0,
        maxLength: (node.minItems ?? 0) + 2,
      });
    case 'object':
      return objectsOf(node);
    default:
      return fc.constantFrom<unknown>('anything', 7, null, { deep: [true] });
  }
}

function objectsOf({
  properties = {},
  required = [],
  propertyNames,
  additionalProperties,
}: Node): fc.Arbitrary<unknown> {
  if (Object.keys(properties).length === 0 && typeof additionalProperties === 'object') {
    return fc.dictionary(textsOf(propertyNames ?? {}), valuesOf(additionalProperties), { minKeys: 1, maxKeys: 2 });
  }
  const entries = Object.entries(properties).map(([key, inner]): [string, fc.Arbitrary<unknown>] => [
    key,
    // One that has been thought of is likelier to fit its neighbours than a drawn one.
    inner.default === undefined
      ? key === 'key' && inner.type === 'string'
        ? keyBeside(properties)
        : valuesOf(inner)
      : fc.oneof({ weight: 2, arbitrary: fc.constant(inner.default) }, valuesOf(inner)),
  ]);
  // Rules across fields refuse most of what is full, so optional fields are the exception.
  const optional = entries.filter(([key]) => !required.includes(key));
  return fc
    .tuple(
      fc.record(Object.fromEntries(entries)),
      fc.array(fc.integer({ min: 0, max: 2 }), { minLength: optional.length, maxLength: optional.length }),
    )
    .map(([whole, dice]) => {
      const absent = new Set(optional.filter((_, index) => dice[index] !== 0).map(([key]) => key));
      return Object.fromEntries(Object.entries(whole).filter(([key]) => !absent.has(key)));
    });
}

/** What is there in the account that functions are called in, so that they go further than to see that it is not. */
export const present = {
  region: 'eu-west-1',
  instance: 'i-0000000000000000a',
  image: 'ami-0000000000000000b',
  snapshot: 'snap-0000000000000000c',
  bucket: 'my-ami-archive',
  policy: 'gold',
  archiveKey: 'ami-0000000000000000b.bin',
  /** Where a Map has written its results. */
  resultsKey: 'runs/1/manifest.json',
  /** Of that archive. */
  storageClass: 'STANDARD',
};

/** Whoever asks for several things has an answer only where all of them are there. */
function mostly<Known>(known: Known, ...others: Known[]): fc.Arbitrary<Known> {
  return fc.oneof({ weight: 8, arbitrary: fc.constant(known) }, { weight: 1, arbitrary: fc.constantFrom(...others) });
}

/** Of keys in S3 AWS says nothing at all, so they are known by their fields: an archive has a Region beside it. */
function keyBeside(properties: Record<string, Node>): fc.Arbitrary<string> {
  const known = 'region' in properties ? present.archiveKey : present.resultsKey;
  return mostly(known, 'gold', 'gold/ami-0000000000000000c.bin');
}

const words = ['UTC', 'Europe/Rome', 'gold', 'web-1', 'ami-lifecycle', '/dev/sdf', '0 3 * * ? *', 'alias/backups'];

function textsOf(node: Node): fc.Arbitrary<string> {
  if (node.format === 'date-time') {
    const span = { min: new Date('2026-01-01T00:00:00Z'), max: new Date('2027-12-31T00:00:00Z'), noInvalidDate: true };
    return fc.date(span).map((date) => date.toISOString());
  }
  const patterns = [node, ...(node.allOf ?? [])].flatMap(({ pattern }) => (pattern === undefined ? [] : [pattern]));
  const [first] = patterns;
  // Of ids AWS says no more than how they begin; with any other end it would not even look for them.
  const [, beginning] = /^\^(i|ami|snap)-/.exec(first ?? '') ?? [];
  if (beginning) {
    const others = fc.stringMatching(new RegExp(`^${beginning}-0[0-9a-f]{16}$`));
    const known = fc.constantFrom(...Object.values(present).filter((each) => each.startsWith(`${beginning}-`)));
    return fc.oneof({ weight: 3, arbitrary: known }, others);
  }
  if (first?.startsWith('^[a-z0-9][a-z0-9.-]{1,61}')) return mostly(present.bucket, 'not-there');
  if (first?.startsWith('^[a-z]{2,8}(-')) return fc.constantFrom(present.region, present.region, 'eu-central-1');
  // What looks ahead cannot be drawn from.
  if (first !== undefined && !first.includes('(?')) return fc.stringMatching(new RegExp(first), { maxLength: 60 });
  const { minLength = 0, maxLength = 1000 } = node;
  return fc.constantFrom(...words.filter(({ length }) => length >= minLength && length <= maxLength));
}
