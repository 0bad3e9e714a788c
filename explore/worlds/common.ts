import type { NamedPolicy } from '../../shared/domain/policy.ts';
import type { Behaviour } from '../../simulator/behaviour.ts';
import { tagList } from '../hanging.ts';
import { home } from '../servers.ts';
import type { SeenImage } from '../witness.ts';
import type { Story } from '../world.ts';

/** Short waits, so that a workflow looks but once or twice while it waits. */
export const quick: Partial<Behaviour> = {
  stopSeconds: () => 25,
  statusCheckSeconds: () => 60,
  imageMinutes: () => 2,
  copyMinutes: () => 2,
  storeMinutes: () => 2,
  restoreMinutes: () => 2,
  usageReportMinutes: () => 1,
  emptyPageProbability: 0,
};

/** Puts tags on something, as people would. */
export function tagByHand(story: Story, id: string, tags: Readonly<Record<string, string>>, region = home): void {
  story.account.call('ec2', 'CreateTags', { Resources: [id], Tags: tagList(tags) }, region);
}

/** Lets so many hours pass. */
export function hoursLater(story: Story, hours: number): Promise<void> {
  return story.clock.run(story.clock.now() + hours * 3_600_000);
}

/**
 * How an image and its snapshots are shared otherwise than with exactly those that a policy names, a sentence each. Snapshots are
 * given to accounts alone; those that do not carry our tags are nobody's.
 */
export function misshared(image: SeenImage, share: NamedPolicy['share']): string[] {
  const { accounts = [], organizationArns = [], organizationalUnitArns = [] } = share ?? {};
  const everybody = share?.public ? ['all'] : [];
  const wanted = [...accounts, ...organizationArns, ...organizationalUnitArns, ...everybody];
  return [...otherHolders(image.id, image.sharedWith, wanted), ...missharedSnapshots(image, accounts)];
}

/** The same of its snapshots alone, where people say whom the image is shared with. */
export function missharedSnapshots({ id, snapshots }: SeenImage, accounts: readonly string[]): string[] {
  return snapshots.flatMap((snapshot) => {
    const isOurs = 'ami-lifecycle:policy' in snapshot.tags;
    return otherHolders(`${snapshot.id} of ${id}`, snapshot.sharedWith, isOurs ? accounts : []);
  });
}

function otherHolders(what: string, present: readonly string[], wanted: readonly string[]): string[] {
  const wordsOf = (holders: readonly string[]): string => [...holders].sort().join(', ') || 'nobody';
  const [is, shouldBe] = [wordsOf(present), wordsOf(wanted)];
  return is === shouldBe ? [] : [`${what} is shared with ${is}, not with ${shouldBe}.`];
}
