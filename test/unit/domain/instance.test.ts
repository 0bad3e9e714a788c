import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type InstanceState, isAlive, leaseOf, leaseTags } from '../../../shared/domain/instance.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { after, anInstance, executionId } from './examples.ts';

describe('the lease of an instance', () => {
  it('is read as it was written, among whatever other tags', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), fc.string({ minLength: 1 }), (others, holder) => {
        const lease = { executionId: holder, restartBy: after(3600) };
        expect(leaseOf({ ...others, ...leaseTags(lease) })).toEqual(lease);
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
    expect(leaseOf({ [tagKeys.stoppedBy]: executionId, ...deadline })).toEqual({ executionId, restartBy });
  });

  it('counts where somebody emptied its holder: an instance that we stopped is not forgotten', () => {
    expect(leaseOf({ [tagKeys.stoppedBy]: '' })).toEqual({ executionId: '', restartBy: '' });
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
