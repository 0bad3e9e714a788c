import { makeRecordCapture } from '../../functions/record-capture/task.ts';
import { makeSummariseRun } from '../../functions/summarise-run/task.ts';
import { leaseMinutes } from '../../shared/domain/inspection.ts';
import { slotOf } from '../../shared/domain/naming.ts';
import { type NamedPolicy, namedPolicySchema } from '../../shared/domain/policy.ts';
import { type Pace, pollSeconds, secondsBetween } from '../../shared/domain/polling.ts';
import { targetsOf } from '../../shared/domain/target.ts';
import { type Call, fails, type Input, type Mishap, type Output, type TaskState } from './tasks.ts';

export const home = 'eu-west-1';
export const bucket = 'ami-lifecycle-work';
export const itemsKey = 'runs/test/items.json';
export const startedAt = '2026-11-21T03:00:00.000Z';
export const web = 'i-00000000000000001';
export const imageId = 'ami-00000000000000001';

/** How long things take in the account, in seconds. */
export interface Timing {
  readonly stopSeconds: number;
  readonly snapshotsSeconds: number;
  readonly imageSeconds: number;
  readonly startSeconds: number;
  readonly copySeconds: number;
}

export const usualTiming: Timing = {
  stopSeconds: 40,
  snapshotsSeconds: 3,
  imageSeconds: 600,
  startSeconds: 180,
  copySeconds: 1200,
};

export interface World {
  readonly policy: NamedPolicy;
  readonly instanceIds: readonly string[];
  readonly timing: Timing;
  readonly objects: ReadonlyMap<string, string>;
  /** What SummariseRun tells people. */
  readonly tell: (message: string) => void;
}

/** When a call was made, as the machine says it. */
export function instantOf(call: Call | undefined): string {
  return new Date(Date.parse(startedAt) + 1000 * (call?.atSeconds ?? Number.NaN)).toISOString();
}

/** A policy called gold; `fields` as in its file. */
export function gold(fields: object = {}): NamedPolicy {
  return namedPolicySchema.parse({ name: 'gold', schedule: { cron: '0 3 * * ? *' }, ...fields });
}

/** What InspectInstance answers where an instance is to be stopped. */
export function toStop(policy: NamedPolicy): Extract<Output<'InspectInstance'>, { action: 'stop' }> {
  return { ...planOf(policy), action: 'stop', consistency: 'stopped', reason: 'policy', abandonedLease: null };
}

/** What InspectInstance answers where an instance is captured as it is. */
export function toCapture(
  policy: NamedPolicy,
  consistency: Output<'CreateImage'>['consistency'],
  reason: string,
): Output<'InspectInstance'> {
  return { ...planOf(policy), action: 'capture', consistency, reason };
}

function planOf(policy: NamedPolicy) {
  return {
    holdsLease: false,
    notices: [],
    targets: targetsOf(policy, home),
    leaseMinutes: leaseMinutes(policy),
  };
}

/** What SelectInstances answers. */
export function selectionOf(policy: NamedPolicy, selected: number): Output<'SelectInstances'> {
  return {
    slot: slotOf(startedAt),
    policies: { [policy.name]: policy },
    unusable: [],
    selected,
    concurrency: policy.capture.concurrency,
    items: { bucket, key: itemsKey },
  };
}

const quietMeter = { count: () => undefined, seconds: () => undefined };

type Answers = {
  readonly [State in TaskState]: (
    input: Input<State>,
    world: World,
    call: Call,
  ) => Output<State> | Mishap | Promise<Output<State>>;
};

/**
 * The happy path, by virtual time. The last two are the real tasks on empty ports: what they make of the machine's words
 * (deliveries, the Map's results) is what matters here.
 */
