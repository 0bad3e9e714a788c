import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  copyTags,
  foreignTo,
  hasRoomForLease,
  imageTags,
  isOfStack,
  isProductOf,
  othersTags,
  restoredTags,
  type Tags,
  tagKeys,
} from '../../../shared/domain/tags.ts';
import { imageId, instanceId, slot } from './examples.ts';

const ours: Tags = {
  [tagKeys.policy]: 'gold',
  [tagKeys.source]: instanceId,
  [tagKeys.slot]: slot,
  [tagKeys.consistency]: 'stopped',
  [tagKeys.state]: 'capturing',
};
/** What the life of an image may bring. */
const laterTags = [
  tagKeys.hold,
  tagKeys.retiringSince,
  tagKeys.rung,
  tagKeys.archivedTo,
  tagKeys.audience,
  tagKeys.sourceGoneSince,
];
const origin = { region: 'eu-west-1', imageId };

function tagsWith(policyTags: Tags, instanceTags: Tags): Tags {
  return imageTags({ policyName: 'gold', instanceId, slot, consistency: 'stopped', policyTags, instanceTags });
}

function numbered(prefix: string, count: number): Tags {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`${prefix}-${String(index).padStart(2, '0')}`, 'x']),
  );
}

const tagKey = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.constantFrom('Name', 'constructor', '__proto__', 'aws:autoscaling:groupName', ...Object.values(tagKeys)),
);
const tags = (maxLength: number) =>
  fc
    .uniqueArray(fc.tuple(tagKey, fc.string({ maxLength: 5 })), { selector: ([key]) => key, maxLength })
    .map((entries): Tags => Object.fromEntries(entries));
const legalPolicyTags = tags(othersTags).map(
  (all): Tags => Object.fromEntries(Object.entries(all).filter(([key]) => !/^(aws|ami-lifecycle):/.test(key))),
);

describe("an image's tags", () => {
  it('say where it comes from', () => {
    expect(tagsWith({}, {})).toEqual(ours);
  });

  it("carry the policy's tags and the instance's own", () => {
    expect(tagsWith({ team: 'platform' }, { Name: 'db-1' })).toEqual({ ...ours, team: 'platform', Name: 'db-1' });
  });

  it("prefer the policy's tag where the instance has one of that name", () => {
    expect(tagsWith({ team: 'platform' }, { team: 'web' })).toMatchObject({ team: 'platform' });
  });

  it.each(['aws:autoscaling:groupName', tagKeys.skip, tagKeys.stoppedBy, tagKeys.restartBy])(
    "do not take over the instance's %s",
    (key) => {
      expect(tagsWith({}, { [key]: 'x' })).toEqual(ours);
    },
  );

  it("name the policy of the capture, not all those of the instance's tag", () => {
    expect(tagsWith({}, { [tagKeys.policy]: 'gold web' })[tagKeys.policy]).toBe('gold');
  });

  it.each(['constructor', '__proto__', 'toString'])('take over a tag that is called %s', (key) => {
    expect(Object.entries(tagsWith({}, Object.fromEntries([[key, 'x']])))).toContainEqual([key, 'x']);
  });

  it("let the instance's last tags give way where there is no room", () => {
    const inOrder = Object.entries(numbered('instance', 50));
    const mixed = inOrder.map((_, index) => inOrder[(index * 7) % 50] ?? ['', '']);
    const crowded = tagsWith(numbered('policy', 30), Object.fromEntries(mixed));
    expect(Object.keys(crowded).filter((key) => key.startsWith('policy-'))).toHaveLength(30);
    expect(Object.keys(crowded).filter((key) => key.startsWith('instance-'))).toEqual(
      Object.keys(numbered('instance', othersTags - 30)),
    );
  });

  it("are at most fifty with those that may come later, always with ours and the policy's", () => {
    fc.assert(
      fc.property(legalPolicyTags, tags(50), (policyTags, instanceTags) => {
        const result = tagsWith(policyTags, instanceTags);
        expect(Object.keys(result).length).toBeLessThanOrEqual(50 - laterTags.length);
        expect(Object.entries(result)).toEqual(expect.arrayContaining(Object.entries({ ...policyTags, ...ours })));
        for (const [key, value] of Object.entries(result)) {
          const origins = [ours, policyTags, instanceTags];
          expect(origins.some((from) => Object.hasOwn(from, key) && from[key] === value)).toBe(true);
        }
      }),
    );
  });
});

