import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leaseOf, leaseTags } from '../../../shared/domain/instance.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { after, executionId } from './examples.ts';

const longAgo = '1970-01-01T00:00:00.000Z';

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
    ['is missing', {}],
    ['is empty', { [tagKeys.restartBy]: '' }],
    ['is no time', { [tagKeys.restartBy]: 'tomorrow' }],
  ])('counts as overdue where its deadline %s, so that somebody comes to the rescue', (_says, deadline) => {
    expect(leaseOf({ [tagKeys.stoppedBy]: executionId, ...deadline })).toEqual({ executionId, restartBy: longAgo });
  });

  it('counts where somebody emptied its holder: an instance that we stopped is not forgotten', () => {
    expect(leaseOf({ [tagKeys.stoppedBy]: '' })).toEqual({ executionId: '', restartBy: longAgo });
  });
});
