import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../shared/domain/errors.ts';
import { tagKeys } from '../../../shared/domain/tags.ts';
import { accountWith, imageId, retire, type Step } from './retire-image-rig.ts';
import { abroad, home, imageOf, imageOn, retiring } from './retirement-examples.ts';

const url = `s3://my-ami-archive/gold/${imageId}.bin`;
const archived = { [tagKeys.archivedTo]: url };
const denied = new LifecycleError('EvidenceIncomplete', 'Whether an archive is there is not known: no right');

/** An image that is due for a step. */
const dueFor = (step: Step, tags: Readonly<Record<string, string>> = {}) => {
  const image = imageOf(10, { tags });
  if (step === 'deprecate') return accountWith(image);
  return accountWith(imageOn(step === 'disable' ? 'deprecate' : 'disable', 14, image));
};

describe('a policy that was edited since the run began', () => {
  const stepsDown: Step[] = ['deprecate', 'disable', 'deregister'];

  it.each(stepsDown)('and now only reports takes nothing from anybody: %s', async (step) => {
    const account = dueFor(step);
    const reporting = retiring({ retire: { mode: 'report', maxPercentPerRun: 100 } });
    expect(await retire(account, step, retiring(), reporting)).toMatchObject({
      outcome: 'spared',
      reasons: expect.arrayContaining(['the policy now only reports']),
    });
    expect(account.changes).toEqual([]);
  });

  it('is asked whether it only reports, and not whether it did: a run that people asked to enforce goes on', async () => {
    const reporting = retiring({ retire: { mode: 'report', maxPercentPerRun: 100 } });
    expect(await retire(dueFor('deregister'), 'deregister', reporting)).toMatchObject({ outcome: 'deregistered' });
    expect(await retire(dueFor('deregister'), 'deregister', reporting, retiring())).toMatchObject({
      outcome: 'deregistered',
    });
  });

  it('and now keeps an image lets it climb back up', async () => {
    const account = dueFor('deregister');
    const generous = retiring({ retain: { daily: 30 } });
    expect(await retire(account, 'deregister', retiring(), generous)).toMatchObject({ outcome: 'reinstated' });
    expect(account.world.images.get(imageId)?.state).toBe('available');
  });

  it('and now keeps an image that has taken no step yet spares it', async () => {
    const account = dueFor('deprecate');
    const generous = retiring({ retain: { daily: 30 } });
    expect(await retire(account, 'deprecate', retiring(), generous)).toMatchObject({ outcome: 'spared' });
    expect(account.changes).toEqual([]);
  });

  const { retire: _retire, ...keeping } = retiring();
  it.each([
    ['retires nothing any more', keeping],
    ['is gone', new LifecycleError('PolicyNotFound', "No policy is called 'gold'.")],
  ])('and %s lets what is retiring climb back up, and spares the rest', async (_, inForce) => {
    expect(await retire(dueFor('disable'), 'disable', retiring(), inForce)).toMatchObject({ outcome: 'reinstated' });
    const fresh = dueFor('deprecate');
    expect(await retire(fresh, 'deprecate', retiring(), inForce)).toEqual({
      outcome: 'spared',
      reasons: ['the policy retires nothing'],
      snapshotIds: [],
    });
    expect(fresh.changes).toEqual([]);
  });

  it('and is gone gives nobody access again', async () => {
    const account = dueFor('deregister', { [tagKeys.audience]: '1-0123456789abcdef' });
    account.world.objects.set(`launch-permissions/${home}/${imageId}.json`, '[{"UserId":"111122223333"}]');
    const gone = new LifecycleError('PolicyNotFound', "No policy is called 'gold'.");
    const sharing = retiring({ share: { accounts: ['111122223333'] } });
    expect(await retire(account, 'deregister', sharing, gone)).toMatchObject({ outcome: 'reinstated' });
    expect(account.world.permissions.get(imageId)).toBeUndefined();
  });

  it('and no longer copies to a Region takes nothing there', async () => {
    const account = dueFor('deregister');
    for (const [id, each] of account.world.images) {
      const tags = { ...each.tags, [tagKeys.origin]: `${home}/ami-20261110` };
      account.world.images.set(id, { ...each, region: abroad, tags });
    }
    account.world.objects.set(`launch-permissions/${abroad}/${imageId}.json`, '[]');
    const copying = retiring({ copies: [{ region: abroad }] });
    expect(await retire(account, 'deregister', copying, retiring(), abroad)).toMatchObject({
      outcome: 'reinstated',
      reasons: [expect.stringContaining(abroad)],
    });
  });
});

