import type { Image } from '@aws-sdk/client-ec2';
import type { Account } from '../account.ts';
import type { AnsweredCall, Request } from '../attempt.ts';
import type { ImageRecord, RegionState, StoredObject } from '../state.ts';
import { watchCaps } from './caps.ts';
import { type Lineage, lineageIn } from './lineage.ts';
import {
  isMadeFrom,
  isOurs,
  isSettled,
  listIn,
  prefix,
  tagKeysIn,
  tagsIn,
  tagsOf,
  textIn,
  unseenMs,
  views,
} from './records.ts';
import { referenceTo } from './references.ts';

export type RetirementStep = 'deprecate' | 'disable' | 'deregister';

/** What a policy says of retirement, as far as invariants are about it. */
export interface RetirementRules {
  /** In order. */
  steps: readonly RetirementStep[];
  graceDays: number;
  /** So many of the newest versions of a launch template count as a use. */
  launchTemplateVersions: number;
  /** Images of a lineage that stay. */
  atLeast: number;
  /** Days after the end of its instance that a lineage may go in whole; absent for never. */
  afterTerminationDays?: number;
  /** Images that may take a step in one run; absent where their number is not watched. */
  maxPerRun?: number;
  /** What part of them may take the same step in one run; absent where that is not watched. */
  share?: {
    percent: number;
    /** How many images of a lineage may be let go at once in the ordinary course: one by each rule. */
    rulesOfLineage: number;
    /** At most. What was made since the last run may go. */
    daysBetweenRuns: number;
  };
}

export interface RetirementOptions {
  /**
   * The rules of a policy in a Region: those in force, and those that were until a moment ago; a step is right if it is right
   * by one of them. None says that the policy retires nothing. Without this, invariants 7 and 12 are not
   * watched, and no lineage may ever go.
   */
  rulesOf?: (policyName: string, region: string) => readonly RetirementRules[];
  /**
   * Whether an image must be archived before it goes. Its lineage is itself, as it is, and the others in each way in which they
   * may have been read: any of them may be archived in its stead. Without this, none must.
   */
  isArchiveDue?: (image: Image, lineage: readonly Image[], at: { region: string; nowMs: number }) => boolean;
  /**
   * What of the policy's rules keeps an image, in words; undefined where none surely does. The others of its lineage are given in
   * each way in which they may have been read. Without this, only the newest and the least that stays are watched.
   */
  keptBy?: (image: Image, others: readonly Image[], at: { region: string; nowMs: number }) => string | undefined;
}

type Breach = (invariant: 4 | 5 | 6 | 7 | 9 | 12, found: string) => void;

const stepOf: Readonly<Record<string, RetirementStep>> = {
  EnableImageDeprecation: 'deprecate',
  DisableImage: 'disable',
  DeregisterImage: 'deregister',
};

const hold = `${prefix}hold`;
const dayMs = 86_400_000;
/** A grace counts two hours as past that are not: schedules do not run to the second, and a day may have 23 hours. */
const toleranceMs = 2 * 3_600_000;

