import * as z from 'zod';
import { parts } from './contract.ts';
import { leastLeaseMinutes } from './inspection.ts';
import { type Instance, isAlive, isStoppedAgain, type Lease, leaseOf, standsStill } from './instance.ts';
import { secondsBetween } from './polling.ts';

/** Step Functions' answers may lag behind: what it does not know for so long after the stop, it has lost. */
const visibilitySeconds = 5 * 60;
const dayMs = 86_400_000;

/**
 * Who wrote a lease, by the name of the execution in it. `another`: a capture or rescue of another stack, which we may
 * not ask about. `nobody`: we never write such a value, or there is none beside a deadline.
 */
export type Holder = 'capture' | 'rescue' | 'another' | 'nobody';

/** What Step Functions says of an execution. `lost`: it knows none of that name. `unknown`: it was not asked, or refused. */
export interface HolderState {
  status: 'running' | 'ended' | 'lost' | 'unknown';
  /** ISO instants; empty where they are not known. */
  startedAt: string;
  endedAt: string;
}

export const notAsked: HolderState = { status: 'unknown', startedAt: '', endedAt: '' };

/** What the ARNs of the executions begin with that we may ask about. */
interface OwnMachines {
  captures: string;
  rescues: string;
}

export type LeaseVerdict =
  /** `held`: whoever holds it is at work, or has time left. `unclear`: nothing says that it is ours to start. */
  | { action: 'leave'; reason: 'held' | 'under-rescue' | 'unclear' }
  | {
      action: 'rescue';
      /** For people: why nobody else will start it. */
      reason: string;
      /** Since when it should run; an ISO instant. */
      overdueSince: string;
      /** Whether people are to hear of it, should this rescue fail. They hear of every one that succeeds. */
      tellsFailure: boolean;
    };

/** A stranded instance, as one function writes it and the next ones take it. */
export const rescueItemSchema = z.strictObject({
  instanceId: parts.instanceId,
  /** The lease as it was found: a rescue takes over this one, and no other. */
  lease: z.strictObject({ executionId: parts.executionId, restartBy: z.string(), launchedAt: z.string().default('') }),
  holder: z.enum(['capture', 'rescue', 'another']),
  reason: z.string(),
  overdueSince: parts.instant,
  tellsFailure: z.boolean(),
  /** Else it runs, and only its lease was left. */
  stoodStill: z.boolean(),
});

export type RescueItem = z.output<typeof rescueItemSchema>;

/** Our own state machines, as the execution of a rescue knows them: they differ in the last part of their names alone. */
export function ownMachines(rescueExecutionId: string): OwnMachines {
  const rescues = /^(?:[^:]*:){6}[^:/]*/.exec(rescueExecutionId)?.[0] ?? rescueExecutionId;
  return { rescues, captures: rescues.replace(/rescue-instances$/, 'capture-images') };
}

export function holderOf(lease: Lease | undefined, own: OwnMachines): Holder {
  const pattern = /^(arn:[^:]+:states:[^:]+:\d{12}:execution:[^:/]+)(?:\/([^:/]+))?:[^:]+$/;
  const [, machine, label] = pattern.exec(lease?.executionId ?? '') ?? [];
  if (machine === own.rescues) return 'rescue';
  if (machine === own.captures) return 'capture';
  // Leases are held by the children of a Map, which carry its label beside the name of the state machine.
  return label === 'CaptureInstances' || label === 'RescueInstances' ? 'another' : 'nobody';
}

/** Whether the answer of Step Functions would change anything. An instance that runs has time until its deadline. */
export function isWorthAsking(instance: Instance, holder: Holder, now: string): boolean {
  if (holder === 'rescue') return true;
  const deadlineMs = deadlineOf(instance);
  if (holder !== 'capture' || deadlineMs <= Date.parse(now)) return false;
  return standsStill(instance) || Number.isNaN(deadlineMs);
}

/**
 * Whether an instance that carries a lease, or half of one, is stranded: its deadline is over, or nobody is left to keep
 * it. Pure: the same answers of AWS at the same time give the same verdict.
 */
export function judgeLease(instance: Instance, holder: Holder, state: HolderState, now: string): LeaseVerdict {
  const leave = (reason: 'held' | 'under-rescue' | 'unclear'): LeaseVerdict => ({ action: 'leave', reason });
  const deadlineMs = deadlineOf(instance);
  const isOver = deadlineMs <= Date.parse(now);
  const rescue = (reason: string, since: string, tellsFailure = true): LeaseVerdict => ({
    action: 'rescue',
    reason,
    overdueSince: Date.parse(since) <= Date.parse(now) ? new Date(since).toISOString() : now,
    tellsFailure,
  });
  const overdueSince = isOver ? runsSince(instance, deadlineMs) : state.endedAt;
  if (holder === 'nobody') return leave('unclear');
  if (holder === 'rescue') {
    if (state.status === 'running') return leave('under-rescue');
    return rescue('its last rescue has failed', overdueSince, isNewDay(overdueSince, state.startedAt, now));
  }
  if (isOver) return rescue('its deadline is over', overdueSince);
  if (state.status === 'ended') return rescue('the execution that stopped it has ended', overdueSince);
  if (state.status === 'lost' && !hasJustStopped(instance, now)) {
    return rescue('the execution that stopped it is not known any more', overdueSince);
  }
  return leave(state.status === 'unknown' && Number.isNaN(deadlineMs) ? 'unclear' : 'held');
}

/**
 * Whether its owner stopped an instance after it had been started again under this lease, and so is not to be overruled;
 * whoever stopped it before that, it is ours to start.
 */
export function isStoppedByOwner(instance: Instance, holder: Holder): boolean {
  // Earlier versions named no launch: a rescue wrote since when the instance should run, a capture by when it must. Without
  // a deadline nothing says when such a lease began.
  const leaseMs = holder === 'rescue' ? 0 : leastLeaseMinutes * 60_000;
  return isStoppedAgain(instance, deadlineOf(instance) - leaseMs);
}

/**
 * Since when an instance should run whose deadline is over: for one that runs, an instant before its start. A claim that named
 * the deadline would be later than that, and where the lease names no launch its owner's stop could not be told from ours.
 */
function runsSince(instance: Instance, deadlineMs: number): string {
  const startedMs = Date.parse(instance.launchedAt);
  const isBack = !standsStill(instance) && startedMs <= deadlineMs;
  return new Date(isBack ? startedMs - 1 : deadlineMs).toISOString();
}

/** In milliseconds; NaN where it is missing or unreadable. */
function deadlineOf(instance: Instance): number {
  return isAlive(instance) ? Date.parse(leaseOf(instance.tags)?.restartBy ?? '') : Number.NaN;
}

function hasJustStopped({ stoppedByHandAt }: Instance, now: string): boolean {
  return secondsBetween(stoppedByHandAt, now) < visibilitySeconds;
}

/** A failure that lasts is told once for each day of it: whether one has begun since the last attempt. */
function isNewDay(overdueSince: string, lastAttemptAt: string, now: string): boolean {
  const daysUntil = (at: string): number => Math.floor((Date.parse(at) - Date.parse(overdueSince)) / dayMs);
  const daysBefore = daysUntil(lastAttemptAt);
  return Number.isNaN(daysBefore) || daysUntil(now) > daysBefore;
}
