import * as z from 'zod';

const resourceSchema = z.looseObject({
  Type: z.string(),
  DeletionPolicy: z.string().optional(),
  UpdateReplacePolicy: z.string().optional(),
  Properties: z.record(z.string(), z.json()).default({}),
});
const templateSchema = z.looseObject({ Resources: z.record(z.string(), resourceSchema) });

/** A compiled CloudFormation template. */
export type Template = z.output<typeof templateSchema>;
export type Resource = z.output<typeof resourceSchema>;
export type Json = z.output<ReturnType<typeof z.json>>;

export const parseTemplateJson = (text: string): Template => templateSchema.parse(JSON.parse(text));

export function resourcesOf(template: Template, type: string): [logicalId: string, resource: Resource][] {
  return Object.entries(template.Resources).filter(([, { Type }]) => Type === type);
}

/** What lies at a path within a value, such as `at(resource.Properties, 'Target', 'Arn')`. */
export function at(value: Json | undefined, ...path: readonly (string | number)[]): Json | undefined {
  return path.reduce<Json | undefined>((outer, step) => {
    if (Array.isArray(outer)) return typeof step === 'number' ? outer[step] : undefined;
    return typeof outer === 'object' && outer !== null ? outer[step] : undefined;
  }, value);
}

export function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

export function list(value: Json | undefined): Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** Those of `needed` that are not among `found`. */
export function missing<Item>(needed: ReadonlySet<Item>, found: ReadonlySet<Item>): Item[] {
  return [...needed].filter((item) => !found.has(item));
}

/**
 * Which resource a value names, by `Ref`, or by `Fn::GetAtt` or `Fn::Sub` of one attribute or name alone; undefined for
 * anything else.
 */
export function namedBy(value: Json | undefined): string | undefined {
  const reference = at(value, 'Ref') ?? at(value, 'Fn::GetAtt', 0);
  if (typeof reference === 'string') return reference;
  return /^\$\{(\w+)(?:\.\w+)?\}$/.exec(text(at(value, 'Fn::Sub')))?.[1];
}

/** A copy of the template with another value at a path: the fault that a check must catch. */
export function changed(template: Template, path: readonly (string | number)[], value: Json | undefined): Template {
  const copy = structuredClone(template);
  const [last, ...before] = path.toReversed();
  const container = before.toReversed().reduce<unknown>((outer, step) => {
    if (typeof outer !== 'object' || outer === null || !(step in outer)) {
      throw new Error(`The template has nothing at ${path.join('.')}: no fault can be put there.`);
    }
    return Reflect.get(outer, step);
  }, copy.Resources);
  if (typeof container !== 'object' || container === null || last === undefined) {
    throw new Error(`The template has nothing at ${path.join('.')}: no fault can be put there.`);
  }
  if (value === undefined) Reflect.deleteProperty(container, last);
  else Reflect.set(container, last, value);
  return copy;
}
