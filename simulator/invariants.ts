import type { Account } from './account.ts';
import type { AnsweredCall, Request } from './attempt.ts';
import { type OwnershipOptions, watchOwnership } from './invariants/ownership.ts';
import { imageIdIn, isOurs, listIn, mayBeSeen, prefix, tagsIn, tagsOf, textIn } from './invariants/records.ts';
import { mountOf } from './invariants/references.ts';
import { type RetirementOptions, watchRetirement } from './invariants/retirement.ts';
import type { ImageRecord, InstanceRecord, RegionState, SnapshotRecord } from './state.ts';

/** What must never happen, whatever fails. The numbers are those of the project's list, which these are a part of. */
export const invariants = {
  2: 'We start no instance that we did not stop.',
  3: 'Nothing that does not carry our tags is changed; of an instance only our lease is, and none is taken that no policy selects.',
  4: 'An image that somebody needs is never disabled or deregistered, nor a snapshot of ours deleted that somebody mounts.',
  5: 'A held image is never disabled or deregistered, nor a held snapshot deleted, nor its image deregistered.',
  6: 'The newest image of a lineage stays, and as many as its policy says.',
  7: 'Nothing is retired before its grace is over.',
  8: 'No snapshot of ours outlives its image, and none dies before it.',
  9: 'No image goes before its archive is there, where one is due.',
  10: 'There is at most one image for each policy, instance, slot and Region.',
  11: 'Every image and snapshot carries its tags from its first moment.',
  12: 'No run takes steps with more images than its policy allows.',
  13: 'A member of an Auto Scaling group is never stopped.',
  15: 'A snapshot that is said to be of a stopped instance started while the instance was stopped; and an image that is said to be made by a reboot was.',
} as const;

export type InvariantNumber = keyof typeof invariants;

/** A broken invariant, with the last twenty calls and events. */
export class InvariantBroken extends Error {
  readonly invariant: InvariantNumber;
  readonly history: readonly string[];

  constructor(invariant: InvariantNumber, found: string, history: readonly string[]) {
    super(
      `Invariant ${invariant} is broken: ${invariants[invariant]} ${found}\nLast calls and events:\n  ${history.join('\n  ')}`,
    );
    this.name = 'InvariantBroken';
    this.invariant = invariant;
    this.history = history;
  }
}

export interface StrandedInstance {
  instanceId: string;
  region: string;
  /** When one of our functions stopped it, in epoch milliseconds. */
  stoppedAtMs: number;
  /** Its lease tags; undefined where it carries none. */
  stoppedBy: string | undefined;
  restartBy: string | undefined;
}

export interface InvariantWatch {
  /** Every breach so far, in order. */
  readonly breaches: readonly InvariantBroken[];
  /**
   * Instances that a function of ours stopped and that do not run again yet: each must have a live execution or a rescue
   * due (invariant 1), which only the harness can know.
   */
  strandedInstances(): StrandedInstance[];
  /** Ends the watch. */
  stop(): void;
}

/** What a watch is told beside what it sees. */
export interface WatchOptions extends RetirementOptions, OwnershipOptions {
  /** How long a function may need between an image's deregistration and the last of its snapshots; by default half an hour. */
  snapshotGraceMs?: number;
}

/**
 * Watches an account by its calls and tags alone, so that it cannot share a mistake with the code that it judges. "We"
 * are the functions that call through `runAs`; what a user does by hand breaks nothing.
 */
