import { describe, expect, it } from 'vitest';
import { haveAllStarted, type Snapshot } from '../../../shared/domain/image.ts';
import { after, aSnapshot, imageId } from './examples.ts';

const volumes = ['vol-00000001', 'vol-00000002'];
const image = { imageId, requestedAt: after(60) };

describe('the content of all volumes is fixed', () => {
  it.each<[says: string, states: Snapshot['state'][]]>([
    ['all their snapshots have started', ['pending', 'pending']],
    ['all are completed', ['completed', 'completed']],
    ['some have started and some are completed', ['pending', 'completed']],
  ])('when %s', (_says, states) => {
    expect(haveAllStarted(volumes, snapshotsIn(states), image)).toBe(true);
  });

  it.each<[says: string, states: Snapshot['state'][]]>([
    ['none has a snapshot yet', []],
    ['one has no snapshot yet', ['pending']],
    ['one snapshot failed', ['pending', 'error']],
  ])('but not when %s', (_says, states) => {
    expect(haveAllStarted(volumes, snapshotsIn(states), image)).toBe(false);
  });

  it('whatever other volumes have', () => {
    expect(
      haveAllStarted(volumes, [...snapshotsIn(['pending', 'pending']), aSnapshot('vol-00000009', 'error')], image),
    ).toBe(true);
    expect(haveAllStarted(volumes, [aSnapshot('vol-00000008'), aSnapshot('vol-00000009')], image)).toBe(false);
  });
});

describe('the snapshots of an image that was discarded', () => {
  const discarded = snapshotsIn(['pending', 'pending']).map((snapshot) => ({
    ...snapshot,
    description: 'for ami-0ffff',
  }));

  it('say nothing of the image that is made in its place', () => {
    expect(haveAllStarted(volumes, discarded, image)).toBe(false);
  });

  it('are told apart by their time where descriptions say nothing', () => {
    const later = discarded.map((snapshot) => ({ ...snapshot, startedAt: after(60) }));
    expect(haveAllStarted(volumes, later, image)).toBe(true);
    const earlier = discarded.map((snapshot) => ({ ...snapshot, startedAt: after(59) }));
    expect(haveAllStarted(volumes, earlier, image)).toBe(false);
  });
});

function snapshotsIn(states: readonly Snapshot['state'][]): Snapshot[] {
  return states.map((state, index) => aSnapshot(`vol-0000000${index + 1}`, state));
}
