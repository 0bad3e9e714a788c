import type { Json } from '../../engine/index.ts';
import { type NamedPolicy, namedPolicySchema } from '../../shared/domain/policy.ts';
import type { Call, Input, Mishap, Output, TaskState } from './tasks.ts';

export const home = 'eu-west-1';
export const account = '111122223333';
export const bucket = 'ami-lifecycle-work';
/** Where the rig lays the items of a run's Map. */
export const items = { bucket, key: 'runs/test/items.json' };
/** Where it lays those of the Map that shares. */
export const shares = { bucket, key: 'runs/test/shares.json' };
export const startedAt = '2026-11-21T03:00:00.000Z';
export const imageId = 'ami-00000000000000001';

/** How long things take in the account, in seconds. */
export interface Timing {
  readonly stopSeconds: number;
  readonly snapshotsSeconds: number;
  readonly imageSeconds: number;
  readonly startSeconds: number;
  readonly copySeconds: number;
  readonly storeSeconds: number;
  /** Until an archive is readable; 0 for one that does not sleep. */
  readonly wakeSeconds: number;
}

export const usualTiming: Timing = {
  stopSeconds: 40,
  snapshotsSeconds: 3,
  imageSeconds: 600,
  startSeconds: 180,
  copySeconds: 1200,
  storeSeconds: 1800,
  wakeSeconds: 0,
};

export interface World {
  readonly policy: NamedPolicy;
  /** What the Map of a run goes through. */
  readonly items: readonly Json[];
  /** What the Map goes through that shares. */
  readonly shares: readonly Json[];
  readonly timing: Timing;
  readonly objects: ReadonlyMap<string, string>;
  /** What a summary tells people. */
  readonly tell: (message: string) => void;
}

/** What every state's function answers where all goes well. */
export type Answers = {
  readonly [State in TaskState]: (
    input: Input<State>,
    world: World,
    call: Call,
  ) => Output<State> | Mishap | Promise<Output<State>>;
};

/** A policy called gold; `fields` as in its file. */
export function gold(fields: object = {}): NamedPolicy {
  return namedPolicySchema.parse({ name: 'gold', schedule: { cron: '0 3 * * ? *' }, ...fields });
}

/** When a call was made, as the machine says it. */
export function instantOf(call: Call | undefined): string {
  return new Date(Date.parse(startedAt) + 1000 * (call?.atSeconds ?? Number.NaN)).toISOString();
}

/** What the tasks that summarise work with. */
export function summaryPorts({ objects, tell }: World) {
  return {
    topicArn: `arn:aws:sns:${home}:${account}:ami-lifecycle`,
    objectsIn: (name: string) => ({
      readJson: async (key: string): Promise<unknown> => JSON.parse(objects.get(`${name}/${key}`) ?? 'null'),
    }),
    notifications: { publish: async (_: string, __: string, message: string) => tell(message) },
    meter: quietMeter,
  };
}

export const quietMeter = { count: () => undefined, seconds: () => undefined, gigabytes: () => undefined };
