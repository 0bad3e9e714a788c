import * as z from 'zod';
import { notAvailableYet, policyFileSchema } from '../../shared/domain/policy.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The policy file's JSON Schema. Draft 7 is what editors understand best. */
export function policyJsonSchema(): JsonSchema {
  const schema: JsonSchema = z.toJSONSchema(policyFileSchema, { target: 'draft-7', io: 'input' });
  for (const dotted of notAvailableYet) {
    const path = dotted.split('.');
    const key = path.at(-1) ?? '';
    const parent = elementOf(schemaAt(schema, path.slice(0, -1)));
    const field = fieldsOf(parent)[key];
    if (!parent?.properties || !field) throw new Error(`notAvailableYet names ${dotted}, unknown to the schema`);
    // `not: {}` lets nothing pass: the editor underlines the field and shows why.
    parent.properties[key] = { description: `Not available yet. ${field.description ?? ''}`.trim(), not: {} };
  }
  return { title: 'A policy of AMI Lifecycle', ...schema };
}

/** The legal keys at a path of the policy file; none where keys are free, or the path leads nowhere. */
export function legalKeys(path: readonly PropertyKey[]): string[] {
  return Object.keys(fieldsOf(schemaAt(policyJsonSchema(), path)));
}

/** What the schema says of the field at a path. */
export function descriptionOf(path: readonly PropertyKey[]): string | undefined {
  return schemaAt(policyJsonSchema(), path)?.description;
}

/** The dotted paths of the fields that hold a key of that name. */
export function placesOf(key: string): string[] {
  const places: string[] = [];
  const visit = (schema: JsonSchema, path: readonly string[]): void => {
    const fields = fieldsOf(schema);
    if (key in fields) places.push(path.join('.'));
    for (const [name, field] of Object.entries(fields)) visit(field, [...path, name]);
  };
  visit(policyJsonSchema(), []);
  return places;
}

/** Positions in a list may be given or left out: all items of a list have one schema. */
function schemaAt(schema: JsonSchema, path: readonly PropertyKey[]): JsonSchema | undefined {
  let current: JsonSchema | undefined = schema;
  for (const step of path) current = typeof step === 'number' ? elementOf(current) : fieldsOf(current)[String(step)];
  return current;
}

/** The fields of a group, or of each group in a list. */
function fieldsOf(schema: JsonSchema | undefined): Record<string, JsonSchema> {
  const entries = Object.entries(elementOf(schema)?.properties ?? {});
  return Object.fromEntries(entries.flatMap(([key, field]) => (typeof field === 'boolean' ? [] : [[key, field]])));
}

/** The schema of a list's items; what is no list stands for itself. */
function elementOf(schema: JsonSchema | undefined): JsonSchema | undefined {
  const items = schema?.items;
  return typeof items === 'object' && !Array.isArray(items) ? items : schema;
}
