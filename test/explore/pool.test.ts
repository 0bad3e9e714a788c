import { describe, expect, it } from 'vitest';
import { share } from '../../explore/pool.ts';

const module = new URL('doubling.ts', import.meta.url);

describe('Workers', () => {
  it('share jobs, and give their results back in order', async () => {
    const jobs = Array.from({ length: 40 }, (_, index) => index);
    const seen: number[] = [];

    const results = await share<number, number>({
      module,
      jobs,
      workers: 3,
      onDone: (_, doneSoFar) => seen.push(doneSoFar),
    });

    expect(results).toEqual(jobs.map((job) => 2 * job));
    expect(seen).toEqual(jobs.map((job) => job + 1));
  });

  it('need not be there: then this process does it', async () => {
    expect(await share<number, number>({ module, jobs: [3, 4], workers: 0 })).toEqual([6, 8]);
  });

  it('import what they are told to before', async () => {
    const before = [new URL('tripling.ts', import.meta.url)];

    expect(await share<number, number>({ module, before, jobs: [1], workers: 1 })).toEqual([3]);
  });

  it('may not die without a word: no result is missing, and none is taken for another', async () => {
    await expect(share<number, number>({ module, jobs: [666, 4], workers: 1 })).rejects.toThrow(
      '666 has no result: its worker ended without a word.',
    );
  });

  it('pass on what a job threw, and which job it was', async () => {
    await expect(share<number, number>({ module, jobs: [-1], workers: 1 })).rejects.toThrow(
      /^-1 threw Error: It is below zero\./,
    );
  });
});
