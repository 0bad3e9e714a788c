import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type InstanceState, isAlive, leaseOf, leaseTags } from '../../../shared/domain/instance.ts';
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
