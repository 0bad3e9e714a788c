import type { Image } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { virtualClock } from '../../engine/clock.ts';
import { tagList } from '../../explore/hanging.ts';
import { keepingRulesIn } from '../../explore/keeping-rules.ts';
import { home } from '../../explore/servers.ts';
import { createAccount } from '../../simulator/account.ts';

const hourMs = 3_600_000;

/** An account in which that is published as the policy gold. */
async function published(policy: unknown, then?: unknown) {
  const clock = virtualClock('2026-11-20T00:00:00Z');
  const account = createAccount({ accountId: '111122223333', homeRegion: home, clock, seed: 1 });
  const publish = (text: unknown) =>
    account.call('ssm', 'PutParameter', {
      Name: '/ami-lifecycle/simulation/policies/gold',
      Value: JSON.stringify(text),
      Type: 'String',
      Overwrite: true,
    });
  publish(policy);
  await clock.run(clock.now() + 36 * hourMs);
  if (then !== undefined) publish(then);
  const keptBy = keepingRulesIn(account);
  const ask = (image: Image, others: readonly Image[], region = home) =>
    keptBy(image, others, { region, nowMs: clock.now() });
  return { clock, ask };
}

function image(slot: string, tags: Readonly<Record<string, string>> = {}, changes: Partial<Image> = {}): Image {
  const ours = { 'ami-lifecycle:policy': 'gold', 'ami-lifecycle:slot': slot, 'ami-lifecycle:state': 'complete' };
  return { ImageId: `ami-${slot}`, State: 'available', Tags: tagList({ ...ours, ...tags }), ...changes };
}

const nights = ['20261121T0300Z', '20261120T0300Z', '20261119T0300Z', '20261118T0300Z'].map((slot) => image(slot));
const [newest = image(''), second = image(''), third = image(''), oldest = image('')] = nights;
const without = (one: Image): Image[] => nights.filter((each) => each !== one);

describe('What the judge says that the rules keep', () => {
  it.each([
    [{ last: 2 }, [true, true, false, false]],
    [{ daily: 3 }, [true, true, true, false]],
    [{ weekly: 1 }, [true, false, false, false]],
    // The oldest stays until there are two weeks.
    [{ weekly: 2 }, [true, false, false, true]],
    [{ monthly: 2 }, [true, false, false, true]],
    [{ yearly: 1 }, [true, false, false, false]],
    [{ within: '48h' }, [true, true, false, false]],
    [{ within: '1m' }, [true, true, true, true]],
    [{ last: 1, within: '2d', atLeast: 3, afterTermination: '3d' }, [true, true, false, false]],
  ])('is what they say: %j', async (retain, expected) => {
    const { ask } = await published({ retain });
    expect(nights.map((each) => ask(each, without(each)) !== undefined)).toEqual(expected);
  });

  it('is a month by the calendar, however long the month is', async () => {
    const { ask } = await published({ retain: { within: '9m' } });
    // Nine months before 20 November is 20 February; of a month before 31 March the last day of February.
    expect(ask(image('20260220T0301Z'), [second])).toBe('within 9m');
    expect(ask(image('20260220T0300Z'), [second])).toBeUndefined();
    const { ask: askShort } = await published({ retain: { within: '1m' } });
    expect(askShort(image('20260228T0301Z'), [image('20260331T0300Z')])).toBe('within 1m');
    expect(askShort(image('20260228T0300Z'), [image('20260331T0300Z')])).toBeUndefined();
  });

  it('passes over days of which there is no image, and images that are good for nothing', async () => {
    const { ask } = await published({ retain: { daily: 2 } });
    const useless = [
      image('20261120T0400Z', { 'ami-lifecycle:state': 'capturing' }),
      image('20261120T0500Z', {}, { State: 'failed' }),
      image('20261120T0600Z', {}, { State: 'disabled' }),
      image('20270101T0300Z'),
      image('when I say'),
    ];
    expect(ask(third, [newest, ...useless, oldest])).toBe('daily 2');
    for (const each of useless) expect(ask(each, [])).toBeUndefined();
  });

  it('counts what we disabled ourselves, and not what a person did', async () => {
    const { ask } = await published({ retain: { last: 1 } });
    const disabled = (rung: string) => image('20261121T0300Z', { 'ami-lifecycle:rung': rung }, { State: 'disabled' });
    expect(ask(second, [disabled('disable 2026-11-21T12:00:00Z')])).toBeUndefined();
    expect(ask(second, [disabled('disable 2026-11-21T12:00:00Z by-hand')])).toBe('last 1');
  });

  it('lets either of two images of one slot go', async () => {
    const { ask } = await published({ retain: { last: 1, daily: 1 } });
    const twin = image('20261121T0300Z', {}, { ImageId: 'ami-twin' });
    expect([ask(newest, [twin]), ask(twin, [newest])]).toEqual([undefined, undefined]);
    expect(ask(newest, [])).toBe('last 1');
  });

  it('is what copies have of their own, and all that is left where none are made any more', async () => {
    const retain = { last: 1 };
    const { ask } = await published({
      retain,
      copies: [{ region: 'eu-west-3', retain: { last: 2 } }, { region: 'us-east-1' }],
    });
    const keptIn = (region: string) => nights.filter((each) => ask(each, without(each), region)).length;
    expect([home, 'eu-west-3', 'us-east-1', 'eu-central-1'].map(keptIn)).toEqual([1, 2, 1, 4]);
  });

  it('is what all that was ever published agrees on, for as long as a step acts by what it has read', async () => {
    const { ask, clock } = await published({ retain: { last: 1 } }, { retain: { last: 2 } });
    expect([ask(newest, without(newest)), ask(second, without(second))]).toEqual(['last 2', undefined]);
    await clock.run(clock.now() + 180_000);
    expect(ask(second, without(second))).toBe('last 2');
  });

  it('is nothing of a policy in another time zone, nor of one that nobody published', async () => {
    const { ask } = await published({ schedule: { timezone: 'Europe/Dublin' }, retain: { last: 1 } });
    expect(ask(newest, [])).toBeUndefined();
    expect(ask(image('20261121T0300Z', { 'ami-lifecycle:policy': 'lead' }), [])).toBeUndefined();
  });

  it('is refused to be guessed of a rule that the judge does not know', async () => {
    const { ask } = await published({ retain: { fortnightly: 1 } });
    expect(() => ask(newest, [])).toThrow("What 'fortnightly' keeps is not known");
  });
});
