import * as z from 'zod';
import { readWorkflow } from '../cli/simulation/workflows.ts';

interface States {
  States: Record<string, State>;
}

interface State {
  Catch?: unknown[] | undefined;
  ItemProcessor?: States | undefined;
  Branches?: States[] | undefined;
}

const statesSchema: z.ZodType<States> = z.object({
  States: z.record(
    z.string(),
    z.object({
      Catch: z.array(z.unknown()).optional(),
      ItemProcessor: z.lazy(() => statesSchema).optional(),
      Branches: z.array(z.lazy(() => statesSchema)).optional(),
    }),
  ),
});

/** The states of a workflow that catch errors, those within its Maps and branches included; by name. */
export function statesWithCatch(workflow: string): string[] {
  return catchingIn(statesSchema.parse(readWorkflow(workflow).definition)).sort();
}

function catchingIn({ States }: States): string[] {
  return Object.entries(States).flatMap(([name, { Catch = [], ItemProcessor, Branches = [] }]) => [
    ...(Catch.length > 0 ? [name] : []),
    ...(ItemProcessor ? catchingIn(ItemProcessor) : []),
    ...Branches.flatMap(catchingIn),
  ]);
}