/** Watches how images are taken away: what must speak against it, its pace, and its extent. */
export function watchRetirement(
  account: Account,
  { rulesOf, isArchiveDue, keptBy }: RetirementOptions,
  breach: Breach,
) {
  /** When an image took which step, whoever made it; what was taken back is forgotten. */
  const steps = new Map<string, Map<RetirementStep, number>>();
  /** Steps that people took back, with when they were taken, and taken back: until that is written down, nobody knows of it. */
  const takenBack = new Map<string, Map<RetirementStep, { takenAtMs: number; backAtMs: number }>>();
  /** When an instance ended, by id. */
  const ends = new Map<string, number>();
  const beganAtMs = account.clock.now();
  /** Images that we took out of use: we must know of them, however new that is. */
  const taken = new Set<string>();
  /** Those of them that others might launch from until then. */
  const takenFromOthers = new Set<string>();
  /** Images and snapshots whose hold we took away: in no case is that ours to do, but for our own, on snapshots of a restore. */
  const unheld = new Set<string>();
  /** Images that people deregistered a moment ago: whoever looked just before counted with them. */
  let goneLately: { region: string; image: ImageRecord; atMs: number }[] = [];

  const before = (request: Request): void => {
    if (/^(Create|Delete)Tags$/.test(request.operation)) noteHolds(request);
    if (request.operation === 'DeleteSnapshot') checkDeletion(request);
    const step = stepOf[request.operation];
    if (step === undefined) return;
    const region = account.region(request.region);
    const image = region.images.get(textIn(request.input, 'ImageId') ?? '');
    if (image && request.caller !== undefined) judge(region, image, step, request.nowMs);
    else if (image && step === 'deregister') noteGone(region, image);
  };

  /** What people say of a hold afterwards is in force again. */
  const noteHolds = ({ operation, input, region: name, caller }: Request): void => {
    const keys = tagKeysIn(input);
    // DeleteTags without any key takes all of them.
    const isOfHold = keys.includes(hold) || (operation === 'DeleteTags' && keys.length === 0);
    const { images, snapshots } = account.region(name);
    for (const id of isOfHold ? listIn(input, 'Resources') : []) {
      const image = images.get(id);
      const snapshot = snapshots.get(id);
      const isTheirs = image ? tagsOf(image)[hold] !== undefined : snapshot && isHeldByPeople(snapshot.description);
      if (caller === undefined) unheld.delete(id);
      else if (operation === 'DeleteTags' && isTheirs) unheld.add(id);
    }
  };

  /** What a restore made and holds itself, it also takes away where it fails. */
  const checkDeletion = ({ caller, input, region, nowMs }: Request): void => {
    const snapshot = account.region(region).snapshots.get(textIn(input, 'SnapshotId') ?? '');
    if (caller === undefined || !snapshot) return;
    const isKept = caller === 'discard-restore' ? isHeldByPeople : isHeld;
    if (isSettled(snapshot, nowMs, isKept) || unheld.has(snapshot.id)) {
      breach(5, `${snapshot.id} is held, and would be deleted.`);
    }
  };

  const judge = (region: RegionState, image: ImageRecord, step: RetirementStep, nowMs: number): void => {
    // What EC2 has not made, or could not make, is cleared away and not retired. That it is ours is invariant 3.
    if (!isUsable(image) || !isOurs(image)) return;
    checkPace(region, image, step, nowMs);
    caps.step(image, step);
    if (step === 'deprecate') return;
    checkNeed(region, image, step);
    // What another stack made has no place in a lineage of this one.
    if (isMadeFrom(account.homeRegion, region.name, image)) checkLineage(region, image);
    if (step === 'deregister') checkArchive(region, image);
  };

  const noteGone = (region: RegionState, image: ImageRecord): void => {
    const atMs = account.clock.now();
    goneLately = goneLately.filter((each) => atMs - each.atMs < unseenMs);
    goneLately.push({ region: region.name, image, atMs });
  };

  const lineageOf = (region: RegionState, image: ImageRecord): Lineage => {
    const nowMs = account.clock.now();
    const gone = goneLately.filter((each) => each.region === region.name && nowMs - each.atMs < unseenMs);
    const goneImages = gone.map((each) => each.image);
    return lineageIn(region, image, { homeRegion: account.homeRegion, goneLately: goneImages, taken, nowMs });
  };

  const after = (call: AnsweredCall): void => {
    if (call.errorCode !== undefined) return;
    const { operation, input, atMs } = call;
    const imageId = textIn(input, 'ImageId') ?? '';
    const step = stepOf[operation];
    if (step === 'disable' && call.caller !== undefined) taken.add(imageId);
    else if (step === 'disable' || operation === 'EnableImage') taken.delete(imageId);
    if (operation === 'EnableImage') takenFromOthers.delete(imageId);
    if (step !== undefined) noteStep(imageId, step, call);
    if (operation === 'EnableImage') noteTakenBack(imageId, 'disable', call);
    if (operation === 'DisableImageDeprecation') noteTakenBack(imageId, 'deprecate', call);
    const writesRung = /^(Create|Delete)Tags$/.test(operation) && tagKeysIn(input).includes(`${prefix}rung`);
    if (writesRung && call.caller !== undefined) for (const id of listIn(input, 'Resources')) takenBack.delete(id);
    const planned = operation === 'PutObject' && call.caller === 'plan-retirement' ? policyPlanned(input) : undefined;
    if (planned !== undefined) caps.begin(planned);
    if (operation === 'TerminateInstances' && 'InstanceIds' in input && Array.isArray(input.InstanceIds)) {
      for (const id of input.InstanceIds) if (!ends.has(String(id))) ends.set(String(id), atMs);
    }
  };

  /**
   * A step that is taken a second time changes nothing; nor does what people took back and took again before we wrote down
   * where the image stood: docs/decisions/0026-what-nobody-saw.md.
   */
  const noteStep = (imageId: string, step: RetirementStep, { atMs, caller }: AnsweredCall): void => {
    const first = caller === undefined ? takenBack.get(imageId)?.get(step)?.takenAtMs : undefined;
    steps.set(imageId, new Map([[step, first ?? atMs], ...(steps.get(imageId) ?? [])]));
  };

  const noteTakenBack = (imageId: string, step: RetirementStep, { atMs, caller }: AnsweredCall): void => {
    const takenAtMs = steps.get(imageId)?.get(step);
    steps.get(imageId)?.delete(step);
    if (takenAtMs === undefined || caller !== undefined) return;
    takenBack.set(imageId, new Map([...(takenBack.get(imageId) ?? []), [step, { takenAtMs, backAtMs: atMs }]]));
  };

  /** When a step was taken on which an image stands, as far as whoever has just read it can know. */
  const takenAt = (imageId: string, step: RetirementStep, nowMs: number): number | undefined => {
    const back = takenBack.get(imageId)?.get(step);
    return steps.get(imageId)?.get(step) ?? (back && nowMs - back.backAtMs < unseenMs ? back.takenAtMs : undefined);
  };

  const rulesFor = (region: RegionState, image: ImageRecord): readonly RetirementRules[] | undefined =>
    rulesOf?.(tagsOf(image)[`${prefix}policy`] ?? '', region.name);

  const checkPace = (region: RegionState, image: ImageRecord, step: RetirementStep, nowMs: number): void => {
    const rules = rulesFor(region, image);
    if (!rules || rules.some((each) => isTimely(each, image.id, step, nowMs))) return;
    const taken = [...(steps.get(image.id) ?? [])].map(([name, atMs]) => `${name} ${new Date(atMs).toISOString()}`);
    breach(7, `${step} comes too early for ${image.id}, whose steps so far are: ${taken.join(', ') || 'none'}.`);
  };

  const isTimely = (rules: RetirementRules, imageId: string, step: RetirementStep, nowMs: number): boolean => {
    const place = rules.steps.indexOf(step);
    if (place < 0) return false;
    const previous = rules.steps[place - 1];
    if (previous === undefined) return true;
    const takenAtMs = takenAt(imageId, previous, nowMs);
    return takenAtMs !== undefined && nowMs - takenAtMs >= rules.graceDays * dayMs - toleranceMs;
  };

  /** The cap is the policy's, whatever the Region. */
  const caps = watchCaps(
    account,
    (policyName) => rulesOf?.(policyName, account.homeRegion) ?? [],
    () => goneLately.filter(({ atMs }) => account.clock.now() - atMs < unseenMs),
    (found) => breach(12, found),
  );

  const checkNeed = (region: RegionState, image: ImageRecord, step: RetirementStep): void => {
    const isShared = image.launchPermissions.length > 0 || takenFromOthers.has(image.id);
    if (isShared) takenFromOthers.add(image.id);
    const [first = 1, ...others] = (rulesFor(region, image) ?? []).map((rules) => rules.launchTemplateVersions);
    const launchTemplateVersions = Math.min(first, ...others);
    const need = referenceTo(account, region, image.id, { isShared, launchTemplateVersions });
    if (need !== undefined) breach(4, `${step} would take ${image.id} from ${need}.`);
    const nowMs = account.clock.now();
    if (isSettled(image, nowMs, isHeld)) breach(5, `${step} would take ${image.id}.`);
    else if (unheld.has(image.id)) breach(5, `${step} would take ${image.id}, whose hold we took away.`);
    for (const snapshotId of step === 'deregister' ? image.snapshotIds : []) {
      const snapshot = region.snapshots.get(snapshotId);
      if (!snapshot || !(isSettled(snapshot, nowMs, isHeld) || unheld.has(snapshotId))) continue;
      breach(5, `deregister would take ${image.id}, whose snapshot ${snapshotId} is held.`);
    }
  };

  const checkLineage = (region: RegionState, image: ImageRecord): void => {
    const { all, newer, standing } = lineageOf(region, image);
    const rules = rulesFor(region, image) ?? [];
    if (rules.some((each) => isReleased(each, image))) return;
    const rule = ruleFor(region, image, all);
    if (rule !== undefined) breach(6, `${image.id} is kept by ${rule} in ${region.name}.`);
    if (newer?.length === 0) breach(6, `${image.id} is the newest of its lineage in ${region.name}.`);
    const least = Math.min(...rules.map(({ atLeast }) => atLeast));
    if (standing && Number.isFinite(least) && standing.length < least) {
      breach(6, `without ${image.id} ${standing.length} of at least ${least} would be left in ${region.name}.`);
    }
  };

  /** Only what it is kept by in each way in which it may have been read itself. */
  const ruleFor = (region: RegionState, image: ImageRecord, all: readonly ImageRecord[]): string | undefined => {
    const nowMs = account.clock.now();
    const others = all.flatMap((each) => (each === image ? [] : views(each, nowMs)));
    const seen = others.filter((description) => description !== undefined);
    const rules = views(image, nowMs).map((view) => view && keptBy?.(view, seen, { region: region.name, nowMs }));
    return rules.includes(undefined) ? undefined : rules[0];
  };

  const isReleased = ({ afterTerminationDays }: RetirementRules, image: ImageRecord): boolean => {
    const source = tagsOf(image)[`${prefix}source`] ?? '';
    const state = account.region(account.homeRegion).instances.get(source)?.description.State?.Name;
    if (afterTerminationDays === undefined || (state !== undefined && state !== 'terminated')) return false;
    const endedAtMs = ends.get(source) ?? beganAtMs;
    return account.clock.now() - endedAtMs >= afterTerminationDays * dayMs - toleranceMs;
  };

  const checkArchive = (region: RegionState, image: ImageRecord): void => {
    const archivedTo = tagsOf(image)[`${prefix}archived-to`];
    const [, bucketName = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(archivedTo ?? '') ?? [];
    const objects = account.answering.world.buckets.get(bucketName)?.objects;
    const flaw = flawOf(image, objects?.get(key), objects?.get(`${key}.json`));
    if (archivedTo !== undefined && flaw) breach(9, `${image.id} would go, and ${archivedTo} ${flaw}.`);
    if (archivedTo !== undefined || !isArchiveDue) return;
    const { all } = lineageOf(region, image);
    const nowMs = account.clock.now();
    const seen = all.flatMap((each) => (each === image ? [each.description] : views(each, nowMs)));
    const isDue = isArchiveDue(
      image.description,
      seen.filter((description) => description !== undefined),
      { region: region.name, nowMs },
    );
    if (isDue) breach(9, `${image.id} would go without the archive that is due.`);
  };

  return { before, after };
}

/** What is wrong with an archive: the object must be what its record says, and be of this image or of what that was made of. */
function flawOf(image: ImageRecord, object?: StoredObject, beside?: StoredObject): string | undefined {
  if (!object || !beside || object.sizeBytes === 0) return 'is not complete';
  const record: unknown = jsonIn(beside);
  const { imageId, sizeBytes } = { imageId: '', sizeBytes: NaN, ...(typeof record === 'object' ? record : {}) };
  const [, originId] = tagsOf(image)[`${prefix}origin`]?.split('/') ?? [];
  if (imageId !== image.id && imageId !== originId) return `is of '${imageId}'`;
  return sizeBytes === object.sizeBytes ? undefined : `has ${object.sizeBytes} bytes, and had ${sizeBytes}`;
}

function jsonIn({ body }: StoredObject): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

type Tagged = Pick<Image, 'Tags'>;

function isHeld({ Tags }: Tagged): boolean {
  return tagsIn(Tags)[hold] !== undefined;
}

/** Of what it restores, the system itself writes what execution holds it. */
function isHeldByPeople({ Tags }: Tagged): boolean {
  return tagsIn(Tags)[hold]?.startsWith('restored ') === false;
}

function isUsable({ description: { State } }: ImageRecord): boolean {
  return State === 'available' || State === 'disabled';
}

/** The policy of a plan that is written down: with it a run begins to act. Plans are long, so only their beginning is read. */
function policyPlanned(input: object): string | undefined {
  return /^\s*\{\s*"policy":\s*"([^"]+)"/.exec(textIn(input, 'Body') ?? '')?.[1];
}
