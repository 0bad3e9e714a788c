import { describe, expect, it } from 'vitest';
import { explore } from '../../explore/exploration.ts';
import { runWorld } from '../../explore/run.ts';
import { worldNamed } from '../../explore/worlds.ts';

const tagged = worldNamed('capture-by-tag');

describe('A run without faults', () => {
  it('is broken where a role denies a function what it asks for, though people are told', async () => {
    const faults = [{ fault: 'access-denied', function: 'create-image', operation: 'CreateImage', nth: 1 } as const];

    const { findings } = await runWorld({ ...tagged, beginning: { ...tagged.beginning, faults } }, []);

    const told = findings.map(({ what }) => what);
    expect(told).toContain('Without any fault create-image asks for CreateImage, which its role denies.');
    expect(told).toContainEqual(
      expect.stringMatching(/^Without any fault \S+:capture-images\/CaptureInstances:\S+ is FAILED\.$/),
    );
  });

  it('may fail where it is to', async () => {
    expect((await runWorld(worldNamed('rescue-of-aborted'), [])).findings).toEqual([]);
    const { fails: _, ...expectingNone } = worldNamed('rescue-of-aborted');
    const { findings } = await runWorld(expectingNone, []);
    expect(findings.map(({ what }) => what)).toContainEqual(expect.stringMatching(/ is ABORTED\.$/));
  });

  it('is all that is explored of a world that breaks in it', async () => {
    const { worlds, breaches } = await explore({
      worlds: ['capture-of-group-member'],
      every: 1,
      pairs: 5,
      seed: 1,
      workers: 1,
      before: [new URL('never-enough.ts', import.meta.url)],
    });

    expect(worlds[0]).toMatchObject({ single: 0, pairs: 0, breaches: 1 });
    expect(breaches.map(({ job }) => job)).toEqual(['capture-of-group-member']);
  });
});
