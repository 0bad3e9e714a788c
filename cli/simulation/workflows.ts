import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import type { Json } from '../../engine/index.ts';
import { projectDirectory } from './project.ts';

const workflowSchema = z.object({
  triggers: z.object({
    event: z.record(z.string(), z.json()).optional(),
    /** As EventBridge has it in `rate(5 minutes)`. */
    every: z.string().optional(),
  }),
  functions: z.array(z.string()),
  workflows: z.array(z.string()).default([]),
});

/** A workflow as it ships: its definition, the functions that it calls, and the events that start it. */
export interface Workflow {
  name: string;
  definition: unknown;
  /** Keys of the definition's substitutions, as serverless.yml has them: `createImage`. */
  functionKeys: readonly string[];
  /** Those of the workflows that it starts: `archiveImage`. */
  workflowKeys: readonly string[];
  /** Absent where no event starts it. */
  eventPattern?: Json;
  /** Absent where it has no schedule that is everybody's, as EventBridge Scheduler has it: `rate(5 minutes)`. */
  scheduleExpression?: string;
}

/** Every workflow there is. */
export function workflowNames(): string[] {
  return readdirSync(join(projectDirectory, 'statemachines'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

export function readWorkflow(name: string): Workflow {
  const known = workflowsRead.get(name);
  if (known) return known;
  const workflow = parseWorkflow(name);
  workflowsRead.set(name, workflow);
  return workflow;
}

/** They are the same for every stack of this process. */
const workflowsRead = new Map<string, Workflow>();

function parseWorkflow(name: string): Workflow {
  const directory = join(projectDirectory, 'statemachines', name);
  // The definition's anchors are many, and all ours: yaml's guard against documents that explode does not apply.
  const definition: unknown = parse(readFileSync(join(directory, 'definition.asl.yaml'), 'utf8'), {
    maxAliasCount: -1,
  });
  const { triggers, functions, workflows } = workflowSchema.parse(
    parse(readFileSync(join(directory, 'workflow.yml'), 'utf8')),
  );
  return {
    name,
    definition,
    functionKeys: functions,
    workflowKeys: workflows,
    ...(triggers.event ? { eventPattern: triggers.event } : {}),
    ...(triggers.every ? { scheduleExpression: `rate(${triggers.every})` } : {}),
  };
}

/**
 * What the definition's substitutions stand for in one account and Region.
 * @param version that of the functions and workflows; without it whatever is newest
 */
export function substitutionsOf(
  { functionKeys, workflowKeys }: Workflow,
  region: string,
  accountId: string,
  version?: number,
): Record<string, string> {
  const of = version === undefined ? '' : `:${version}`;
  return Object.fromEntries([
    ...functionKeys.map((key) => [key, `arn:aws:lambda:${region}:${accountId}:function:${folderOf(key)}${of}`]),
    ...workflowKeys.map((key) => [key, `arn:aws:states:${region}:${accountId}:stateMachine:${folderOf(key)}${of}`]),
  ]);
}

/** `createImage` is the function in `functions/create-image`, `archiveImage` the workflow in `statemachines/archive-image`. */
export function folderOf(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
