import type { Timer } from './clock.ts';
import type { DistributedFields, MapState } from './definition.ts';
import { EvaluationFailure, errorNames, StateFailure } from './errors.ts';
import type { Ending, Execution } from './execution.ts';
import { record, waitFor } from './flow.ts';
import { isJsonArray, isJsonObject, type Json } from './json.ts';
import { type ChildInput, type ChildResult, writeResults } from './map-run-results.ts';
import { evaluateInteger } from './templates.ts';
import { scopeOf, toFailure, type Visit } from './visit.ts';

export interface Tolerance {
  readonly failureCount: number | undefined;
  readonly failurePercentage: number | undefined;
}

interface MapRunStart {
  /** `undefined` when a reader gives them. */
  readonly items: readonly Json[] | undefined;
  readonly maxConcurrency: number;
  readonly tolerance: Tolerance;
}

/** What AWS runs at once when MaxConcurrency is 0. */
const distributedConcurrencyLimit = 10_000;

/** AWS dispatches a hundred Standard children of a Map Run a second: Developer Guide, service quotas. */
const dispatchMs = 10;

/** A Map Run: every item (or batch) in an execution of its own, with its own history; outer variables do not reach it. */
export async function runDistributedMap(
  visit: Visit,
  state: MapState,
  distributed: DistributedFields,
  start: MapRunStart,
): Promise<Json> {
  const { flow } = visit;
  const { options, random } = flow.runtime;
  const runId = random.uuid();
  const mapRunArn =
    `arn:aws:states:${options.region}:${options.accountId}:mapRun:` +
    `${flow.execution.stateMachineName}/${distributed.label}:${runId}`;
  record(flow, 'MapRunStarted', { mapRunArn });
  visit.decidedBy = flow.source;
  try {
    const items = start.items ?? (await readItems(visit, distributed));
    const inputs = await childInputs(visit, state, distributed, items);
    const children = await runChildren(visit, state, distributed, mapRunArn, inputs, start);
    const output = await results(visit, distributed, mapRunArn, runId, children);
    if (isExceeded(start.tolerance, failedItems(children), items.length)) {
      throw new StateFailure(
        errorNames.exceedToleratedFailureThreshold,
        'The specified tolerated failure threshold was exceeded',
      );
    }
    const { source } = flow;
    record(flow, 'MapRunSucceeded');
    // AWS's next events follow from the one before this.
    flow.source = source;
    return output;
  } catch (thrown) {
    const failure = toFailure(visit, thrown);
    record(flow, 'MapRunFailed', { error: failure.error, cause: failure.cause });
    throw failure;
  }
}

async function readItems(visit: Visit, { itemReader }: DistributedFields): Promise<readonly Json[]> {
  if (!itemReader) return [];
  const scope = scopeOf(visit);
  const location = await itemReader.arguments.evaluate(scope);
  const maxItems =
    itemReader.maxItems && (await evaluateInteger(itemReader.maxItems, scope, { minimum: 0, maximum: 100_000_000 }));
  const { bucket, key } = bucketAndKey(location, 'Key', 'ItemReader/Arguments');
  const items = await readObject(visit, bucket, key);
  // As on AWS, 0 is no limit.
  return maxItems ? items.slice(0, maxItems) : items;
}

async function readObject({ flow }: Visit, bucket: string, key: string): Promise<readonly Json[]> {
  const { clock, options } = flow.runtime;
  const { objects } = options;
  const failure = (cause: string): StateFailure => new StateFailure(errorNames.itemReaderFailed, cause);
  if (!objects) throw failure('The engine was given no object store (option `objects`)');
  try {
    const parsed: unknown = JSON.parse(await clock.busy(objects.get(bucket, key, flow.execution.stateMachineName)));
    const items = parsed as Json;
    if (isJsonArray(items)) return items;
  } catch (error) {
    throw failure(error instanceof Error ? error.message : String(error));
  }
  throw failure(`Attempting to map over non-iterable node: ${bucket}/${key} holds no JSON array.`);
}

function bucketAndKey(value: Json, keyName: string, location: string): { bucket: string; key: string } {
  const { Bucket: bucket, [keyName]: key = '' } = isJsonObject(value) ? value : {};
  if (typeof bucket === 'string' && typeof key === 'string') return { bucket, key };
  throw new EvaluationFailure(`The field '${location}' must give Bucket and ${keyName} as strings`, location);
}

