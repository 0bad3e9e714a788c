import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type InstanceState,
  isAlive,
  isStoppedAgain,
  launchStoppedMs,
  leaseOf,
  leaseTags,
  ownLease,
} from '../../../shared/domain/instance.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { after, anInstance, executionId } from './examples.ts';

describe('the lease of an instance', () => {
  it('is read as it was written, among whatever other tags', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.string()),
        fc.string({ minLength: 1 }),
        fc.constantFrom('', after(-3600)),
        (others, holder, launchedAt) => {
          const lease = { executionId: holder, restartBy: after(3600), launchedAt };
          expect(leaseOf({ ...others, ...leaseTags(lease) })).toEqual(lease);
        },
      ),
    );
  });

  it('is written in words that people can read', () => {
    const lease = { executionId, restartBy: '2026-11-21T05:00:00.000Z', launchedAt: '2026-11-20T09:00:00.000Z' };
    expect(leaseTags(lease)[tagKeys.restartBy]).toBe('2026-11-21T05:00:00.000Z launched 2026-11-20T09:00:00.000Z');
  });

  it('is written again as it is, whatever people made of it: just that can be taken away', () => {
    const words = fc.array(fc.constantFrom(' ', 'launched', 'soon', after(3600), '\n'), { maxLength: 8 });
    fc.assert(
      fc.property(words, (chosen) => {
        const tags = { [tagKeys.stoppedBy]: executionId, [tagKeys.restartBy]: chosen.join('') };
        expect(leaseTags(leaseOf(tags) ?? { executionId: '', restartBy: '', launchedAt: '' })).toEqual(tags);
      }),
    );
  });

  it('is none where nobody holds the instance', () => {
    expect(leaseOf({ Name: 'db-1' })).toBeUndefined();
  });

  it('is none where only a deadline is left over', () => {
    expect(leaseOf({ [tagKeys.restartBy]: after(3600) })).toBeUndefined();
  });

  it.each([
    ['is missing', {}, ''],
    ['is empty', { [tagKeys.restartBy]: '' }, ''],
    ['is no time', { [tagKeys.restartBy]: 'tomorrow' }, 'tomorrow'],
  ])('counts as it is where its deadline %s, so that just that can be taken away', (_says, deadline, restartBy) => {
    expect(leaseOf({ [tagKeys.stoppedBy]: executionId, ...deadline })).toEqual({
      executionId,
      restartBy,
      launchedAt: '',
    });
  });

  it('counts where somebody emptied its holder: an instance that we stopped is not forgotten', () => {
    expect(leaseOf({ [tagKeys.stoppedBy]: '' })).toEqual({ executionId: '', restartBy: '', launchedAt: '' });
  });
});

describe('a launch that we stopped', () => {
  const lease = { executionId, restartBy: after(3600), launchedAt: after(-60) };

  it('is the one that the lease names, and without that a matter of when we stopped it', () => {
    expect(launchStoppedMs(lease, 5)).toBe(Date.parse(after(-60)));
    expect(launchStoppedMs({ ...lease, launchedAt: '' }, 5)).toBe(5);
    expect(launchStoppedMs({ ...lease, launchedAt: 'once' }, 5)).toBe(5);
    expect(launchStoppedMs(undefined, 5)).toBe(5);
  });

  it('is not the last one where somebody started the instance and stopped it again', () => {
    const sinceMs = Date.parse(after(-30));
    const stopped = (launchedSeconds: number, byHandSeconds: number, state: InstanceState = 'stopped') =>
      isStoppedAgain(
        anInstance({
          state,
          launchedAt: after(launchedSeconds),
          stoppedByHandAt: after(byHandSeconds),
          tags: leaseTags(lease),
        }),
        sinceMs,
      );
    expect(stopped(-20, -10)).toBe(true);
    expect(stopped(-20, -10, 'stopping')).toBe(true);
    expect(stopped(-20, -10, 'running')).toBe(false);
    expect(stopped(-60, -10)).toBe(false);
    expect(stopped(-20, -40)).toBe(false);
    expect(stopped(-20, -20)).toBe(false);
  });

  it('is held by the execution that the lease names, and by no other', () => {
    expect(ownLease(leaseTags(lease), executionId)).toEqual(lease);
    expect(ownLease(leaseTags(lease), 'another')).toBeUndefined();
    expect(ownLease({}, executionId)).toBeUndefined();
  });
});

describe('an instance', () => {
  it.each<[state: InstanceState, isIt: boolean]>([
    ['pending', true],
    ['running', true],
    ['stopping', true],
    ['stopped', true],
    ['shutting-down', false],
    ['terminated', false],
  ])('that is %s can still be worked with: %s', (state, isIt) => {
    expect(isAlive(anInstance({ state }))).toBe(isIt);
  });

  it('that EC2 has forgotten can not', () => {
    expect(isAlive(undefined)).toBe(false);
  });
});
