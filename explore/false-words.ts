import type { Account } from '../simulator/account.ts';
import { mayBeSeen } from '../simulator/invariants/records.ts';
import type { RegionState } from '../simulator/state.ts';
import type { Finding } from './judge.ts';
import { tagsOf } from './witness.ts';

const words = ['stopped', 'rebooted'] as const;
type Word = (typeof words)[number];

/**
 * Images that are said to be complete and of a stopped or rebooted instance, and hold what was written while it ran, found at
 * the moment that says so. The watch finds such snapshots as they start, and such images as they are made; but of a capture
 * that fails then, nobody believes what its image says.
 */
export function watchFalseWords(account: Account): readonly Finding[] {
  const findings: Finding[] = [];
  /** Why it would be wrong, by what an image says. */
  const falsely: Record<Word, Map<string, string>> = { stopped: new Map(), rebooted: new Map() };
  let stoodBefore: string | undefined;
  const check = (region: RegionState, imageId: string): void => {
    const tags = tagsOf(region.images.get(imageId)?.description.Tags);
    const said = words.find((word) => word === tags['ami-lifecycle:consistency']);
    const why = said && falsely[said].get(imageId);
    if (!said || why === undefined || tags['ami-lifecycle:state'] !== 'complete') return;
    falsely[said].delete(imageId);
    const what = `${imageId} is said to be complete and of a ${said} instance, and ${why}.`;
    findings.push({ invariant: 15, what, history: account.recentHistory() });
  };
  account.onSnapshot((region, { id, description, instanceStateAtStart: state }) => {
    const [, imageId] = /(ami-[0-9a-f]+)/.exec(description.Description ?? '') ?? [];
    if (imageId === undefined || state === undefined || state === 'stopped') return;
    falsely.stopped.set(imageId, `${id} started while its instance was ${state}`);
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
    for (const imageId of Resources) check(account.region(region), imageId);
  });
  return findings;
}
