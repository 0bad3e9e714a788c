import { makeRecordCapture } from '../../../functions/record-capture/task.ts';
import { makeSummariseRun } from '../../../functions/summarise-run/task.ts';
import { leaseMinutes } from '../../../shared/domain/inspection.ts';
import { slotOf } from '../../../shared/domain/naming.ts';
import type { NamedPolicy } from '../../../shared/domain/policy.ts';
import { type Pace, pollSeconds, secondsBetween } from '../../../shared/domain/polling.ts';
import { targetsOf } from '../../../shared/domain/target.ts';
import { fails, type Input, type Mishap, type Output } from '../tasks.ts';
import { type Answers, home, imageId, items, quietMeter, startedAt, summaryPorts } from '../world.ts';

export const web = 'i-00000000000000001';

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
    items,
  };
}

/**
 * The happy path, by virtual time. The last two are the real tasks on empty ports: what they make of the machine's words
 * (deliveries, the Map's results) is what matters here.
 */
export const captureAnswers = {
  SelectInstances: (_, world) => selectionOf(world.policy, world.items.length),
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
  StartInstance: ({ now }) => ({ action: 'started', waitSeconds: pollSeconds('start', now, now) }),
  CheckInstanceRunning: (input, { timing }) => instanceProgress(input, timing.startSeconds, 'start'),
  ReleaseLease: () => ({ released: true }),
  CopyImage: ({ target, now }) => ({
    imageId: copyIn(target.region),
    adopted: false,
    waitSeconds: pollSeconds('image', now, now),
  }),
  CheckImageCopied: (input, { timing }) => imageProgress(input, timing.copySeconds, 0),
  DiscardImageCopied: discard,
  ShareImage: () => ({ added: 1, removed: 0, left: [] }),
  RecordCapture: makeRecordCapture({
    region: home,
    imagesIn: () => ({ describe: async () => undefined, writeTags: async () => undefined }),
    meter: quietMeter,
  }),
  SummariseRun: (input, world) => makeSummariseRun(summaryPorts(world))(input),
} satisfies Partial<Answers>;

/** The id that an image's copy has in a Region. */
export function copyIn(region: string): string {
  return `ami-${Buffer.from(region).toString('hex').slice(-17).padStart(17, '0')}`;
}

/** What CheckImage says of an image that failed. */
export function failedImage(reason = 'Client.InternalError'): Output<'CheckImage'> {
  return { status: 'failed', reason, snapshotsStarted: false, disturbed: null, waitSeconds: 15 };
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
  { awaits, stillSince, since, now }: Input<'CheckImage'>,
  imageSeconds: number,
  snapshotsSeconds: number,
): Output<'CheckImage'> {
  const waitedSeconds = secondsBetween(since, now);
  const isAvailable = waitedSeconds >= imageSeconds;
  const snapshotsStarted = isAvailable || (awaits !== null && waitedSeconds >= snapshotsSeconds);
  const pace = awaits && !snapshotsStarted ? 'snapshots' : 'image';
  return {
    status: isAvailable ? 'available' : 'pending',
    reason: '',
    snapshotsStarted,
    disturbed: snapshotsStarted && stillSince ? false : null,
    waitSeconds: pollSeconds(pace, since, now),
  };
}

function discard({ attempt, imageId: failed, region, reason }: Input<'DiscardImage'>): Output<'DiscardImage'> | Mishap {
  return attempt >= 2
    ? fails('ImageFailed', `${failed} failed in ${region}: ${reason}`)
    : { discarded: true, nextAttempt: attempt + 1 };
}