describe("a copy's tags", () => {
  it('are those of its image, with where it was copied from', () => {
    expect(copyTags({ ...ours, Name: 'db-1' }, origin)).toEqual({
      ...ours,
      Name: 'db-1',
      [tagKeys.origin]: `eu-west-1/${imageId}`,
    });
  });

  it('say that the copy is still being made, though its image is complete', () => {
    expect(copyTags({ ...ours, [tagKeys.state]: 'complete' }, origin)[tagKeys.state]).toBe('capturing');
  });

  it.each(laterTags)('do not take over %s, which speaks of its image alone', (key) => {
    expect(copyTags({ ...ours, [key]: 'x' }, origin)).not.toHaveProperty([key]);
  });

  it('name the image that was copied, not the one that this was copied from', () => {
    const result = copyTags({ ...ours, [tagKeys.origin]: 'eu-north-1/ami-1' }, origin);
    expect(result[tagKeys.origin]).toBe(`eu-west-1/${imageId}`);
  });

  it('leave out what AWS alone may write', () => {
    expect(copyTags({ ...ours, 'aws:backup:source-resource': 'x' }, origin)).not.toHaveProperty([
      'aws:backup:source-resource',
    ]);
  });

  it('fit into fifty, even where people filled up the image, and keep it recognisable', () => {
    fc.assert(
      fc.property(tags(50), (others) => {
        const result = copyTags({ ...numbered('filled', 45), ...others, ...ours }, origin);
        expect(Object.keys(result).length).toBeLessThanOrEqual(50 - laterTags.length);
        expect(isProductOf(result, { policyName: 'gold', instanceId, slot })).toBe(true);
      }),
    );
  });
});

describe('an image is the product of a policy, instance and slot', () => {
  const product = { policyName: 'gold', instanceId, slot };

  it('when its tags name all three', () => {
    expect(isProductOf(ours, product)).toBe(true);
  });

  it.each([tagKeys.policy, tagKeys.source, tagKeys.slot])('and not when %s is another or missing', (key) => {
    expect(isProductOf({ ...ours, [key]: 'another' }, product)).toBe(false);
    expect(isProductOf(Object.fromEntries(Object.entries(ours).filter(([each]) => each !== key)), product)).toBe(false);
  });
});

describe('an image or snapshot is of the stack that looks', () => {
  const homeRegion = 'eu-west-1';
  it.each([
    ['at home where it says no origin, as captures do', 'eu-west-1', undefined, true],
    ['at home where it came from home, as what is restored does', 'eu-west-1', 'eu-west-1/ami-1', true],
    ['but not at home where another stack copied it here', 'eu-west-1', 'eu-south-1/ami-1', false],
    ['elsewhere where it came from home', 'eu-west-3', 'eu-west-1/ami-1', true],
    ['but not elsewhere where it says no origin', 'eu-west-3', undefined, false],
    ['nor where it was captured elsewhere, and restored there', 'eu-west-3', 'eu-west-3/ami-1', false],
    ['nor where a Region only begins like home', 'eu-west-3', 'eu-west-11/ami-1', false],
    ['nor where people wrote something else', 'eu-west-3', '', false],
  ])('%s', (_says, region, origin, isOurs) => {
    const tags = origin === undefined ? ours : { ...ours, [tagKeys.origin]: origin };
    expect(isOfStack(tags, { region, homeRegion })).toBe(isOurs);
  });
});

describe('an image or snapshot is none of ours to take from anybody', () => {
  const place = { region: 'eu-west-1', homeRegion: 'eu-west-1' };
  const ofNoPolicy = 'its tags do not say that it is of this policy';

  it.each([
    ['where its policy is another', { [tagKeys.policy]: 'silver' }, ofNoPolicy],
    ['where it names no policy', { [tagKeys.policy]: undefined }, ofNoPolicy],
    ['where it names no instance', { [tagKeys.source]: undefined }, ofNoPolicy],
    ['where another stack made it', { [tagKeys.origin]: 'eu-south-1/ami-1' }, /ami-lifecycle:origin does not say that/],
    ['unless its tags say all that', {}, undefined],
  ])('%s', (_says, different, why) => {
    const all = Object.entries({ ...ours, ...different }).filter(([, value]) => value !== undefined);
    const found = foreignTo(Object.fromEntries(all.map(([key, value = '']) => [key, value])), 'gold', place);
    expect(found).toEqual(why instanceof RegExp ? expect.stringMatching(why) : why);
  });
});

describe('a lease', () => {
  const tags = (count: number, prefix = 'key') =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, '']));

  it('fits on an instance with 48 tags of its own, and not on one with 49', () => {
    expect(hasRoomForLease(tags(48))).toBe(true);
    expect(hasRoomForLease(tags(49))).toBe(false);
  });

  it('does not mind tags that AWS wrote, nor a lease that is there already', () => {
    const crowded = {
      ...tags(48),
      ...tags(5, 'aws:cloudformation:'),
      [tagKeys.stoppedBy]: 'x',
      [tagKeys.restartBy]: 'y',
    };
    expect(hasRoomForLease(crowded)).toBe(true);
  });
});

describe("a restored image's tags", () => {
  const restoration = { origin: 'eu-south-1/ami-1', archivedTo: 's3://my-archive/ami-1.bin', hold: 'restored' };

  it('are those that it was archived with, and why it is there; nothing of its former retirement is left', () => {
    const later = Object.fromEntries(laterTags.map((key) => [key, 'x']));
    expect(restoredTags({ ...ours, ...later, Name: 'db-1', 'aws:x': 'y' }, restoration)).toEqual({
      ...ours,
      Name: 'db-1',
      [tagKeys.origin]: restoration.origin,
      [tagKeys.archivedTo]: restoration.archivedTo,
      [tagKeys.hold]: restoration.hold,
      [tagKeys.state]: 'capturing',
    });
  });

  it('name no policy that the archive did not name', () => {
    expect(restoredTags({}, restoration)).not.toHaveProperty([tagKeys.policy]);
  });
});
