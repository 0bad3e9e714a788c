import type { Image } from '../../../shared/domain/image.ts';
import { type Circumstances, type Judgement, judgeLineage } from '../../../shared/domain/judgement.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { aPolicy, beginning as now } from './examples.ts';

/** Circumstances of images in the Region where they are made, under a policy that retains so and retires. */
export function under(retain: Record<string, unknown>, different: Partial<Circumstances> & Fields = {}): Circumstances {
  const { fields, ...others } = different;
  return {
    policy: aPolicy({ retain, retire: {}, ...fields }),
    region: 'eu-south-1',
    homeRegion: 'eu-south-1',
    now,
    isSourceGone: false,
    ...others,
  };
}

export interface Fields {
  fields?: Record<string, unknown>;
}

function slotsOf(judgements: readonly Judgement[]): string[] {
  return judgements.map(({ image }) => image.tags[tagKeys.slot] ?? '').sort();
}

/** The slots of the images that nothing keeps. */
export function candidates(images: readonly Image[], circumstances: Circumstances): string[] {
  return slotsOf(judgeLineage(images, circumstances).filter(({ keeps }) => keeps.length === 0));
}

/** The slots of the images that are to be archived now. */
export function archives(images: readonly Image[], circumstances: Circumstances): string[] {
  return slotsOf(judgeLineage(images, circumstances).filter(({ archive }) => archive));
}

export function judged(images: readonly Image[], image: Image, circumstances: Circumstances): Judgement {
  const judgement = judgeLineage(images, circumstances).find((each) => each.image === image);
  if (!judgement) throw new Error('no judgement');
  return judgement;
}
