import { describe, expect, it } from 'vitest';
import type { Image } from '../../../shared/domain/image.ts';
import { judgeLineage } from '../../../shared/domain/judgement.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { anImageOf } from './examples.ts';
import { candidates, under } from './lineages.ts';

describe('a disabled image of which no newer one can be launched', () => {
  it('waits until one can, unless its instance has released them all', () => {
    const tags = { [tagKeys.state]: 'retiring' };
    const all = ['20261109T0300Z', '20261110T0300Z'].map((at) => anImageOf(at, { state: 'disabled', tags }));
    const waiting = (images: Image[]) =>
      judgeLineage(images, under({ last: 1 })).map(({ waits }) => waits !== undefined);
    expect(waiting(all)).toEqual([true, true]);
    const [first] = judgeLineage(all, under({ last: 1 }));
    expect(first?.waits).toBe('waits for a newer one that is available');
    expect(waiting([...all, anImageOf('20261111T0300Z')])).toEqual([false, false, true]);
    expect(waiting([...all, anImageOf('20261108T0300Z')])).toEqual([true, true, true]);
    const gone = all.map((image) => ({
      ...image,
      tags: { ...image.tags, [tagKeys.sourceGoneSince]: '2026-01-01T00:00:00.000Z' },
    }));
    const released = judgeLineage(gone, { ...under({ last: 1, afterTermination: '1d' }), isSourceGone: true });
    expect(released.map(({ waits }) => waits)).toEqual([undefined, undefined]);
  });
});

describe('fewer images than are to stay', () => {
  const ours = (at: string): Image => anImageOf(at, { state: 'disabled', tags: { [tagKeys.state]: 'retiring' } });

  it('are made up for by the newest of those that we disabled, and not by what a person disabled', () => {
    const slots = ['20261109T0300Z', '20261110T0300Z', '20261111T0300Z'];
    const all = slots.map(ours);
    expect(candidates(all, under({ daily: 2, atLeast: 3 }))).toEqual([]);
    expect(candidates(all, under({ daily: 1, atLeast: 2 }))).toEqual(['20261109T0300Z']);
    const available = anImageOf('20261112T0300Z');
    expect(candidates([...all, available], under({ last: 1, atLeast: 3 }))).toEqual(['20261109T0300Z']);
    const byHand = anImageOf('20261112T0300Z', { state: 'disabled' });
    expect(candidates([...all, byHand], under({ last: 1, atLeast: 3 }))).not.toContain('20261109T0300Z');
  });
});
