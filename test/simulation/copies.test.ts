import { describe, expect, it } from 'vitest';
import { database, home, policy, server } from '../../explore/servers.ts';
import { given } from './story.ts';

const ireland = home;
const frankfurt = 'eu-central-1';
const paris = 'eu-west-3';
const partner = '123456789012';

const inTwoRegions = policy('gold', {
  copies: [{ region: frankfurt, kmsKeyId: 'alias/ami' }, { region: paris }],
});

describe('A policy with copies in two Regions', () => {
  it('has a complete image in each, under the key of that Region, that says where it comes from', async () => {
    const story = await given({ policies: [inTwoRegions], servers: [database()] });
    story.account.region(frankfurt).keys.add('alias/ami');

    await story.capture('gold');

    const image = story.image();
    for (const region of [frankfurt, paris]) {
      const copy = story.image(region);
      expect(copy.name).toBe(image.name);
      expect(copy.state).toBe('available');
      expect(copy.snapshots).toHaveLength(3);
      expect(copy.tags).toEqual({ ...image.tags, 'ami-lifecycle:origin': `${ireland}/${image.id}` });
      expect(copy.tags['ami-lifecycle:state']).toBe('complete');
    }
    expect(story.image(frankfurt).encrypted).toBe(true);
    expect(story.image(paris).encrypted).toBe(false);
    expect(story.lastRun().status).toBe('SUCCEEDED');
  });

  it('delivers to the others when one Region refuses its key, and says which', async () => {
    const web = server('web');
    const story = await given({ policies: [inTwoRegions], servers: [web] });

    await story.capture('gold');

    expect(story.image().tags['ami-lifecycle:state']).toBe('complete');
    expect(story.image(paris)).toMatchObject({ state: 'available' });
    expect(story.image(paris).tags['ami-lifecycle:state']).toBe('complete');
    expect(story.images(frankfurt)).toEqual([]);
    expect([...story.account.region(frankfurt).snapshots.keys()]).toEqual([]);
    expect(story.state(web)).toBe('running');
    expect(story.lastRun().status).toBe('FAILED');
    const [notification] = story.account.notifications;
    expect(notification?.message).toContain(web.id);
    expect(notification?.message).toContain(frankfurt);
    expect(notification?.message).toContain('Given key ID is not accessible');
  });

  it('is asked for once more when a copy fails', async () => {
    const story = await given({
      policies: [inTwoRegions],
      servers: [server('web')],
      faults: [{ fault: 'copy-fails', region: paris, nth: 1 }],
    });
    story.account.region(frankfurt).keys.add('alias/ami');

    await story.capture('gold');

    const copies = story.accepted('CopyImage').filter(({ region }) => region === paris);
    expect(copies).toHaveLength(2);
    expect(story.image(paris).state).toBe('available');
    expect(story.lastRun().status).toBe('SUCCEEDED');
  });

  it('does not copy twice when the replies are lost', async () => {
    const story = await given({
      policies: [inTwoRegions],
      servers: [server('web')],
      faults: [1, 2, 3].map((nth) => ({ fault: 'reply-lost', operation: 'CopyImage', region: paris, nth })),
    });
    story.account.region(frankfurt).keys.add('alias/ami');

    await story.capture('gold');

    expect(story.calls('CopyImage').filter(({ region }) => region === paris).length).toBeGreaterThanOrEqual(4);
    expect(story.image(paris).tags['ami-lifecycle:state']).toBe('complete');
    expect(story.account.region(paris).images.size).toBe(1);
  });

  it.each([
    {
      fault: 'killed-before-call',
      says: 'is not made',
      copies: [],
      told: / is disabled, so it is not copied to eu-west-3\./,
    },
    { fault: 'killed-after-call', says: 'is found, if it had been asked for', copies: ['complete'], told: undefined },
  ] as const)('the copy of an image that people disable meanwhile $says', async ({ fault, copies, told }) => {
    const story = await given({
      policies: [policy('gold', { copies: [{ region: paris }] })],
      servers: [server('web')],
      faults: [{ fault, operation: 'CopyImage', nth: 1 }],
    });
    story.account.faults.onStrike(() =>
      story.clock.after(0, () => void story.account.call('ec2', 'DisableImage', { ImageId: story.image().id })),
    );

    await story.capture('gold');

    expect(story.images(paris).map(({ tags }) => tags['ami-lifecycle:state'])).toEqual(copies);
    if (told) expect(story.account.notifications[0]?.message).toMatch(told);
    else expect(story.lastRun().status).toBe('SUCCEEDED');
  });

  it('waits its turn where too many copies are under way', async () => {
    const story = await given({ policies: [inTwoRegions], servers: [server('web')] });
    story.account.region(frankfurt).keys.add('alias/ami');
    const elsewhere = story.account.region(paris);
    elsewhere.copiesUnderWay = 300;
    story.onceAfter('CreateImage', 3 * 3600, () => {
      elsewhere.copiesUnderWay = 0;
    });

    await story.capture('gold');

    expect(story.image(paris).tags['ami-lifecycle:state']).toBe('complete');
    expect(story.lastRun().status).toBe('SUCCEEDED');
  });
});

describe('A policy that shares', () => {
  const shared = {
    share: { accounts: [partner], organizationArns: ['arn:aws:organizations::111122223333:organization/o-abc123'] },
  };

  it('lets its partners launch and copy the image, at home and where it is copied to', async () => {
    const story = await given({
      policies: [policy('gold', { ...shared, copies: [{ region: paris }] })],
      servers: [database()],
    });

    await story.capture('gold');

    for (const region of [ireland, paris]) {
      const image = story.image(region);
      expect(image.sharedWith).toEqual([partner, 'arn:aws:organizations::111122223333:organization/o-abc123']);
      expect(image.snapshots.map(({ sharedWith }) => sharedWith)).toEqual([[partner], [partner], [partner]]);
    }
  });

  it('shares nothing that is encrypted with the public, and says why', async () => {
    const web = server('web', { encrypted: true });
    const story = await given({ policies: [policy('gold', { share: { public: true } })], servers: [web] });

    await story.capture('gold');

    expect(story.image().sharedWith).toEqual([]);
    expect(story.image().tags['ami-lifecycle:state']).toBe('complete');
    expect(story.calls('ModifyImageAttribute')).toEqual([]);
    expect(story.lastRun().captures[0]).toMatchObject({ outcome: 'failed', reason: 'ShareRefused' });
    expect(story.account.notifications[0]?.message).toContain('cannot be public: it is encrypted');
  });

  it('says why it cannot hand out snapshots under the default key of EBS', async () => {
    const story = await given({
      policies: [policy('gold', { share: { accounts: [partner] } })],
      servers: [server('web', { encrypted: true })],
    });

    await story.capture('gold');

    expect(story.image().snapshots.flatMap(({ sharedWith }) => sharedWith)).toEqual([]);
    expect(story.account.notifications[0]?.message).toContain('EBS default key');
  });
});