export const usualAnswers: Answers = {
  SelectInstances: (_, { policy, instanceIds }) => selectionOf(policy, instanceIds.length),
  InspectInstance: ({ policy }) =>
    policy.capture.consistency === 'stop'
      ? toStop(policy)
      : toCapture(policy, policy.capture.consistency === 'reboot' ? 'rebooted' : 'crash', 'policy'),
  StopInstance: () => ({ action: 'stopping', waitSeconds: 15 }),
  CheckInstanceStopped: (input, { timing }) => instanceProgress(input, timing.stopSeconds, 'stop'),
  CreateImage: ({ consistency, leased, now }) => ({
    imageId,
    adopted: false,
    volumeIds: ['vol-00000000000000001', 'vol-00000000000000002'],
    consistency,
    waitSeconds: pollSeconds(leased ? 'snapshots' : 'image', now, now),
  }),
  CheckImage: (input, { timing }) => imageProgress(input, timing.imageSeconds, timing.snapshotsSeconds),
  DiscardImage: discard,
  StartInstance: ({ since, now }) => ({ action: 'started', waitSeconds: pollSeconds('image', since, now) }),
  CheckInstanceRunning: (input, { timing }) => instanceProgress(input, timing.startSeconds, 'image'),
  ReleaseLease: () => ({ released: true }),
  CopyImage: ({ target, now }) => ({
    imageId: copyIn(target.region),
    adopted: false,
    waitSeconds: pollSeconds('image', now, now),
  }),
  CheckImageCopied: (input, { timing }) => imageProgress(input, timing.copySeconds, 0),
  DiscardImageCopied: discard,
  ShareImage: () => ({ snapshots: 2 }),
  RecordCapture: makeRecordCapture({
    region: home,
    imagesIn: () => ({ writeTags: async () => undefined }),
    meter: quietMeter,
  }),
  SummariseRun: (input, { objects, tell }) =>
    makeSummariseRun({
      topicArn: `arn:aws:sns:${home}:111122223333:ami-lifecycle`,
      objectsIn: (name) => ({
        readJson: async (key) => JSON.parse(objects.get(`${name}/${key}`) ?? 'null'),
      }),
      notifications: { publish: async (_, __, message) => tell(message) },
      meter: quietMeter,
    })(input),
};

/** The id that an image's copy has in a Region. */
export function copyIn(region: string): string {
  return `ami-${Buffer.from(region).toString('hex').slice(-17).padStart(17, '0')}`;
}

/** What CheckImage says of an image that failed. */
export function failedImage(reason = 'Client.InternalError'): Output<'CheckImage'> {
  return { status: 'failed', reason, snapshotsStarted: false, waitSeconds: 15 };
}

function instanceProgress(
  { since, now }: Input<'CheckInstanceStopped'>,
  neededSeconds: number,
  pace: Pace,
): Output<'CheckInstanceStopped'> {
  const isReached = secondsBetween(since, now) >= neededSeconds;
  return { status: isReached ? 'reached' : 'waiting', reason: '', waitSeconds: pollSeconds(pace, since, now) };
}

function imageProgress(
  { awaitedVolumeIds, since, now }: Input<'CheckImage'>,
  imageSeconds: number,
  snapshotsSeconds: number,
): Output<'CheckImage'> {
  const waitedSeconds = secondsBetween(since, now);
  const isAvailable = waitedSeconds >= imageSeconds;
  const snapshotsStarted = isAvailable || (awaitedVolumeIds !== null && waitedSeconds >= snapshotsSeconds);
  const pace = awaitedVolumeIds && !snapshotsStarted ? 'snapshots' : 'image';
  return {
    status: isAvailable ? 'available' : 'pending',
    reason: '',
    snapshotsStarted,
    waitSeconds: pollSeconds(pace, since, now),
  };
}

function discard({ attempt, imageId: failed, region, reason }: Input<'DiscardImage'>): Output<'DiscardImage'> | Mishap {
  return attempt >= 2
    ? fails('ImageFailed', `${failed} failed in ${region}: ${reason}`)
    : { discarded: true, nextAttempt: attempt + 1 };
}