describe('an image that is said to be archived', () => {
  it.each<Step>(['disable', 'deregister'])('is looked for in S3 before its step: %s', async (step) => {
    const account = dueFor(step, archived);
    expect(await retire(account, step)).toMatchObject({ outcome: step === 'disable' ? 'disabled' : 'deregistered' });
    expect(account.calls).toContain(`look at ${url}`);
  });

  it.each<Step>(['disable', 'deregister'])('is spared before its step, where it is not: %s', async (step) => {
    const account = dueFor(step, archived);
    account.world.flaws.set(url, `${url} is not there`);
    expect(await retire(account, step)).toMatchObject({
      outcome: 'spared',
      reasons: expect.arrayContaining([`its archive is lost: ${url} is not there`]),
    });
    expect(account.changes).toEqual([`untag ${imageId}`]);
    expect(account.tagsOf(imageId)[tagKeys.archivedTo]).toBeUndefined();
  });

  it('and is not, is due for archive again where the policy wants one, and stays until then', async () => {
    const account = dueFor('disable', archived);
    account.world.flaws.set(url, `${url}.json is empty`);
    const policy = retiring({ archive: { bucket: 'my-ami-archive', prefix: 'gold/', when: { daily: 30 } } });
    expect(await retire(account, 'disable', policy)).toMatchObject({ outcome: 'spared' });
    expect(await retire(account, 'disable', policy)).toMatchObject({
      outcome: 'spared',
      reasons: expect.arrayContaining(['due for archive, and not archived yet']),
    });
    expect(account.world.images.get(imageId)?.state).toBe('available');
  });

  it('at no address in S3 is not', async () => {
    const account = dueFor('deregister', { [tagKeys.archivedTo]: 'the cupboard' });
    expect(await retire(account, 'deregister')).toMatchObject({
      outcome: 'spared',
      reasons: expect.arrayContaining(["its archive is lost: 'the cupboard' is no address in S3"]),
    });
    expect(account.changes).toEqual([`untag ${imageId}`]);
  });

  const archiving = (bucket: string, when: Readonly<Record<string, number>>, prefix = 'gold/') =>
    retiring({ archive: { bucket, prefix, when } });

  it.each([
    ['by its policy it is still to have one', archiving('another-archive', { daily: 30 })],
    ['its policy has its archives there', archiving('my-ami-archive', { daily: 1 })],
  ])('stays as it is where S3 will not say, and %s', async (_, policy) => {
    const account = dueFor('deregister', archived);
    account.refusals.set('look at', denied);
    await expect(retire(account, 'deregister', policy)).rejects.toBe(denied);
    expect(account.changes).toEqual([]);
  });

  it.each([
    ['archives nothing any more', retiring()],
    ['archives others, elsewhere', archiving('another-archive', { daily: 1 })],
    ['archives others, under another prefix', archiving('my-ami-archive', { daily: 1 }, 'new/')],
  ])('goes where S3 will not say, and its policy %s', async (_, policy) => {
    const account = dueFor('deregister', archived);
    account.refusals.set('look at', denied);
    expect(await retire(account, 'deregister', policy)).toMatchObject({ outcome: 'deregistered' });
  });

  it('is looked for again where S3 is out of reach, though none is due', async () => {
    const account = dueFor('deregister', archived);
    const throttled = new LifecycleError('AwsThrottled', 'HeadObject: slow down');
    account.refusals.set('look at', throttled);
    await expect(retire(account, 'deregister')).rejects.toBe(throttled);
    expect(account.changes).toEqual([]);
  });

  it('is not looked for before it is deprecated, which takes nothing away', async () => {
    const account = dueFor('deprecate', archived);
    account.world.flaws.set(url, `${url} is not there`);
    expect(await retire(account, 'deprecate')).toMatchObject({ outcome: 'deprecated' });
  });
});

describe('an image with a snapshot that people hold', () => {
  const held = (step: Step, hold: string) => {
    const account = dueFor(step);
    account.addSnapshot('snap-20261110', { tags: { [tagKeys.hold]: hold } });
    return account;
  };

  it.each([
    ['evidence', 'evidence'],
    ['', 'no reason given'],
  ])("is not deregistered, as the snapshot would go with it: '%s'", async (hold, reason) => {
    const account = held('deregister', hold);
    expect(await retire(account, 'deregister')).toMatchObject({
      outcome: 'spared',
      reasons: expect.arrayContaining([`its snapshot snap-20261110 is held: ${reason}`]),
    });
    expect(account.changes).toEqual([]);
  });

  it('is disabled all the same, which leaves the snapshot alone', async () => {
    expect(await retire(held('disable', 'evidence'), 'disable')).toMatchObject({ outcome: 'disabled' });
  });

  it('stays where EC2 will not say whether they do', async () => {
    const account = dueFor('deregister');
    account.refusals.set('holds on', denied);
    await expect(retire(account, 'deregister')).rejects.toBe(denied);
    expect(account.changes).toEqual([]);
  });
});
