import type { Behaviour } from '../../simulator/behaviour.ts';
import { tagList } from '../hanging.ts';
import { home } from '../servers.ts';
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
