import { describe, expect, it } from 'vitest';
import type { Image } from '../../../shared/domain/image.ts';
import { type Circumstances, judgeLineage } from '../../../shared/domain/judgement.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { anImageOf, dailies, slot } from './examples.ts';
import { archives, type Fields, judged, under } from './lineages.ts';

describe('an image is archived', () => {
  const archiving = (when: Record<string, number>, different: Partial<Circumstances> & Fields = {}) =>
    under({ last: 3 }, { ...different, fields: { archive: { bucket: 'my-archive', when }, ...different.fields } });

  it('as the newest of each month that is over, and as no other', () => {
    expect(archives(dailies(120), archiving({ monthly: 3 }))).toEqual(['20260930T0300Z', '20261031T0300Z']);
  });

  it('never of the month that goes on, nor for being the oldest', () => {
    expect(archives(dailies(21), archiving({ monthly: 12 }))).toEqual([]);
    expect(archives(dailies(50), archiving({ monthly: 12 }))).toEqual(['20261031T0300Z']);
  });

  it('from the first instant after its month in the zone of the policy', () => {
    const fields = { schedule: { cron: '0 3 * * ? *', timezone: 'Europe/Rome' } };
    const images = [anImageOf('20261031T0300Z')];
    const at = (instant: string) => archives(images, archiving({ monthly: 12 }, { now: instant, fields }));
    expect(at('2026-10-31T22:59:59Z')).toEqual([]);
    expect(at('2026-10-31T23:00:00Z')).toEqual(['20261031T0300Z']);
  });

  it('before its month is over where it would go before that', () => {
    const tags = { [tagKeys.sourceGoneSince]: '2026-11-01T00:00:00Z' };
    const images = dailies(2).map((image) => ({ ...image, tags: { ...image.tags, ...tags } }));
    const fields = { retain: { last: 3, afterTermination: '1d' } };
    expect(archives(images, archiving({ monthly: 12 }, { isSourceGone: true, fields }))).toEqual([slot]);
    expect(archives(images, archiving({ monthly: 12 }, { fields }))).toEqual([]);
  });

  it('also when nothing keeps it: what is due goes to the archive first', () => {
    const due = judgeLineage(dailies(40), archiving({ monthly: 12 })).find(({ archive }) => archive);
    expect(due).toMatchObject({ keeps: [], archive: true });
  });

  it('at once where the last so many are asked for', () => {
    expect(archives(dailies(5), archiving({ last: 2 }))).toEqual(['20261120T0300Z', '20261121T0300Z']);
  });

  it('once', () => {
    const images = dailies(2).map((image) => ({
      ...image,
      tags: { ...image.tags, [tagKeys.archivedTo]: `s3://my-archive/${image.imageId}.bin` },
    }));
    expect(archives(images, archiving({ last: 2 }))).toEqual([]);
  });

  it.each(['', 'x', 'no'])('again where its tag reads %j, which names no object', (text) => {
    const images = [anImageOf(slot, { tags: { [tagKeys.archivedTo]: text } })];
    expect(archives(images, archiving({ last: 2 }))).toEqual([slot]);
  });

  it('itself, and not what was made from it: neither its archive nor what it says of one stands in', () => {
    const original = anImageOf(slot, { imageId: 'ami-0b' });
    const from = (tags: Record<string, string>) =>
      anImageOf(slot, { imageId: 'ami-0a', tags: { [tagKeys.origin]: 'eu-west-1/ami-0b', ...tags } });
    const restored = from({ [tagKeys.archivedTo]: 's3://my-archive/ami-0b.bin' });
    for (const other of [restored, from({})]) {
      const due = judgeLineage([other, original], archiving({ last: 2 })).filter(({ archive }) => archive);
      expect(due.map(({ image }) => image.imageId)).toEqual(['ami-0b']);
    }
    expect(archives([from({})], archiving({ last: 2 }))).toEqual([slot]);
  });

  it('itself where what it was made from is gone, whatever stands beside it', () => {
    const tags = { [tagKeys.origin]: 'eu-west-1/ami-0b' };
    const images = [anImageOf('20261120T0300Z', { tags }), anImageOf(slot)];
    expect(archives(images, archiving({ last: 2 }))).toEqual(['20261120T0300Z', slot]);
  });

  it('not while it is half made', () => {
    const images = [anImageOf(slot, { tags: { [tagKeys.state]: 'capturing' } })];
    expect(archives(images, archiving({ last: 2 }))).toEqual([]);
  });

  it.each<[says: string, different: Partial<Image>, why: string]>([
    ['an instance store as root', { rootDeviceType: 'instance-store' }, 'its root device is an instance store'],
    ['paravirtualization', { virtualizationType: 'paravirtual' }, 'it is paravirtual'],
    ['product codes', { hasProductCodes: true }, 'it carries product codes'],
    ['too many gigabytes', { sizeGigabytes: 5001 }, 'its volumes have 5001 GB of at most 5000'],
  ])('not with %s, which EC2 refuses: so it is kept, and says why', (_says, different, why) => {
    const image = anImageOf('20261031T0300Z', different);
    expect(judged([...dailies(3), image], image, archiving({ monthly: 12 }))).toMatchObject({
      keeps: [`due for archive, which EC2 cannot do: ${why}`],
      archive: false,
    });
  });

  it('not while it is disabled: it is kept, so that it comes back and can be', () => {
    const image = anImageOf('20261031T0300Z', { state: 'disabled', tags: { [tagKeys.state]: 'retiring' } });
    expect(judged([...dailies(3), image], image, archiving({ monthly: 12 }))).toMatchObject({
      keeps: ['due for archive, which needs it to be available: it is disabled'],
      archive: false,
    });
  });

  it('whatever it is made of where no archive asks for it', () => {
    const image = anImageOf('20260101T0300Z', { hasProductCodes: true });
    expect(judged([...dailies(40), image], image, archiving({ monthly: 2 })).keeps).toEqual([]);
  });
});
