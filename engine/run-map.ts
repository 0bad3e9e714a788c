import type { MapState } from './definition.ts';
import { EvaluationFailure, StateFailure } from './errors.ts';
import type { Scope } from './expressions.ts';
import { abortChild, type Flow, openFlow, record, recordAside } from './flow.ts';
import { isJsonArray, type Json } from './json.ts';
import { runDistributedMap } from './run-distributed-map.ts';
import { runFlow } from './run-flow.ts';
import { runTogether } from './run-together.ts';
import { evaluateAs, evaluateInteger, evaluateNumber } from './templates.ts';
import { scopeOf, toFailure, type Visit } from './visit.ts';

/** Inline, 0 means as many as AWS allows at once. */
const inlineConcurrencyLimit = 40;

export async function runMap(visit: Visit, state: MapState): Promise<Json> {
  const { flow } = visit;
  const scope = scopeOf(visit);
  const maxConcurrency = state.maxConcurrency
    ? await evaluateInteger(state.maxConcurrency, scope, { minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
    : 0;
  // The items of a reader are counted only when the Map Run reads them.
  const items = state.distributed?.itemReader ? undefined : await itemsOf(visit, state, scope);
  const startedId = record(flow, 'MapStateStarted', { length: items?.length ?? 0 });
  const tolerance = {
    failureCount: await optional(state.toleratedFailureCount, scope),
    failurePercentage: await optional(state.toleratedFailurePercentage, scope),
  };
  const output = state.distributed
    ? await runDistributedMap(visit, state, state.distributed, { items, maxConcurrency, tolerance })
    : await runInline(visit, state, items ?? [], maxConcurrency, startedId);
  recordAside(flow, 'MapStateSucceeded', flow.source);
  return output;
}

async function optional(template: MapState['toleratedFailureCount'], scope: Scope): Promise<number | undefined> {
  return template && evaluateNumber(template, scope);
}

async function itemsOf(visit: Visit, state: MapState, scope: Scope): Promise<readonly Json[]> {
  const items = state.items ? await evaluateAs(state.items, 'array', scope) : visit.input;
  if (isJsonArray(items)) return items;
  throw new EvaluationFailure(`Map state input must be an array but was: ${JSON.stringify(items)}`);
}

async function runInline(
  visit: Visit,
  state: MapState,
  items: readonly Json[],
  maxConcurrency: number,
  startedId: number,
): Promise<Json> {
  const { flow } = visit;
  const width = maxConcurrency === 0 ? inlineConcurrencyLimit : Math.min(maxConcurrency, inlineConcurrencyLimit);
  /** The event that the next iteration of a lane follows from. */
  const sources = new Map<number, number>();
  return runTogether(items.length, width, async (index, lane) => {
    const iteration = openFlow(flow.runtime, flow.execution, {
      source: sources.get(lane) ?? startedId,
      variables: flow.variables,
      mapItem: { index, value: items[index] ?? null },
    });
    const output = await runIteration(visit, state, iteration, index);
    sources.set(lane, iteration.source);
    return output;
  });
}

async function runIteration(visit: Visit, state: MapState, iteration: Flow, index: number): Promise<Json> {
  const { flow } = visit;
  const details = { index, name: state.name };
  record(iteration, 'MapIterationStarted', details);
  flow.children.add(iteration);
  try {
    const output = await runFlow(iteration, state.processor, await iterationInput(visit, state, iteration));
    flow.source = recordAside(iteration, 'MapIterationSucceeded', iteration.source, details);
    flow.children.delete(iteration);
    return output;
  } catch (error) {
    flow.children.delete(iteration);
    if (!iteration.isAborted) flow.source = iteration.source;
    if (error instanceof StateFailure) {
      recordAside(iteration, 'MapIterationFailed', iteration.source, details);
      for (const sibling of flow.children) abortIteration(flow, sibling, state.name);
    }
    throw error;
  }
}

function abortIteration(flow: Flow, iteration: Flow, name: string): void {
  const { source, mapItem } = iteration;
  const at = flow.runtime.clock.now();
  abortChild(flow, iteration);
  flow.execution.history.add('MapIterationAborted', source, at, { index: mapItem?.index, name });
}

async function iterationInput(visit: Visit, state: MapState, iteration: Flow): Promise<Json> {
  const { mapItem } = iteration;
  if (!state.itemSelector || !mapItem) return mapItem?.value ?? null;
  try {
    return await state.itemSelector.evaluate(scopeOf(visit, { mapItem }));
  } catch (thrown) {
    throw toFailure({ ...visit, flow: iteration, decidedBy: iteration.source }, thrown);
  }
}
