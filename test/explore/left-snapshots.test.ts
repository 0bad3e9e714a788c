import { describe, expect, it } from 'vitest';
import { virtualClock } from '../../engine/clock.ts';
import { nightsUntil } from '../../explore/hanging.ts';
import { followLeftSnapshots } from '../../explore/random/left-snapshots.ts';
import { home, policy } from '../../explore/servers.ts';
import { createAccount } from '../../simulator/account.ts';

const dayMs = 86_400_000;
const calmMs = Date.parse('2026-11-18T00:00:00Z');
const snapshotId = 'snap-00000000000000001';
const imageId = 'ami-00000000000000001';
const paris = 'eu-west-3';

interface Left {
  /** The beginning of the snapshot. */
  startedAt: string;
  /** The look by which its image is gone. */
  goneOn?: string;
  tags?: Readonly<Record<string, string>>;
  lockedUntil?: string;
  graceDays?: number;
  region?: string;
  copies?: readonly string[];
  /** The image stands, and could not be made. */
  isFailed?: boolean;
  /** And then it goes. */
  standsUntil?: string;
}

/** The day at whose beginning it is told that the snapshot is left, though nobody takes it away; undefined for never. */
async function toldOn(left: Left): Promise<{ told: string | undefined; awaitedUntil: string | undefined }> {
  const { startedAt, goneOn = '2026-11-18', tags = {}, lockedUntil, region = home, isFailed = false } = left;
  const clock = virtualClock('2026-11-17T00:00:00Z');
  const account = createAccount({ accountId: '111122223333', homeRegion: home, clock, seed: 1 });
  const present = new Map([
    [
      'gold',
      policy('gold', {
        retain: { daily: 1 },
        retire: { mode: 'enforce', graceDays: left.graceDays ?? 1 },
        copies: (left.copies ?? []).map((each) => ({ region: each })),
      }),
    ],
  ]);
  const follower = followLeftSnapshots({ world: { calmMs }, account, present });
  let told: string | undefined;
  let awaitedUntil: string | undefined;
  for (let atMs = calmMs; atMs <= calmMs + 40 * dayMs; atMs += dayMs) {
    await clock.run(atMs);
    const day = new Date(atMs).toISOString().slice(0, 10);
    if (day === goneOn) load();
    if (day === left.standsUntil) account.region(region).images.delete(imageId);
    const [first] = follower.overdue();
    if (first)
      expect(first).toMatchObject({ invariant: 8, what: `${snapshotId} is left in ${region} without an image.` });
    if (first) told ??= day;
    if (follower.isAwaited()) awaitedUntil = day;
  }
  return { told, awaitedUntil };

  function load(): void {
    const ours = { 'ami-lifecycle:policy': 'gold', 'ami-lifecycle:source': 'i-00000000000000001', ...tags };
    const Tags = Object.entries(ours).map(([Key, Value]) => ({ Key, Value }));
    const Description = `Created by CreateImage(i-00000000000000001) for ${imageId}`;
    const snapshot = {
      SnapshotId: snapshotId,
      StartTime: new Date(startedAt),
      State: 'completed' as const,
      Description,
      Tags,
    };
    const images = isFailed ? [{ ImageId: imageId, State: 'failed' as const, Tags }] : [];
    account.load({ instances: [], images, snapshots: [snapshot] }, region);
    const record = account.region(region).snapshots.get(snapshotId);
    if (record && lockedUntil !== undefined) record.lockedUntilMs = Date.parse(lockedUntil);
  }
}

describe('A snapshot whose image is gone', () => {
  it.each<[string, Left, string]>([
    ['goes after its week, if it was left before the quiet days', { startedAt: '2026-01-01T03:00:00Z' }, '2026-11-28'],
    [
      'is a week old before its week begins',
      { startedAt: '2026-11-17T03:00:00Z' },
      // Noted on the 24th at noon, and taken away a week later.
      '2026-12-02',
    ],
    [
      'is noted on the day after, where it is a week old in the afternoon',
      { startedAt: '2026-11-17T13:00:00Z' },
      '2026-12-03',
    ],
    [
      'has the grace of its policy, where that is longer',
      { startedAt: '2026-01-01T03:00:00Z', graceDays: 10 },
      '2026-12-01',
    ],
    [
      'goes with its image where nothing goes wrong: by the next look',
      { startedAt: '2026-11-15T03:00:00Z', goneOn: '2026-11-21' },
      '2026-11-22',
    ],
    [
      'has a week then as well, where it was locked',
      { startedAt: '2026-11-12T03:00:00Z', goneOn: '2026-11-21', lockedUntil: '2026-11-20T18:00:00Z' },
      '2026-11-29',
    ],
    [
      'has its week, too, where EC2 could not make its image, which names none',
      { startedAt: '2026-11-14T03:00:00Z', isFailed: true, standsUntil: '2026-11-23' },
      '2026-12-01',
    ],
    [
      'stays for as long as it is locked',
      { startedAt: '2026-01-01T03:00:00Z', lockedUntil: '2026-12-10T13:00:00Z' },
      '2026-12-12',
    ],
    [
      'goes where its policy copies to',
      { startedAt: '2026-01-01T03:00:00Z', region: paris, copies: [paris] },
      '2026-11-28',
    ],
  ])('%s', async (_, left, told) => {
    const dayBefore = nightsUntil(told, 2)[0]?.replace(/^(\d{4})(\d\d)(\d\d).*/, '$1-$2-$3');

    expect(await toldOn(left)).toEqual({ told, awaitedUntil: dayBefore });
  });

  it.each<[string, Left]>([
    ['it is held', { startedAt: '2026-01-01T03:00:00Z', tags: { 'ami-lifecycle:hold': 'evidence' } }],
    ['its policy no longer copies to that Region', { startedAt: '2026-01-01T03:00:00Z', region: paris }],
    ['its image could not be made, and still stands', { startedAt: '2026-01-01T03:00:00Z', isFailed: true }],
  ])('may stay where %s', async (_, left) => {
    expect(await toldOn(left)).toEqual({ told: undefined, awaitedUntil: undefined });
  });
});
