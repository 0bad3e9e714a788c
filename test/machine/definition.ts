import * as z from 'zod';
import { readWorkflow } from '../../cli/simulation/workflows.ts';

const retrierSchema = z.strictObject({
  ErrorEquals: z.array(z.string()),
  IntervalSeconds: z.number(),
  BackoffRate: z.number(),
  MaxAttempts: z.number().optional(),
  MaxDelaySeconds: z.number().optional(),
  JitterStrategy: z.string().optional(),
});

const stateSchema = z.object({
  Type: z.string(),
  Next: z.string().optional(),
  Default: z.string().optional(),
  Choices: z.array(z.object({ Next: z.string() })).default([]),
  Retry: z.array(retrierSchema).default([]),
  Catch: z.array(z.object({ ErrorEquals: z.array(z.string()), Next: z.string() })).default([]),
  TimeoutSeconds: z.number().optional(),
  Arguments: z.unknown().optional(),
  ItemProcessor: z.unknown().optional(),
});

const machineSchema = z.object({ States: z.record(z.string(), z.unknown()) });

export type State = z.output<typeof stateSchema>;

export const captureImages = readWorkflow('capture-images');

/** Every state of the definition by its name, those inside of Maps too. Throws where a name occurs twice. */
export const states: ReadonlyMap<string, State> = statesOf(captureImages.definition);

export function stateCalled(name: string): State {
  const state = states.get(name);
  if (!state) throw new Error(`The definition has no state ${name}; correct the test or the definition.`);
  return state;
}

export const taskStates: readonly (readonly [string, State])[] = [...states].filter(([, { Type }]) => Type === 'Task');

/** How often a state attempts what ends in `error` each time. */
export function attemptsOf(stateName: string, error: string): number {
  const retrier = stateCalled(stateName).Retry.find(({ ErrorEquals }) => ErrorEquals.includes(error));
  return 1 + (retrier?.MaxAttempts ?? 0);
}

function statesOf(machine: unknown): Map<string, State> {
  const found = new Map<string, State>();
  for (const [name, value] of Object.entries(machineSchema.parse(machine).States)) {
    const state = stateSchema.parse(value);
    const inner = state.ItemProcessor === undefined ? [] : statesOf(state.ItemProcessor);
    for (const [each, its] of [[name, state] as const, ...inner]) {
      if (found.has(each)) throw new Error(`Two states are called ${each}, so nobody can tell which was visited.`);
      found.set(each, its);
    }
  }
  return found;
}
