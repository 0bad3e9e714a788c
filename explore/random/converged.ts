import { isOfStack } from '../../shared/domain/tags.ts';
import { isOurs } from '../../simulator/invariants/records.ts';
import { referenceTo } from '../../simulator/invariants/references.ts';
import type { ImageRecord, RegionState } from '../../simulator/state.ts';
import { archivesDueIn } from '../archive-due.ts';
import { type Finding, finding } from '../judge.ts';
import { home } from '../servers.ts';
import { slotAt } from '../slots.ts';
import { tagsOf } from '../witness.ts';
import { hasLease } from '../world.ts';
import { isLookedAt } from './left-snapshots.ts';
import type { Living } from './life.ts';
import { servers } from './server-deeds.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Captures of the day that has just ended that are not there, or not complete with all their copies. */
export function lateCaptures(living: Living): Finding[] {
  const { world, account, present } = living;
  const dayAtMs = account.clock.now() - dayMs;
  const missing = world.policies.flatMap(({ name, hour }) => {
    const slot = slotAt(dayAtMs + hour * hourMs);
    const regions = [home, ...(present.get(name)?.copies ?? []).map(({ region }) => region)];
    return regions.flatMap((region) => {
      const complete = completeIn(account.region(region), name, slot);
      return dueServers(account, name).flatMap((id) =>
        complete.has(id) ? [] : [`${name}/${id}/${slot} in ${region}`],
      );
    });
  });
  return missing.length === 0 ? [] : [finding(living, 14, `What was due is not there: ${missing.join(', ')}.`)];
}

function dueServers(account: Living['account'], policyName: string): string[] {
  return servers(account).flatMap(({ id, description }) => {
    const tags = tagsOf(description.Tags);
    const isSelected = (tags['ami-lifecycle:policy'] ?? '').split(' ').includes(policyName);
    return isSelected && tags['ami-lifecycle:skip'] === undefined ? [id] : [];
  });
}

function completeIn({ images }: RegionState, policyName: string, slot: string): Set<string> {
  const found = [...images.values()].filter(({ description }) => {
    const tags = tagsOf(description.Tags);
    const isOfThese = tags['ami-lifecycle:policy'] === policyName && tags['ami-lifecycle:slot'] === slot;
    return isOfThese && tags['ami-lifecycle:state'] === 'complete' && description.State === 'available';
  });
  return new Set(found.map(({ description }) => tagsOf(description.Tags)['ami-lifecycle:source'] ?? ''));
}

/** What has not come to rest after the quiet days, each in a sentence; snapshots are followed for themselves: left-snapshots.ts. */
export function notConverged(living: Living): Finding[] {
  const { account, stack, watch } = living;
  const running = stack.engine.listExecutions({ status: 'RUNNING' });
  const instances = [...account.region(home).instances.values()];
  const leases = instances.filter(({ description }) => hasLease(tagsOf(description.Tags)));
  return [
    ...watch.strandedInstances().map(({ instanceId }) => finding(living, 1, `${instanceId} is left standing.`)),
    ...leases.map(({ id }) => finding(living, 1, `${id} is left with its lease.`)),
    ...running.map(({ executionArn }) => finding(living, 14, `${executionArn} does not end.`)),
    ...account.regions().flatMap((region) => leftIn(living, region).map((what) => finding(living, 14, what))),
  ];
}

function leftIn(living: Living, region: RegionState): string[] {
  const { account, audiences, present } = living;
  const uploads = [...region.multipartUploads.values()].map(({ object }) => `The upload of ${object.key} is left.`);
  // A copy that people made by hand elsewhere says no origin, and is theirs.
  const place = { region: region.name, homeRegion: home };
  const ours = [...region.images.values()]
    .filter(isOurs)
    .filter(({ description }) => isOfStack(tagsOf(description.Tags), place));
  const halves = ours.flatMap((image) =>
    halfWritten(living, region, image).map((what) => `${image.id} in ${region.name} ${what}.`),
  );
  const misshared = ours.flatMap((image) => {
    const policy = present.get(tagsOf(image.description.Tags)['ami-lifecycle:policy'] ?? '');
    const found = policy ? audiences.differences(region, image, policy) : [];
    return found.map((what) => `${what} in ${region.name}, and ${policy?.name} says otherwise.`);
  });
  const lineages = Map.groupBy(ours, ({ description }) => {
    const tags = tagsOf(description.Tags);
    return `${tags['ami-lifecycle:policy']} ${tags['ami-lifecycle:source']}`;
  });
  const excesses = [...lineages].flatMap(([key, images]) => {
    const [policyName = '', source = ''] = key.split(' ');
    if (!isLookedAt(living, region.name, policyName)) return [];
    const { launchTemplateVersions = 1 } = living.present.get(policyName)?.retire ?? {};
    const free = images.filter(
      // Others, too: a report that was made while they could launch from it keeps what people have disabled since.
      (image) =>
        isFree(region, image) &&
        !isKeptForArchive(living, region, image, images) &&
        referenceTo(account, region, image.id, { isShared: true, launchTemplateVersions }) === undefined,
    );
    return excessOf(living, region.name, policyName, source, free);
  });
  return [...uploads, ...halves, ...misshared, ...excesses];
}

