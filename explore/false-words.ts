import type { Account } from '../simulator/account.ts';
import { imageIdIn, mayBeSeen } from '../simulator/invariants/records.ts';
import type { ImageRecord, RegionState } from '../simulator/state.ts';
import { type Finding, finding } from './judge.ts';
import { tagsOf } from './witness.ts';

const words = ['stopped', 'rebooted'] as const;
type Word = (typeof words)[number];

/**
 * Images that are said to be complete and of a stopped or rebooted instance, and hold what was written while it ran, found at
 * the moment that says so; with them their snapshots, and their copies. The watch finds such snapshots as they start, and such
 * images as they are made; but of a capture that fails then, nobody believes what its image says.
 */
export function watchFalseWords(account: Account): readonly Finding[] {
  const findings: Finding[] = [];
  /** Why it would be wrong, by what an image says. */
  const falsely: Record<Word, Map<string, string>> = { stopped: new Map(), rebooted: new Map() };
  /** Snapshots that started while their instance was not stopped. */
  const disturbed = new Set<string>();
  /** What was told of. */
  const told = new Set<string>();
  let stoodBefore: string | undefined;

  const tell = (id: string, said: Word, why: string): void => {
    if (told.has(id)) return;
    told.add(id);
    const what = `${id} is said to be complete and of a ${said} instance, and ${why}.`;
    findings.push(finding({ account }, 15, what));
  };
  const check = (region: RegionState, imageId: string): void => {
    const image = region.images.get(imageId);
    const tags = tagsOf(image?.description.Tags);
    if (!image || tags['ami-lifecycle:state'] !== 'complete') return;
    // Copies and restored images name the Region and the image that they were made from.
    const [, originId] = tags['ami-lifecycle:origin']?.split('/') ?? [];
    for (const word of words) {
      const why = falsely[word].get(originId ?? imageId);
      if (why === undefined) continue;
      const said = [
        ...(tags['ami-lifecycle:consistency'] === word ? [imageId] : []),
        ...snapshotsOf(region, image, word),
      ];
      for (const id of said) tell(id, word, why);
    }
  };
  /** Those that say so and are wrong. Which of a copy's are of which, nothing tells: one of them at least must not say so. */
  const snapshotsOf = ({ snapshots }: RegionState, { snapshotIds, id: imageId }: ImageRecord, word: Word): string[] => {
    const saying = snapshotIds.filter(
      (id) => tagsOf(snapshots.get(id)?.description.Tags)['ami-lifecycle:consistency'] === word,
    );
    if (falsely.stopped.has(imageId) && word === 'stopped') return saying.filter((id) => disturbed.has(id));
    return saying.length === snapshotIds.length ? saying : [];
  };

  account.onSnapshot((region, snapshot) => {
    const { id, instanceStateAtStart: state } = snapshot;
    const imageId = imageIdIn(snapshot);
    if (imageId === undefined || state === undefined || state === 'stopped') return;
    falsely.stopped.set(imageId, `${id} started while its instance was ${state}`);
    disturbed.add(id);
    check(region, imageId);
  });
  account.beforeCall(({ operation, input, region, nowMs }) => {
    if (operation !== 'CreateImage') return;
    const { InstanceId = '' }: { InstanceId?: string } = input;
    const instance = account.region(region).instances.get(InstanceId);
    // One that was stopped a moment ago no read would have told of.
    const mayRun = instance && mayBeSeen(instance, nowMs, ({ State }) => State?.Name === 'running');
    stoodBefore = mayRun ? undefined : instance?.description.State?.Name;
  });
  const noteUnrebooted = (input: { NoReboot?: boolean }, { ImageId = '' }: { ImageId?: string } = {}): void => {
    if (stoodBefore !== undefined) falsely.rebooted.set(ImageId, `it was made while that was ${stoodBefore}`);
    else if (input.NoReboot === true) falsely.rebooted.set(ImageId, 'it was made without a reboot');
  };
  account.onCall(({ operation, input, output, region, errorCode }) => {
    if (errorCode !== undefined) return;
    if (operation === 'CreateImage') noteUnrebooted(input, output);
    if (operation !== 'CreateTags' || words.every((word) => falsely[word].size === 0)) return;
    const { Resources = [] }: { Resources?: string[] } = input;
    for (const id of Resources) check(account.region(region), id);
  });
  return findings;
}
