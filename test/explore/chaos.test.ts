import { describe, expect, it } from 'vitest';
import { functionFolders } from '../../deploy/function-files.ts';
import { catalogue, isDeed } from '../../explore/catalogue.ts';
import { generate } from '../../explore/random/generate.ts';
import { imageDeeds } from '../../explore/random/image-deeds.ts';
import { serverDeeds } from '../../explore/random/server-deeds.ts';

const happenings = Array.from({ length: 40 }, (_, seed) => generate(seed, 200).happenings).flat();

describe('In random worlds', () => {
  it('every fault that is explored may happen, and every function may lose a right', () => {
    const faults = happenings.flatMap((each) => (each.kind === 'fault' ? [each.fault] : []));

    const explored = catalogue.flatMap(({ fault }) => (isDeed(fault) ? [] : [fault]));
    expect(new Set(faults.map(({ fault }) => fault))).toEqual(new Set(explored));
    expect(new Set(faults.flatMap(({ function: name }) => name ?? []))).toEqual(new Set(functionFolders()));
  });

  it('people do everything that they know to do', () => {
    const deeds = happenings.flatMap((each) => (each.kind === 'deed' ? [each.name] : []));

    expect(new Set(deeds)).toEqual(new Set([...Object.keys(imageDeeds), ...Object.keys(serverDeeds)]));
  });

  it('nothing goes wrong in the quiet days', () => {
    const { calmMs, happenings: all } = generate(1, 60);
    const ends = all.flatMap((each) => (each.kind === 'fault' ? [each.fault.between?.[1] ?? Infinity] : [each.atMs]));

    expect(Math.max(...ends)).toBeLessThanOrEqual(calmMs);
  });
});