export function watchInvariants(
  account: Account,
  onBreach?: (breach: InvariantBroken) => void,
  options: WatchOptions = {},
): InvariantWatch {
  const { snapshotGraceMs = 30 * 60_000 } = options;
  const breaches: InvariantBroken[] = [];
  /**
   * Who stopped an instance last. It stays known when the instance is started: a start that was accepted may fall back
   * to `stopped`, and is then repeated.
   */
  const stops = new Map<string, { byUs: boolean; atMs: number; region: string }>();
  /** What the StopInstances that is being answered found running: only that is stopped by it. */
  let runningBefore: string[] = [];
  /** The instance of which CreateImage makes an image, before that may reboot it, unless somebody may have seen it run. */
  let stoodBefore: InstanceRecord | undefined;
  /** The image that is registered under a policy, instance, slot and Region. */
  const captures = new Map<string, string>();
  /** Images that EC2 could not make, and that were taken away: their snapshots are of no use to anybody. */
  const discarded = new Set<string>();
  /** Images that people made, with whatever tags. */
  const madeByHand = new Set<string>();

  const breach = (invariant: InvariantNumber, found: string): void => {
    const broken = new InvariantBroken(invariant, found, account.recentHistory());
    breaches.push(broken);
    onBreach?.(broken);
  };
  const retirement = watchRetirement(account, options, breach);
  const ownership = watchOwnership(account, options, breach);

  const before = (request: Request): void => {
    const { caller, operation, input } = request;
    const region = account.region(request.region);
    if (operation === 'StopInstances') {
      const isRunning = (id: string): boolean => region.instances.get(id)?.description.State?.Name === 'running';
      runningBefore = listIn(input, 'InstanceIds').filter(isRunning);
    }
    if (operation === 'CreateImage') {
      const instance = region.instances.get(textIn(input, 'InstanceId') ?? '');
      const mayRun = instance && mayBeSeen(instance, request.nowMs, ({ State }) => State?.Name === 'running');
      stoodBefore = mayRun ? undefined : instance;
    }
    if (operation === 'StartInstances' && caller !== undefined) checkStart(region, input);
    if (caller !== undefined) ownership.before(request);
    if (caller !== undefined && operation === 'DeregisterImage') expectSnapshotsGone(region, input);
    if (caller !== undefined && operation === 'DeleteSnapshot') checkSnapshotUse(region, input);
    retirement.before(request);
  };

  const after = (call: AnsweredCall): void => {
    retirement.after(call);
    if (call.errorCode !== undefined) return;
    const region = account.region(call.region);
    const { operation, input, caller } = call;
    if (caller !== undefined) ownership.after(call);
    if (operation === 'StopInstances') recordStops(region, call);
    if (caller !== undefined && operation === 'StopInstances') checkMembers(region, input);
    const madeId = textIn(call.output ?? {}, 'ImageId');
    if (caller === undefined && madeId !== undefined) madeByHand.add(madeId);
    const image = region.images.get(madeId ?? '');
    if (caller === undefined || !image) return;
    if (operation === 'CreateImage') checkReboot(image, input);
    if (operation === 'CreateImage' || operation === 'CopyImage') checkNewImage(region, image, captureTags);
    if (operation === 'CreateRestoreImageTask') checkNewImage(region, image, restoreTags(input));
  };

  const checkReboot = (image: ImageRecord, input: object): void => {
    if (tagsOf(image)[`${prefix}consistency`] !== 'rebooted') return;
    const state = stoodBefore?.description.State?.Name;
    if (stoodBefore) breach(15, `${image.id} was made while its instance was ${state}.`);
    else if ('NoReboot' in input && input.NoReboot === true) breach(15, `${image.id} was made without a reboot.`);
  };

  const recordStops = (region: RegionState, call: AnsweredCall): void => {
    for (const id of runningBefore) {
      stops.set(id, { byUs: call.caller !== undefined, atMs: call.atMs, region: region.name });
    }
  };

  const checkStart = (region: RegionState, input: object): void => {
    for (const id of listIn(input, 'InstanceIds')) {
      const state = region.instances.get(id)?.description.State?.Name;
      if (state !== 'stopped' && state !== 'stopping') continue;
      if (stops.get(id)?.byUs !== true) breach(2, `${id} was not stopped by us.`);
    }
  };

  const checkMembers = (region: RegionState, input: object): void => {
    for (const id of listIn(input, 'InstanceIds')) {
      const instance = region.instances.get(id);
      if (instance?.autoScalingGroupName !== undefined) breach(13, `${id} is one of ${instance.autoScalingGroupName}.`);
    }
  };

  const checkNewImage = (region: RegionState, image: ImageRecord, needed: readonly string[]): void => {
    const tags = tagsOf(image);
    const missing = needed.filter((name) => !tags[prefix + name]);
    if (missing.length > 0) breach(11, `${image.id} lacks ${missing.join(', ')}.`);
    // People may restore an image beside the one that it was made of; each execution that they start makes one.
    const marks = [...['policy', 'source', 'slot'], ...(needed.includes('hold') ? ['hold'] : [])];
    const place = `${region.name} ${marks.map((name) => tags[prefix + name]).join(' ')}`;
    const other = captures.get(place);
    if (other !== undefined && other !== image.id && region.images.has(other)) {
      breach(10, `${image.id} and ${other} are both of ${place}.`);
    }
    captures.set(place, image.id);
  };

  /** What a restored image must carry beside what its object kept, which people may have stored without any tag of ours. */
  const restoreTags = (input: object): string[] => {
    const objects = account.answering.world.buckets.get(textIn(input, 'Bucket') ?? '')?.objects;
    const kept = tagsIn(objects?.get(textIn(input, 'ObjectKey') ?? '')?.image?.description.Tags);
    return ['archived-to', 'origin', 'hold', ...captureTags.filter((name) => kept[prefix + name] !== undefined)];
  };

  const checkNewSnapshot = (region: RegionState, snapshot: SnapshotRecord): void => {
    const image = region.images.get(imageIdIn(snapshot) ?? '');
    // Only what our images brought about concerns us; a user may make images without tags, or with ours but not their snapshots.
    if (!image || madeByHand.has(image.id) || !tagsOf(image)[`${prefix}policy`]) return;
    const tags = tagsOf(snapshot);
    if (!isOurs(snapshot)) breach(11, `${snapshot.id} of ${image.id} carries no policy or source.`);
    const state = snapshot.instanceStateAtStart;
    if (tags[`${prefix}consistency`] === 'stopped' && state !== undefined && state !== 'stopped') {
      breach(15, `${snapshot.id} started while its instance was ${state}.`);
    }
  };

  const checkSnapshotUse = (region: RegionState, input: object): void => {
    const snapshot = region.snapshots.get(textIn(input, 'SnapshotId') ?? '');
    const [imageId] = snapshot?.imageIds ?? [];
    if (snapshot && imageId !== undefined) breach(8, `${snapshot.id} would go before ${imageId}.`);
    if (!snapshot || discarded.has(imageIdIn(snapshot) ?? '')) return;
    const mount = mountOf(account, region, snapshot.id);
    if (mount !== undefined) breach(4, `${snapshot.id} would be taken from ${mount}.`);
  };

  const expectSnapshotsGone = (region: RegionState, input: object): void => {
    const imageId = textIn(input, 'ImageId') ?? '';
    const image = region.images.get(imageId);
    if (!image || !isOurs(image)) return;
    if (!['available', 'disabled'].includes(image.description.State ?? '')) discarded.add(imageId);
    const nowMs = account.clock.now();
    account.answering.world.at(nowMs + snapshotGraceMs, () => {
      if (watching && !region.images.has(imageId)) checkLeftSnapshots(region, imageId);
    });
  };

  const checkLeftSnapshots = (region: RegionState, imageId: string): void => {
    for (const id of region.snapshotIndex.under(`image=${imageId}`)) {
      const snapshot = region.snapshots.get(id);
      if (!snapshot || imageIdIn(snapshot) !== imageId || snapshot.imageIds.size > 0 || !isOurs(snapshot)) continue;
      // What people keep on purpose is theirs to let go.
      const isLocked = (snapshot.lockedUntilMs ?? 0) > account.clock.now() - snapshotGraceMs;
      const isKept = isLocked || mountOf(account, region, id) !== undefined;
      if (!isKept && tagsOf(snapshot)[`${prefix}hold`] === undefined) breach(8, `${id} is left of ${imageId}.`);
    }
  };

  let watching = true;
  const endings = [account.beforeCall(before), account.onCall(after), account.onSnapshot(checkNewSnapshot)];
  return {
    breaches,
    strandedInstances() {
      const stranded: StrandedInstance[] = [];
      for (const [instanceId, { byUs, atMs, region }] of stops) {
        const instance = account.region(region).instances.get(instanceId);
        const state = instance?.description.State?.Name;
        if (!byUs || !instance || (state !== 'stopped' && state !== 'stopping')) continue;
        const tags = tagsOf(instance);
        stranded.push({
          instanceId,
          region,
          stoppedAtMs: atMs,
          stoppedBy: tags[`${prefix}stopped-by`],
          restartBy: tags[`${prefix}restart-by`],
        });
      }
      return stranded;
    },
    stop() {
      watching = false;
      for (const end of endings) end();
    },
  };
}

/** What an image that is made or copied must carry. */
const captureTags = ['policy', 'source', 'slot', 'consistency'];
