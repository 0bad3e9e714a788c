import type { Clock, Timer } from '../engine/clock.ts';
import type { Behaviour } from './behaviour.ts';
import type { Fault, FaultName, Faults } from './faults.ts';
import type { Rights } from './iam/rights.ts';
import type { SeededRandom } from './random.ts';
import type { Bucket, Kept, Notification, RegionState, SnapshotRecord } from './state.ts';
import type { Executions } from './states/executions.ts';

/** An event as EventBridge delivers it. */
export interface AccountEvent {
  version: '0';
  id: string;
  'detail-type': string;
  source: string;
  account: string;
  /** To the second, as EventBridge has it. */
  time: string;
  region: string;
  resources: string[];
  detail: Record<string, unknown>;
}

/** What operations and the transitions they set off act on. */
export interface World {
  readonly accountId: string;
  readonly homeRegion: string;
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly behaviour: Behaviour;
  readonly faults: Faults;
  readonly buckets: Map<string, Bucket>;
  readonly notifications: Notification[];
  /** Step Functions, if there is one; whoever runs executions puts it here. */
  executions: Executions | undefined;
  /** The rights of functions; without any, functions may do everything. */
  rights: Rights | undefined;
  readonly region: (name: string) => RegionState;
  /** A new identifier: the prefix, a dash and 17 hexadecimal digits. */
  newId(prefix: string): string;
  /** Calls `action` at that instant of virtual time. */
  at(atMs: number, action: () => void): Timer;
  /** Tells whoever watches that a snapshot started. */
  snapshotStarted(region: RegionState, snapshot: SnapshotRecord): void;
  emit(region: string, event: Pick<AccountEvent, 'detail-type' | 'source' | 'resources' | 'detail'>): void;
}

/** One attempt of one API call. */
export interface Call {
  readonly world: World;
  readonly region: RegionState;
  readonly service: string;
  readonly operation: string;
  /** The instant of the attempt: the clock's, plus what earlier calls of the same invocation took. */
  readonly nowMs: number;
  /** The function that calls; undefined for a user's own action. */
  readonly caller: string | undefined;
  readonly requestId: string;
  /** Stays the same over the SDK's attempts of one send: what an automatic client token is made of. */
  readonly sendId: string;
  /** How far back a read sees at least: 0 unless a fault says more. Undefined: it sees everything as it is. */
  readonly stalenessMs: number | undefined;
  /** Whether a fault strikes this call; never for a user's own action. */
  strikes(name: FaultName, ...resources: string[]): Fault | undefined;
}

/** Replaces a description; for a while, reads may still see the one before. */
export function replace<Description>(
  world: World,
  record: Kept<Description>,
  changes: Partial<Description>,
  nowMs: number,
): void {
  record.earlier = { description: record.description, changedAtMs: nowMs, untilMs: nowMs + lagMs(world) };
  record.description = { ...record.description, ...changes };
}

/** Marks a resource as just created: for a while, reads may not see it. */
export function created<Description, Record extends Kept<Description>>(
  world: World,
  record: Record & Kept<Description>,
  nowMs: number,
): Record {
  record.earlier = { description: undefined, changedAtMs: nowMs, untilMs: nowMs + lagMs(world) };
  return record;
}

/** What this call sees of a resource; undefined if it does not see it yet. */
export function seen<Description>(call: Call, record: Kept<Description>): Description | undefined {
  const { earlier } = record;
  if (!earlier || call.stalenessMs === undefined) return record.description;
  if (call.nowMs < Math.max(earlier.untilMs, earlier.changedAtMs + call.stalenessMs)) return earlier.description;
  return record.description;
}

export function lagMs(world: World): number {
  return world.behaviour.consistencyLagMs(world.random.running('consistency-lag'));
}
