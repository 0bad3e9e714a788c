import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { createEngine, type HistoryEvent, type Json, virtualClock } from '../../engine/index.ts';

const json: z.ZodType<Json> = z.lazy(() =>
  z.union([z.null(), z.boolean(), z.number(), z.string(), z.array(json), z.record(z.string(), json)]),
);

const recordingSchema = z.object({
  id: z.string(),
  definition: json,
  input: json,
  lambdas: z.record(z.string(), z.literal('id_function')),
  events: z.array(z.looseObject({ id: z.number(), previousEventId: z.number(), type: z.string() })),
});

/** An execution that AWS Step Functions ran: what went in, and the history that came out. */
export type Recording = z.infer<typeof recordingSchema>;

/** The folder with `executions.json`: ASL_RECORDED, or the place where it lies beside this repository. */
export function recordingsFolder(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  return resolve(environment.ASL_RECORDED ?? join(import.meta.dirname, '../../../shared/data/asl-recorded'));
}

/**
 * The recordings of a folder; none if there is no such folder, as on most machines. Where RECORDED=required they must be
 * there, and their absence is an error.
 */
export function loadRecordings(
  folder: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): readonly Recording[] {
  const file = join(folder, 'executions.json');
  if (existsSync(file)) return z.array(recordingSchema).parse(JSON.parse(readFileSync(file, 'utf8')));
  if (environment.RECORDED === 'required') {
    throw new Error(`RECORDED=required, but there is no ${file}; set ASL_RECORDED to the folder that holds it`);
  }
  return [];
}

/** Runs a recording's definition on its input in the engine. */
export async function replay(recording: Recording): Promise<readonly HistoryEvent[]> {
  const clock = virtualClock('2026-01-01T00:00:00Z');
  const engine = createEngine({
    clock,
    region: 'us-east-1',
    accountId: '111122223333',
    invokeFunction: async (name, payload) =>
      recording.lambdas[name] === 'id_function'
        ? { durationMs: 10, payload }
        : { durationMs: 10, error: 'UnknownFunction', cause: name },
  });
  // Recorded machines read variables that nobody sets, to see what happens.
  engine.addStateMachine('recorded', recording.definition, { strict: false });
  const { executionArn } = engine.startExecution({ stateMachine: 'recorded', input: recording.input });
  await clock.run();
  return engine.getExecutionHistory(executionArn);
}

/** What the recordings mask because it varies: `timestamp`, `date`, `<uuid:1>`, `snf_role_arn`. */
const maskPattern = /^(?:timestamp|date|snf_role_arn|<[a-z_-]+(?::\d+)?>)$/;
const partialMaskPattern = /<[a-z_-]+(?::\d+)?>|111111111111|lambda_function_name/g;

/**
 * The first difference between what was recorded and what the engine did, as `path: expected … but was …`; `undefined` if
 * they agree. Masked values agree with anything. Where a payload was recorded parsed, the engine's JSON text is parsed.
 */
export function firstDifference(recorded: unknown, actual: unknown, path = ''): string | undefined {
  if (typeof recorded === 'string') return stringDifference(recorded, actual, path);
  if (typeof actual === 'string' && typeof recorded === 'object' && recorded !== null) {
    return firstDifference(recorded, JSON.parse(actual), path);
  }
  if (typeof recorded !== 'object' || recorded === null || typeof actual !== 'object' || actual === null) {
    return Object.is(recorded, actual) ? undefined : different(path, recorded, actual);
  }
  if (Array.isArray(recorded) !== Array.isArray(actual)) return different(path, recorded, actual);
  const [left, right] = [new Map(Object.entries(recorded)), new Map(Object.entries(actual))];
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const at = `${path}/${key}`;
    if (!left.has(key) || !right.has(key)) return different(at, left.get(key), right.get(key));
    const difference = firstDifference(left.get(key), right.get(key), at);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function stringDifference(recorded: string, actual: unknown, path: string): string | undefined {
  if (maskPattern.test(recorded) || recorded === actual) return undefined;
  const parts = recorded.split(partialMaskPattern);
  if (parts.length > 1 && typeof actual === 'string') {
    const escaped = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    if (new RegExp(`^${escaped.join('.*')}$`).test(actual)) return undefined;
  }
  return different(path, recorded, actual);
}

function different(path: string, recorded: unknown, actual: unknown): string {
  return `${path === '' ? '/' : path}: expected ${JSON.stringify(recorded)} but was ${JSON.stringify(actual)}`;
}
