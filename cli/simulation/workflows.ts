import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import type { Json } from '../../engine/index.ts';
import { projectDirectory } from './project.ts';

const workflowSchema = z.object({
  triggers: z.object({ event: z.record(z.string(), z.json()) }),
  functions: z.array(z.string()),
});

/** A workflow as it ships: its definition, the functions that it calls, and the events that start it. */
export interface Workflow {
  name: string;
  definition: unknown;
  /** Keys of the definition's substitutions, as serverless.yml has them: `createImage`. */
  functionKeys: readonly string[];
  eventPattern: Json;
}

export function readWorkflow(name: string): Workflow {
  const directory = join(projectDirectory, 'statemachines', name);
  // The definition's anchors are many, and all ours: yaml's guard against documents that explode does not apply.
  const definition: unknown = parse(readFileSync(join(directory, 'definition.asl.yaml'), 'utf8'), {
    maxAliasCount: -1,
  });
  const { triggers, functions } = workflowSchema.parse(parse(readFileSync(join(directory, 'workflow.yml'), 'utf8')));
  return { name, definition, functionKeys: functions, eventPattern: triggers.event };
}

/** `createImage` is the function in `functions/create-image`. */
export function functionNameOf(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
