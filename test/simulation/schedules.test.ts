import { describe, expect, it } from 'vitest';
import { policy, server } from '../../explore/servers.ts';
import { given } from './story.ts';

const slotsOfNights = async (cron: string, at: string, schedulesUntil: string, flexibleMinutes = 0) => {
  const story = await given({
    at,
    schedulesUntil,
    policies: [policy('gold', { schedule: { cron, timezone: 'Europe/Rome', flexibleMinutes } })],
    servers: [server('web')],
  });
  await story.rest();
  return story.images().map(({ tags }) => tags['ami-lifecycle:slot']);
};

const threeOClock = '0 3 * * ? *';
const halfPastTwo = '30 2 * * ? *';

describe('A capture at three in Rome', () => {
  it('is made once a day when the clock goes back, an hour later by UTC', async () => {
    expect(await slotsOfNights(threeOClock, '2026-10-23T12:00:00Z', '2026-10-27T12:00:00Z')).toEqual([
      '20261024T0100Z',
      '20261025T0200Z',
      '20261026T0200Z',
      '20261027T0200Z',
    ]);
  });

  it('is made once a day when the clock goes forward, an hour earlier by UTC', async () => {
    expect(await slotsOfNights(threeOClock, '2027-03-26T12:00:00Z', '2027-03-30T12:00:00Z')).toEqual([
      '20270327T0200Z',
      '20270328T0100Z',
      '20270329T0100Z',
      '20270330T0100Z',
    ]);
  });

  it('keeps its slot, however late within its window it begins', async () => {
    expect(await slotsOfNights(threeOClock, '2026-10-24T12:00:00Z', '2026-10-26T12:00:00Z', 240)).toEqual([
      '20261025T0200Z',
      '20261026T0200Z',
    ]);
  });
});

describe('A capture at half past two in Rome', () => {
  it('is made once in the night that has that time twice', async () => {
    const slots = await slotsOfNights(halfPastTwo, '2026-10-24T12:00:00Z', '2026-10-26T12:00:00Z');
    expect(slots).toHaveLength(2);
    expect(slots[0]).toMatch(/^20261025T0[01]30Z$/);
    expect(slots[1]).toBe('20261026T0130Z');
  });

  it('is not made in the night that does not have that time', async () => {
    expect(await slotsOfNights(halfPastTwo, '2027-03-27T12:00:00Z', '2027-03-29T12:00:00Z')).toEqual([
      '20270329T0030Z',
    ]);
  });
});
