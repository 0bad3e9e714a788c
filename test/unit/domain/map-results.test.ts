import { describe, expect, it } from 'vitest';
import { readItemResults } from '../../../shared/domain/map-results.ts';

/** A bucket that holds these objects, as JSON. */
function holding(objects: Record<string, unknown>) {
  return {
    readJson: async (key: string): Promise<unknown> => {
      if (!(key in objects)) throw new Error(`no object ${key}`);
      return JSON.parse(JSON.stringify(objects[key]));
    },
  };
}

const manifest = (...keys: string[]) => ({
  DestinationBucket: 'work',
  MapRunArn: 'arn:aws:states:eu-south-1:123456789012:mapRun:x/y:z',
  ResultFiles: {
    SUCCEEDED: keys.filter((key) => key.startsWith('SUCCEEDED')).map((Key) => ({ Key, Size: 1 })),
    FAILED: keys.filter((key) => key.startsWith('FAILED')).map((Key) => ({ Key, Size: 1 })),
    PENDING: [],
  },
});

describe('the results of a distributed Map', () => {
  it('are those of all the files that its manifest names', async () => {
    const items = await readItemResults(
      holding({
        manifest: manifest('SUCCEEDED_0', 'SUCCEEDED_1', 'FAILED_0'),
        SUCCEEDED_0: [{ Status: 'SUCCEEDED', Input: '{"imageId":"ami-1"}', Output: '{"outcome":"gone"}', Name: 'x' }],
        SUCCEEDED_1: [{ Status: 'SUCCEEDED', Input: '2', Output: 'null' }],
        FAILED_0: [
          { Status: 'FAILED', Input: '3', Error: 'AccessDenied', Cause: '{"errorMessage":"May not.","trace":[]}' },
          { Status: 'FAILED', Input: '4', Error: 'States.Timeout', Cause: 'Too slow.' },
        ],
      }),
      'manifest',
    );
    expect(items).toEqual([
      { input: { imageId: 'ami-1' }, output: { outcome: 'gone' }, error: undefined, cause: '' },
      { input: 2, output: null, error: undefined, cause: '' },
      { input: 3, output: undefined, error: 'AccessDenied', cause: 'May not.' },
      { input: 4, output: undefined, error: 'States.Timeout', cause: 'Too slow.' },
    ]);
  });

  it.each([
    ['a manifest', { manifest: { ResultFiles: 'none' } }, 'manifest', 'ResultFiles: '],
    ['results', { manifest: manifest('FAILED_0'), FAILED_0: [{ Error: 'X' }] }, 'FAILED_0', '0.Status: '],
    [
      'an answer',
      { manifest: manifest('FAILED_0'), FAILED_0: [{ Status: 'SUCCEEDED', Output: '{' }] },
      'FAILED_0',
      '0.Output: Invalid JSON',
    ],
  ])(
    'are asked for again, and say what is wrong, where %s is not what AWS writes',
    async (_, objects, key, problem) => {
      await expect(readItemResults(holding(objects), 'manifest')).rejects.toMatchObject({
        name: 'AwsUnavailable',
        message: expect.stringContaining(`${key} is not as Step Functions writes the results of a Map: ${problem}`),
        details: { key, problem: expect.stringContaining(problem) },
      });
    },
  );

  it('are none where there were no items', async () => {
    expect(await readItemResults(holding({ manifest: { ResultFiles: {} } }), 'manifest')).toEqual([]);
  });

  it.each(['TIMED_OUT', 'ABORTED', 'PENDING'])(
    'count an item that ended as %s as failed, by that name',
    async (Status) => {
      const objects = holding({ manifest: manifest('FAILED_0'), FAILED_0: [{ Status }, { Status, Output: '"done"' }] });
      const failed = { input: null, output: undefined, error: Status, cause: '' };
      expect(await readItemResults(objects, 'manifest')).toEqual([failed, failed]);
    },
  );

  it('do not count an item as good that succeeded without an answer', async () => {
    const objects = holding({ manifest: manifest('SUCCEEDED_0'), SUCCEEDED_0: [{ Status: 'SUCCEEDED', Input: '1' }] });
    expect((await readItemResults(objects, 'manifest'))[0]?.error).toBe('SUCCEEDED');
  });

  it('are refused where a file is missing or is none of those', async () => {
    await expect(readItemResults(holding({ manifest: manifest('FAILED_0') }), 'manifest')).rejects.toThrow('FAILED_0');
    await expect(readItemResults(holding({ manifest: {} }), 'manifest')).rejects.toThrow('ResultFiles');
  });
});
