import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parts } from '../../../shared/domain/contract.ts';
import { copyToken, imageName, isSlot, slotMs, slotOf } from '../../../shared/domain/naming.ts';
import { policyNamePattern } from '../../../shared/domain/policy.ts';

/** EC2's rule for the name of an image. */
const legalImageName = /^[A-Za-z0-9()[\] ./\-'@_]{3,128}$/;

const policyNames = fc.stringMatching(policyNamePattern);
const instanceIds = fc.stringMatching(/^i-[0-9a-f]{8,17}$/);
const instants = fc
  .date({ min: new Date('2000-01-01T00:00:00Z'), max: new Date('2100-01-01T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

describe('a slot', () => {
  it.each([
    ['2026-11-21T03:00:00Z', '20261121T0300Z'],
    ['2026-11-21T03:00:59.999Z', '20261121T0300Z'],
    ['2026-11-21T05:00:00+02:00', '20261121T0300Z'],
    ['2026-11-20T19:30:00-08:00', '20261121T0330Z'],
    ['2026-12-31T23:59:00-01:00', '20270101T0059Z'],
  ])('of %s is %s: the minute in UTC', (instant, slot) => {
    expect(slotOf(instant)).toBe(slot);
  });

  it('is one that every task takes', () => {
    fc.assert(
      fc.property(instants, (instant) => {
        expect(parts.slot.safeParse(slotOf(instant)).success).toBe(true);
      }),
    );
  });

  it('tells its instant again, to the minute', () => {
    expect(slotMs('20261121T0300Z')).toBe(Date.parse('2026-11-21T03:00:00Z'));
    fc.assert(
      fc.property(instants, (instant) => {
        const slot = slotOf(instant);
        expect(slotOf(new Date(slotMs(slot)).toISOString())).toBe(slot);
        expect(isSlot(slot)).toBe(true);
      }),
    );
  });

  it.each([
    '',
    '2026-11-21T03:00Z',
    '20261121T0300',
    'the 20261121T0300Z',
    '20261121T030000Z',
    '20261301T0300Z',
    '20260230T0300Z',
    '20261121T2400Z',
  ])('is not read from %j', (text) => {
    expect(() => slotMs(text)).toThrow(new RangeError(`'${text}' is no slot such as 20261121T0300Z`));
    expect(isSlot(text)).toBe(false);
  });
});

describe("an image's name", () => {
  it('is made of its policy, instance and slot', () => {
    expect(imageName('gold', 'i-0abc1234', '20261121T0300Z')).toBe('gold/i-0abc1234/20261121T0300Z');
  });

  it('is legal for every legal policy, instance and time', () => {
    fc.assert(
      fc.property(policyNames, instanceIds, instants, (policy, instance, instant) => {
        expect(imageName(policy, instance, slotOf(instant))).toMatch(legalImageName);
      }),
    );
  });

  it('tells its three parts apart again, so that no two captures share a name', () => {
    fc.assert(
      fc.property(policyNames, instanceIds, instants, (policy, instance, instant) => {
        const slot = slotOf(instant);
        expect(imageName(policy, instance, slot).split('/')).toEqual([policy, instance, slot]);
      }),
    );
  });
});

describe("a copy's token", () => {
  it('is a legal one for every image, Region and attempt that the tasks take', () => {
    const imageIds = fc.stringMatching(/^ami-[0-9a-f]{8,17}$/);
    const regions = fc
      .stringMatching(/^[a-z]{2,8}(-[a-z]{1,12}){1,4}-\d{1,2}$/)
      .filter((region) => parts.region.safeParse(region).success);
    const attempts = fc.integer({ min: 1, max: 10 });
    fc.assert(
      fc.property(imageIds, regions, attempts, (image, region, attempt) => {
        expect(parts.attempt.safeParse(attempt).success && parts.region.safeParse(region).success).toBe(true);
        expect(copyToken(image, region, attempt)).toMatch(/^[\x21-\x7e]{1,64}$/);
      }),
    );
  });

  it('is the same for a repeated call, and another for another attempt, Region or image', () => {
    const token = copyToken('ami-00000001', 'eu-west-1', 1);
    expect(copyToken('ami-00000001', 'eu-west-1', 1)).toBe(token);
    const others = [
      copyToken('ami-00000001', 'eu-west-1', 2),
      copyToken('ami-00000001', 'eu-west-2', 1),
      copyToken('ami-00000002', 'eu-west-1', 1),
    ];
    expect(new Set([token, ...others]).size).toBe(4);
  });
});
