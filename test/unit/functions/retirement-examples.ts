import type { Image } from '../../../shared/domain/image.ts';
import { rungTags } from '../../../shared/domain/ladder.ts';
import type { NamedPolicy, Step } from '../../../shared/domain/policy.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { anImage, aPolicy, instanceId } from '../domain/examples.ts';

export const home = 'eu-west-1';
export const abroad = 'eu-central-1';
/** When the examples' run looks. */
export const noon = '2026-11-21T12:00:00Z';
export const stackTopic = 'arn:aws:sns:eu-west-1:123456789012:ami-lifecycle';

/** The complete image of a day of November 2026: `ami-20261119`, with the snapshot `snap-20261119`. */
export function imageOf(day: number, different: Partial<Image> = {}): Image {
  const date = `202611${String(day).padStart(2, '0')}`;
  const slot = `${date}T0300Z`;
  return anImage({
    imageId: `ami-${date}`,
    name: `gold/${instanceId}/${slot}`,
    createdAt: `2026-11-${String(day).padStart(2, '0')}T03:00:00.000Z`,
    snapshotIds: [`snap-${date}`],
    ...different,
    tags: {
      [tagKeys.policy]: 'gold',
      [tagKeys.source]: instanceId,
      [tagKeys.slot]: slot,
      [tagKeys.state]: 'complete',
      ...different.tags,
    },
  });
}

/** The same, after it took a step on a day of November at noon. */
export function imageOn(step: Step, since: number, image: Image): Image {
  const instant = `2026-11-${String(since).padStart(2, '0')}T12:00:00Z`;
  return {
    ...image,
    state: step === 'disable' ? 'disabled' : image.state,
    deprecatesAt: instant,
    tags: { ...image.tags, ...rungTags(image.tags, { step, since: instant }) },
  };
}

/** The policy gold: two dailies stay, everything else goes, as many at once as there are. */
export function retiring(fields: Readonly<Record<string, unknown>> = {}): NamedPolicy {
  return aPolicy({ retain: { daily: 2 }, retire: { mode: 'enforce', maxPercentPerRun: 100 }, ...fields });
}
