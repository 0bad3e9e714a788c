import { describe, expect, it } from 'vitest';
import { explore } from '../../explore/exploration.ts';
import { parsePlacement } from '../../explore/placements.ts';
import { runWorld } from '../../explore/run.ts';
import { worldNamed } from '../../explore/worlds.ts';
import { LifecycleError } from '../../shared/domain/errors.ts';

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

describe('A run with faults', () => {
  const placed = ['create-image/ec2:CreateImage@eu-west-1#1 throttled'].map(parsePlacement);

  /** What is found where one function ends so once, as if it had thrown that. */
  async function foundWhere(error: Error): Promise<string[]> {
    let thrown = false;
    const begin: typeof tagged.begin = (story) => {
      story.stack.deploy({
        policies: story.policies,
        handlers: {
          'share-image': async () => ({}),
          'record-capture': async () => {
            if (thrown) return { downtimeSeconds: null, availableSeconds: 60, failure: null };
            thrown = true;
            throw error;
          },
        },
      });
      return tagged.begin(story);
    };
    const { findings } = await runWorld({ ...tagged, begin, lacking: () => [], mustTell: false }, placed);
    return findings.filter(({ invariant }) => invariant === 14).map(({ what }) => what);
  }

  it('is broken where a function falls over its own mistake, though it is tried again and people are told', async () => {
    expect(await foundWhere(new TypeError('image is undefined'))).toContain(
      'record-capture ends in TypeError, which nothing explains: image is undefined',
    );
  });

  it('is broken where a function ends in what its contract does not name', async () => {
    expect(await foundWhere(new LifecycleError('InputInvalid', 'The input does not fit.'))).toContain(
      'record-capture ends in InputInvalid, which nothing explains: The input does not fit.',
    );
    expect(await foundWhere(new LifecycleError('AwsUnavailable', 'No answer.'))).toEqual([]);
  });
});
