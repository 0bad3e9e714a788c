import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../shared/domain/errors.ts';
import { copyingInto, mergedUses, type Uses } from '../../../shared/domain/uses.ts';

describe('what several sources know of the uses of an image', () => {
  it('is told together, each thing once, in their order', () => {
    const one: Uses = new Map([['ami-1', ['in use by instance i-1', 'being archived', 'in use by instance i-1']]]);
    const other: Uses = new Map([
      ['ami-2', ['in use by parameter /x']],
      ['ami-1', ['being archived', 'in use by launch template lt-1']],
    ]);
    expect([...mergedUses(one, other)]).toEqual([
      ['ami-1', ['in use by instance i-1', 'being archived', 'in use by launch template lt-1']],
      ['ami-2', ['in use by parameter /x']],
    ]);
  });

  it('is nothing where they know nothing', () => {
    expect(mergedUses().size).toBe(0);
    expect(mergedUses(new Map(), new Map()).size).toBe(0);
  });

  it('is joined without changing what each of them said', () => {
    const one: Uses = new Map([['ami-1', ['a']]]);
    mergedUses(one, new Map([['ami-1', ['b']]]));
    expect([...one]).toEqual([['ami-1', ['a']]]);
  });
});

describe('images that are being copied', () => {
  const denied = (region: string): never => {
    throw new LifecycleError('EvidenceIncomplete', 'Not known.', { region, reason: 'denied' });
  };

  it('are asked for in every Region, and joined', async () => {
    const { uses, unknown } = await copyingInto(
      ['eu-west-1', 'eu-central-1'],
      async (region) => new Map([['ami-1', [`being copied to ${region}`]]]),
    );
    expect(uses.get('ami-1')).toEqual(['being copied to eu-west-1', 'being copied to eu-central-1']);
    expect(unknown).toEqual([]);
  });

  it('are known of the others where a Region does not answer, and that Region is named', async () => {
    const { uses, unknown } = await copyingInto(['eu-west-1', 'eu-central-1'], async (region) =>
      region === 'eu-west-1' ? denied(region) : new Map([['ami-1', ['x']]]),
    );
    expect(uses.get('ami-1')).toEqual(['x']);
    expect(unknown).toEqual(['eu-west-1']);
  });

  it.each([new LifecycleError('AwsThrottled', 'Slow down.', {}), new Error('a fault of the program')])(
    'are asked for again where it fails otherwise: %s',
    async (error) => {
      await expect(copyingInto(['eu-west-1'], () => Promise.reject(error))).rejects.toBe(error);
    },
  );
});
