import { readdirSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import type { NamedPolicy } from '../shared/domain/policy.ts';
import { parseTemplate, type Value } from './cloudformation.ts';
import { inProject } from './names.ts';
import { archivesOf, type Need, needs, topicsOf } from './needs.ts';
import { allow, type Statement } from './role.ts';
import { selectedConditions } from './selected.ts';

const valueSchema: z.ZodType<Value> = z.json();
const needNames = Object.keys(needs).filter((name): name is Need => name in needs);

const statementSchema = z.strictObject({
  Effect: z.literal('Allow'),
  Action: z.array(z.string()).min(1),
  Resource: valueSchema,
  Condition: z.record(z.string(), valueSchema).optional(),
  onlyWhere: z.enum(needNames).optional(),
  onlyOn: z.literal('instances that a policy selects').optional(),
});

const functionFileSchema = z.strictObject({
  handler: z.string(),
  timeout: z.int().min(1).max(900),
  memorySize: z.int().min(128).max(10_240),
  environment: z.record(z.string(), valueSchema).optional(),
  iamRoleStatements: z.array(statementSchema),
});

export type FunctionFile = z.output<typeof functionFileSchema>;

/** The folders of functions/: one for each function. */
export function functionFolders(): string[] {
  return readdirSync(inProject('functions'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** @throws where a function.yml says what is not understood */
export function readFunctionFile(folder: string): FunctionFile {
  const file = `functions/${folder}/function.yml`;
  const parsed = functionFileSchema.safeParse(parseTemplate(readFileSync(inProject(file), 'utf8')));
  if (!parsed.success) throw new Error(`${file} cannot be deployed:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** The rights of a function under these policies: what none of them needs is left out. */
export function statementsUnder(file: FunctionFile, policies: readonly NamedPolicy[]): Statement[] {
  return file.iamRoleStatements.flatMap(({ Action, Resource, Condition, onlyWhere, onlyOn }) => {
    const needing = onlyWhere === undefined ? policies : policies.filter(needs[onlyWhere]);
    if (onlyWhere !== undefined && needing.length === 0) return [];
    const listed: readonly Value[] = Array.isArray(Resource) ? Resource : [Resource];
    const resources = listed.flatMap((resource) => filledIn(resource, policies));
    if (resources.length === 0) return [];
    // What one policy selects must not be open to what only another policy does.
    const conditions = onlyOn === undefined ? [Condition] : selectedConditions(needing, Condition);
    return conditions.map((condition) => allow(Action, resources, condition));
  });
}

/** A resource for each archive, or topic, of the policies; as it is where it stands for neither. */
function filledIn(resource: Value, policies: readonly NamedPolicy[]): Value[] {
  const text = JSON.stringify(resource);
  const put = (name: string, value: string) => (into: string) => into.replaceAll(`\${${name}}`, value);
  if (text.includes('$' + '{PolicyTopic}')) {
    return topicsOf(policies).map((topicArn) => parsed(put('PolicyTopic', topicArn)(text)));
  }
  const isOfArchives = /\$\{Archive(?:Bucket|Prefix)\}/.test(text);
  if (!isOfArchives) return [resource];
  const filled = archivesOf(policies).map(({ bucket, prefix }) =>
    put('ArchivePrefix', prefix)(put('ArchiveBucket', bucket)(text)),
  );
  return [...new Set(filled)].map(parsed);
}

const parsed = (text: string): Value => valueSchema.parse(JSON.parse(text));
