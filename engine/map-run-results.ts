import { errorNames, StateFailure } from './errors.ts';
import { type Execution, statusOf } from './execution.ts';
import type { Json, JsonObject } from './json.ts';
import type { Runtime } from './runtime.ts';

/** What one child of a Map Run gets. */
export interface ChildInput {
  readonly input: Json;
  /** How many items are in it: 1, or those of a batch. */
  readonly items: number;
}

export interface ChildResult extends ChildInput {
  /** `undefined` for an item that was never begun. */
  readonly execution: Execution | undefined;
}

interface Destination {
  readonly stateMachineName: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly mapRunArn: string;
  readonly runId: string;
  readonly children: readonly ChildResult[];
}

type Group = 'FAILED' | 'PENDING' | 'SUCCEEDED';

/**
 * Writes what ResultWriter leaves: one file per kind of ending and `manifest.json`, all under `<prefix>/<run id>/`.
 * Returns the output of the Map state, which says only where they are. Rejects with States.ResultWriterFailed.
 */
export async function writeResults({ clock, options }: Runtime, destination: Destination): Promise<JsonObject> {
  const { bucket, mapRunArn, runId, children } = destination;
  const folder = `${destination.prefix === '' ? '' : `${destination.prefix.replace(/\/$/, '')}/`}${runId}`;
  const put = async (key: string, body: string): Promise<void> => {
    if (!options.objects) throw failure('The engine was given no object store (option `objects`)');
    try {
      await clock.busy(options.objects.put(bucket, key, body, destination.stateMachineName));
    } catch (error) {
      throw failure(error instanceof Error ? error.message : String(error));
    }
  };
  const resultFiles: Record<Group, JsonObject[]> = { FAILED: [], PENDING: [], SUCCEEDED: [] };
  for (const group of ['FAILED', 'PENDING', 'SUCCEEDED'] as const) {
    const results = children.filter(({ execution }) => groupOf(execution) === group).map(resultOf);
    if (results.length === 0) continue;
    const key = `${folder}/${group}_0.json`;
    const body = JSON.stringify(results);
    await put(key, body);
    resultFiles[group].push({ Key: key, Size: Buffer.byteLength(body) });
  }
  const key = `${folder}/manifest.json`;
  await put(key, JSON.stringify({ DestinationBucket: bucket, MapRunArn: mapRunArn, ResultFiles: resultFiles }));
  return { MapRunArn: mapRunArn, ResultWriterDetails: { Bucket: bucket, Key: key } };
}

function failure(cause: string): StateFailure {
  return new StateFailure(errorNames.resultWriterFailed, cause);
}

function groupOf(execution: Execution | undefined): Group {
  if (!execution) return 'PENDING';
  return execution.ending?.status === 'SUCCEEDED' ? 'SUCCEEDED' : 'FAILED';
}

function resultOf({ input, execution }: ChildResult): JsonObject {
  const inputFields = { Input: JSON.stringify(input), InputDetails: { Included: true } };
  if (!execution) return inputFields;
  const { ending } = execution;
  const status = statusOf(execution);
  return {
    ...(ending?.cause === undefined ? {} : { Cause: ending.cause }),
    ...(ending?.error === undefined ? {} : { Error: ending.error }),
    ExecutionArn: execution.arn,
    ...inputFields,
    Name: execution.name,
    ...(ending?.output === undefined ? {} : { Output: JSON.stringify(ending.output) }),
    OutputDetails: { Included: true },
    RedriveCount: 0,
    RedriveStatus: status === 'SUCCEEDED' ? 'NOT_REDRIVABLE' : 'REDRIVABLE_BY_MAP_RUN',
    ...(status === 'SUCCEEDED' ? { RedriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven' } : {}),
    StartDate: new Date(execution.startMs).toISOString(),
    StateMachineArn: execution.stateMachineArn,
    Status: status,
    ...(execution.stopMs === undefined ? {} : { StopDate: new Date(execution.stopMs).toISOString() }),
  };
}
