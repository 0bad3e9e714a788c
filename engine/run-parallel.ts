import type { Machine, ParallelState } from './definition.ts';
import { StateFailure } from './errors.ts';
import { abortChild, type Flow, openFlow, record, recordAside } from './flow.ts';
import type { Json } from './json.ts';
import { runFlow } from './run-flow.ts';
import { runTogether } from './run-together.ts';
import { scopeOf, type Visit } from './visit.ts';

export async function runParallel(visit: Visit, state: ParallelState): Promise<Json> {
  const { flow } = visit;
  const input = state.arguments ? await state.arguments.evaluate(scopeOf(visit)) : visit.input;
  const startedId = record(flow, 'ParallelStateStarted');
  const { branches } = state;
  const outputs = await runTogether(branches.length, branches.length, (index) =>
    runBranch(flow, branches[index], startedId, input),
  );
  recordAside(flow, 'ParallelStateSucceeded', flow.source);
  return outputs;
}

async function runBranch(flow: Flow, machine: Machine | undefined, startedId: number, input: Json): Promise<Json> {
  if (!machine) return null;
  const branch = openFlow(flow.runtime, flow.execution, {
    source: startedId,
    variables: flow.variables,
    mapItem: flow.mapItem,
  });
  flow.children.add(branch);
  try {
    const output = await runFlow(branch, machine, input);
    flow.children.delete(branch);
    return output;
  } catch (error) {
    flow.children.delete(branch);
    if (error instanceof StateFailure) for (const sibling of flow.children) abortChild(flow, sibling);
    throw error;
  } finally {
    if (!branch.isAborted) flow.source = branch.source;
  }
}
