import * as z from 'zod';
import { readWorkflow, type Workflow, workflowNames } from '../../cli/simulation/workflows.ts';

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

const machineSchema = z.object({ States: z.record(z.string(), z.unknown()), TimeoutSeconds: z.number().optional() });

export type State = z.output<typeof stateSchema>;

/** A workflow as it ships. */
export interface Machine extends Workflow {
  readonly timeoutSeconds: number | undefined;
  /** Every state by its name, those inside of Maps too. */
  readonly states: ReadonlyMap<string, State>;
}

/** All that there are. Throws where one has two states of a name. */
export const machines: readonly Machine[] = workflowNames().map((name) => {
  const workflow = readWorkflow(name);
  const timeoutSeconds = machineSchema.parse(workflow.definition).TimeoutSeconds;
  return { ...workflow, timeoutSeconds, states: statesOf(workflow.definition) };
});

export function machineCalled(name: string): Machine {
  const machine = machines.find((each) => each.name === name);
  if (!machine) throw new Error(`There is no statemachines/${name}; correct the test.`);
  return machine;
}

export function retriersOf(state: State, error: string): State['Retry'] {
  return state.Retry.filter(({ ErrorEquals }) => ErrorEquals.includes(error));
}

/** How often a state attempts what ends in `error` each time. */
export function attemptsOf(machineName: string, stateName: string, error: string): number {
  const state = machineCalled(machineName).states.get(stateName);
  if (!state) throw new Error(`${machineName} has no state ${stateName}; correct the test or the definition.`);
  return 1 + (retriersOf(state, error)[0]?.MaxAttempts ?? 0);
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