/** More of a lineage than the rules, the ladder and the needs of people explain. */
function excessOf(
  { world, account, present }: Living,
  region: string,
  policyName: string,
  source: string,
  free: readonly ImageRecord[],
): string[] {
  const policy = present.get(policyName);
  const rules = region === home ? policy?.retain : policy?.copies.find((copy) => copy.region === region)?.retain;
  const { last = 0, within = '0d', daily = 0, weekly = 0, atLeast = 0, afterTermination } = rules ?? {};
  const isOver = afterTermination !== undefined && !servers(account).some(({ id }) => id === source);
  const { graceDays = 0 } = policy?.retire ?? {};
  // At noon retirement looks: what is captured then or later is there since.
  const isLate = world.policies.some(({ name, hour }) => name === policyName && hour >= 12);
  // A capture a day: `within` keeps as many as it says days. The oldest stays while another rule has counts left.
  const kept = Math.max(daily + weekly + 1, last, Number.parseInt(within, 10), atLeast);
  // One enters the ladder as another leaves it.
  const onRung = graceDays + 1;
  const most = isOver
    ? { available: 0, disabled: 0, failed: 0 }
    : { available: kept + onRung + Number(isLate), disabled: onRung, failed: 0 };
  return (['available', 'disabled', 'failed'] as const).flatMap((state) => {
    const found = free.filter(({ description }) => description.State === state);
    if (found.length <= most[state]) return [];
    return [
      `${policyName} has ${found.length} ${state} of ${source} in ${region}, at most ${most[state]}: ${found.map(wordsOf).join('; ')}.`,
    ];
  });
}

/** A copy that people made at home, whose snapshots are not ours: no role may archive it, and where that is due it stays. */
function isKeptForArchive(
  { account }: Living,
  { name: region, snapshots }: RegionState,
  { description, snapshotIds }: ImageRecord,
  lineage: readonly ImageRecord[],
): boolean {
  if (tagsOf(description.Tags)['ami-lifecycle:archived-to'] !== undefined) return false;
  const isOfOthers = snapshotIds.some((id) => {
    const snapshot = snapshots.get(id);
    return snapshot !== undefined && !isOurs(snapshot);
  });
  const images = lineage.map((each) => each.description);
  return isOfOthers && archivesDueIn(account)(description, images, { region, nowMs: account.clock.now() });
}

/** Nobody keeps it: no hold on it or its snapshots, no protection. */
function isFree({ snapshots }: RegionState, { description, snapshotIds }: ImageRecord): boolean {
  if ((description.DeregistrationProtection ?? 'disabled') !== 'disabled') return false;
  const all = [description.Tags, ...snapshotIds.map((each) => snapshots.get(each)?.description.Tags)];
  return all.every((tags) => tagsOf(tags)['ami-lifecycle:hold'] === undefined);
}

function halfWritten({ present }: Living, region: RegionState, image: ImageRecord): string[] {
  const { State, Tags } = image.description;
  const tags = tagsOf(Tags);
  const rung = tags['ami-lifecycle:rung'];
  const isDisabled = rung?.startsWith('disable ') ?? false;
  // What people keep, and enabled, tells the last step of ours where the policy takes none by now but the last.
  const { steps = [] } = present.get(tags['ami-lifecycle:policy'] ?? '')?.retire ?? {};
  const waitsForPeople = !isFree(region, image) && steps.length === 1 && steps.includes('deregister');
  return [
    ...(isDisabled && State !== 'disabled' && !waitsForPeople ? [`is said to be disabled and is ${State}`] : []),
    ...(rung !== undefined && tags['ami-lifecycle:retiring-since'] === undefined
      ? ['stands on a rung since never']
      : []),
    ...(rung === undefined && tags['ami-lifecycle:state'] === 'retiring'
      ? ['is said to retire and stands on no rung']
      : []),
    ...(State === 'available' && tags['ami-lifecycle:audience'] === 'unsettled'
      ? ['is shared nobody knows with whom']
      : []),
  ];
}

function wordsOf({ id, description }: ImageRecord): string {
  const { DeprecationTime = '', Tags } = description;
  const tags = tagsOf(Tags);
  const words = ['slot', 'state', 'rung', 'source-gone-since'].map((key) => tags[`ami-lifecycle:${key}`] ?? '-');
  return [id, ...words, DeprecationTime].join(' ').trimEnd();
}
