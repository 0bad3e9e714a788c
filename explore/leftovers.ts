import { type Finding, finding } from './judge.ts';
import { type SeenImage, type Tags, tagsOf } from './witness.ts';
import type { Story } from './world.ts';

const dayMs = 86_400_000;
/** So long a capture may be under way: shared/domain/judgement.ts. */
const makingDays = 7;
/** Of an image that is good for nothing. */
const mostRuns = 3;
/** A snapshot is a week old before it is noted, and waits for another week then; runs are a day apart. */
const snapshotDays = 16;

/** Retirement takes them away: it runs daily, and of what it could take for good nothing may be there after three runs. */
export async function retireLeftovers(story: Story): Promise<Finding[]> {
  const runs = new Map<string, number>();
  const firstSeenMs = new Map<string, number>();
  const isDue = ({ createdAtMs }: SeenImage): boolean => story.clock.now() >= createdAtMs + makingDays * dayMs;
  for (;;) {
    const overdue = [
      ...uselessImages(story).flatMap(({ id }) => ((runs.get(id) ?? 0) >= mostRuns ? [id] : [])),
      ...orphans(story).filter((id) => {
        const sinceMs = firstSeenMs.get(id) ?? story.clock.now();
        firstSeenMs.set(id, sinceMs);
        return story.clock.now() >= sinceMs + snapshotDays * dayMs;
      }),
    ];
    if (overdue.length > 0) return [finding(story, 8, `Nothing takes away ${overdue.join(', ')}.`)];
    if (uselessImages(story).length + orphans(story).length === 0) return [];
    for (const image of uselessImages(story)) if (isDue(image)) runs.set(image.id, (runs.get(image.id) ?? 0) + 1);
    for (const { name } of story.policies) {
      story.stack.retire({ policy: name, scheduledAt: new Date(story.clock.now()).toISOString() });
    }
    await story.clock.run(story.clock.now() + dayMs);
  }
}

/** What people hold is theirs; and of one that was never completed the newest stays, as long as nothing better follows. */
function uselessImages(story: Story): SeenImage[] {
  return story.account.regions().flatMap(({ name }) => {
    const images = story.witness.images(name);
    return images.filter(({ state, tags }) => {
      if (tags['ami-lifecycle:hold'] !== undefined) return false;
      if (state === 'failed') return true;
      return tags['ami-lifecycle:state'] === 'capturing' && images.some((other) => isBetter(other, tags));
    });
  });
}

function isBetter({ state, tags }: SeenImage, than: Tags): boolean {
  const isOfIts = (['policy', 'source'] as const).every(
    (name) => tags[`ami-lifecycle:${name}`] === than[`ami-lifecycle:${name}`],
  );
  const isLater = (tags['ami-lifecycle:slot'] ?? '') > (than['ami-lifecycle:slot'] ?? '');
  return isOfIts && isLater && state === 'available' && tags['ami-lifecycle:state'] === 'complete';
}

function orphans({ account, witness }: Story): string[] {
  return account
    .regions()
    .flatMap(({ name, snapshots }) =>
      witness.orphans(name).filter((id) => !('ami-lifecycle:hold' in tagsOf(snapshots.get(id)?.description.Tags))),
    );
}
