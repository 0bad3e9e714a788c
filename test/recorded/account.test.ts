import { describe, expect, it } from 'vitest';
import { loadAccountFolder } from '../../simulator/load/account-folder.ts';
import { folder, isPresent } from './recorded-account.ts';

describe('the recorded account', () => {
  it('is present where it is required', () => {
    expect(isPresent || process.env.RECORDED !== 'required', `there is no folder ${folder}`).toBe(true);
  });

  // Defined only where there is something to test, rather than skipped: a skipped test looks like one that was forgotten.
  for (const region of isPresent ? ['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2'] : []) {
    it(`is loaded for ${region}, and each of its 152 instances is either there or left out with a reason`, () => {
      const account = loadAccountFolder(folder, { region });
      const leftOut = account.leftOut.filter(({ what }) => what === 'instance');
      const count = leftOut.reduce((sum, entry) => sum + entry.count, account.contents.instances.length);
      expect(count).toBe(152);
      for (const { reason, examples } of account.leftOut) {
        expect(reason).not.toBe('');
        expect(examples).not.toEqual([]);
      }
    });
  }

  for (const { region, loaded, leftOut, images, notes } of isPresent ? expected() : []) {
    it(`has ${loaded} instances to simulate in ${region}, the Region with the most`, () => {
      const account = loadAccountFolder(folder);
      expect(account.region).toBe(region);
      expect(account.contents.instances).toHaveLength(loaded);
      expect(account.contents.images).toHaveLength(images);
      const reasons = account.leftOut.filter(({ what }) => what === 'instance');
      expect(Object.fromEntries(reasons.map(({ reason, count }) => [reason, count]))).toEqual(leftOut);
      expect(account.notes.map(({ note }) => note)).toEqual(expect.arrayContaining(notes));
    });
  }
});

function expected() {
  return [
    {
      region: 'us-east-1',
      loaded: 83,
      images: 30,
      leftOut: { terminated: 27, 'shutting-down': 2, 'in us-west-2': 30, 'in us-east-2': 9, 'in us-west-1': 1 },
      notes: [
        'instance whose image is not listed, taken to be an image of somebody else',
        'attached volume that is not listed',
        'volume attached to several instances at once',
        'instance without an instance type',
      ],
    },
  ];
}
