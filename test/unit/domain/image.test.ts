import { describe, expect, it } from 'vitest';
import { haveAllStarted, type Snapshot } from '../../../shared/domain/image.ts';
import { aSnapshot } from './examples.ts';

const volumes = ['vol-00000001', 'vol-00000002'];

describe('the content of all volumes is fixed', () => {
  it.each<[says: string, states: Snapshot['state'][]]>([
    ['all their snapshots have started', ['pending', 'pending']],
    ['all are completed', ['completed', 'completed']],
    ['some have started and some are completed', ['pending', 'completed']],
  ])('when %s', (_says, states) => {
    expect(haveAllStarted(volumes, snapshotsIn(states))).toBe(true);
  });

  it.each<[says: string, states: Snapshot['state'][]]>([
    ['none has a snapshot yet', []],
    ['one has no snapshot yet', ['pending']],
    ['one snapshot failed', ['pending', 'error']],
  ])('but not when %s', (_says, states) => {
    expect(haveAllStarted(volumes, snapshotsIn(states))).toBe(false);
  });

  it('whatever other volumes have', () => {
    expect(haveAllStarted(volumes, [...snapshotsIn(['pending', 'pending']), aSnapshot('vol-00000009', 'error')])).toBe(
      true,
    );
    expect(haveAllStarted(volumes, [aSnapshot('vol-00000008'), aSnapshot('vol-00000009')])).toBe(false);
  });
});

function snapshotsIn(states: readonly Snapshot['state'][]): Snapshot[] {
  return states.map((state, index) => aSnapshot(`vol-0000000${index + 1}`, state));
}