async function childInputs(
  visit: Visit,
  state: MapState,
  { itemBatcher }: DistributedFields,
  items: readonly Json[],
): Promise<readonly ChildInput[]> {
  const selected: Json[] = [];
  for (let index = 0; index < items.length; index++) {
    const value = items[index] ?? null;
    const scope = scopeOf(visit, { mapItem: { index, value } });
    selected.push(state.itemSelector ? await state.itemSelector.evaluate(scope) : value);
  }
  if (!itemBatcher) return selected.map((input) => ({ input, items: 1 }));
  const scope = scopeOf(visit);
  const size = await evaluateInteger(itemBatcher.maxItemsPerBatch, scope, { minimum: 1, maximum: 100_000_000 });
  const batchInput = itemBatcher.batchInput && (await itemBatcher.batchInput.evaluate(scope));
  const batches: ChildInput[] = [];
  for (let from = 0; from < selected.length; from += size) {
    const Items = selected.slice(from, from + size);
    const input = batchInput === undefined ? { Items } : { BatchInput: batchInput, Items };
    batches.push({ input, items: Items.length });
  }
  return batches;
}

/** Runs the children until all have ended or too many have failed; then the running are aborted and the others never begin. */
function runChildren(
  { flow }: Visit,
  state: MapState,
  { label }: DistributedFields,
  mapRunArn: string,
  inputs: readonly ChildInput[],
  { maxConcurrency, tolerance }: MapRunStart,
): Promise<readonly ChildResult[]> {
  const { runtime, execution: parent } = flow;
  const width = maxConcurrency === 0 ? distributedConcurrencyLimit : maxConcurrency;
  const running = new Set<Execution>();
  const children: Execution[] = [];
  let failed = 0;
  const total = inputs.reduce((sum, { items }) => sum + items, 0);
  const finished = (): readonly ChildResult[] =>
    inputs.map((given, index) => ({ ...given, execution: children[index] }));

  return waitFor<readonly ChildResult[]>(flow, (settle) => {
    let isStopping = false;
    let nextDispatch: Timer | undefined;
    const fill = (): void => {
      if (!isStopping && !nextDispatch && running.size < width && children.length < inputs.length) dispatch();
      if (running.size === 0 && (isStopping || !nextDispatch)) settle(finished());
    };
    const dispatch = (): void => {
      const { input, items } = inputs[children.length] ?? { input: null, items: 0 };
      const child = runtime.startMapChild({ parent, label, mapRunArn, machine: state.processor, input });
      children.push(child);
      running.add(child);
      child.closed.add((ending) => childClosed(child, items, ending));
      if (children.length === inputs.length) return;
      nextDispatch = runtime.clock.after(dispatchMs, () => {
        nextDispatch = undefined;
        fill();
      });
    };
    const childClosed = (child: Execution, items: number, ending: Ending): void => {
      running.delete(child);
      if (ending.status !== 'SUCCEEDED') failed += items;
      if (isStopping) return;
      if (isExceeded(tolerance, failed, total)) stop();
      runtime.clock.after(0, fill);
    };
    const stop = (): void => {
      isStopping = true;
      nextDispatch?.cancel();
      for (const child of running) runtime.close(child, { status: 'ABORTED' });
    };
    runtime.clock.after(0, fill);
    return stop;
  });
}

/**
 * A distributed Map tolerates no failure unless told; with both limits given, either of them ends it. What counts are items:
 * a child that fails fails its whole batch.
 */
function isExceeded({ failureCount, failurePercentage }: Tolerance, failed: number, total: number): boolean {
  if (failureCount === undefined && failurePercentage === undefined) return failed > 0;
  if (failureCount !== undefined && failed > failureCount) return true;
  return failurePercentage !== undefined && 100 * failed > failurePercentage * total;
}

function failedItems(children: readonly ChildResult[]): number {
  return children.reduce(
    (sum, { items, execution }) => sum + (execution?.ending?.status === 'SUCCEEDED' ? 0 : items),
    0,
  );
}

async function results(
  visit: Visit,
  { resultWriter }: DistributedFields,
  mapRunArn: string,
  runId: string,
  children: readonly ChildResult[],
): Promise<Json> {
  if (!resultWriter) {
    return children.flatMap(({ execution }) =>
      execution?.ending?.status === 'SUCCEEDED' ? [execution.ending.output ?? null] : [],
    );
  }
  const location = await resultWriter.evaluate(scopeOf(visit));
  const { bucket, key: prefix } = bucketAndKey(location, 'Prefix', 'ResultWriter/Arguments');
  const { stateMachineName } = visit.flow.execution;
  return writeResults(visit.flow.runtime, { stateMachineName, bucket, prefix, mapRunArn, runId, children });
}
