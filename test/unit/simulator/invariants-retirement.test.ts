import {
  CreateStoreImageTaskCommand,
  CreateTagsCommand,
  DeregisterImageCommand,
  DisableImageCommand,
  EnableImageCommand,
  EnableImageDeprecationCommand,
  type Image,
} from '@aws-sdk/client-ec2';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import type { RetirementOptions, RetirementRules } from '../../../simulator/invariants/retirement.ts';
import { watchInvariants } from '../../../simulator/invariants.ts';
import { imageUsers, template } from './image-users.ts';
import { captureTags, instance, web, world } from './world.ts';

const [oldest, middle, newest] = ['ami-00000000000000001', 'ami-00000000000000002', 'ami-00000000000000003'];
const days = (count: number): number => count * 86_400;

const ladder: RetirementRules = {
  steps: ['deprecate', 'disable', 'deregister'],
  graceDays: 7,
  launchTemplateVersions: 10,
  atLeast: 1,
  maxPerRun: 50,
};
const atOnce: RetirementRules = { ...ladder, steps: ['deregister'] };

function image(ImageId: string, slot: string, changes: Partial<Image> = {}, tags: Record<string, string> = {}): Image {
  const own = Object.entries({ slot, state: 'complete', ...tags });
  return {
    ImageId,
    Name: `gold/web/${slot}`,
    State: 'available',
    CreationDate: '2026-11-20T03:00:00.000Z',
    Tags: [...captureTags, ...own.map(([key, Value]) => ({ Key: `ami-lifecycle:${key}`, Value }))],
    ...changes,
  };
}

const images = [image(oldest, '20261118T0300Z'), image(middle, '20261119T0300Z'), image(newest, '20261120T0300Z')];

function watched(options: RetirementOptions = {}, loaded: Image[] = images) {
  const all = world({ contents: { instances: [instance(web)], images: loaded } });
  const watch = watchInvariants(all.account, undefined, options);
  const { as, ec2, s3, account, wait } = all;
  const us = async (work: () => Promise<unknown>): Promise<void> => {
    await as('retire-image', work);
  };
  return {
    ...all,
    broken: () => watch.breaches.map(({ invariant }) => invariant),
    found: () => watch.breaches.map(({ message }) => message.split('\n')[0]),
    deprecate: (ImageId: string) =>
      us(() =>
        ec2.send(
          new EnableImageDeprecationCommand({ ImageId, DeprecateAt: new Date(account.clock.now() + 3_600_000) }),
        ),
      ),
    disable: (ImageId: string) => us(() => ec2.send(new DisableImageCommand({ ImageId }))),
    enable: (ImageId: string) => us(() => ec2.send(new EnableImageCommand({ ImageId }))),
    deregister: (ImageId: string) => us(() => ec2.send(new DeregisterImageCommand({ ImageId }))),
    writeRung: (ImageId: string) =>
      us(() =>
        ec2.send(
          new CreateTagsCommand({ Resources: [ImageId], Tags: [{ Key: 'ami-lifecycle:rung', Value: 'deprecate' }] }),
        ),
      ),
    plan: (policy: string) =>
      as('plan-retirement', () =>
        s3.send(
          new PutObjectCommand({
            Bucket: 'work',
            Key: 'runs/1/plan.json',
            Body: JSON.stringify({ policy, images: [] }),
          }),
        ),
      ),
    tag: (id: string, Key: string, Value: string) =>
      account.call('ec2', 'CreateTags', { Resources: [id], Tags: [{ Key, Value }] }),
    /** Long enough for every read to show what has happened. */
    settle: () => wait(120),
  };
}

describe('what must never happen to an image on its way out', () => {
  test('does not happen where it takes its steps in time', async () => {
    const { deprecate, disable, deregister, wait, broken } = watched({ rulesOf: () => [ladder] });
    await deprecate(oldest);
    await wait(days(7) - 7200);
    await disable(oldest);
    await wait(days(7));
    await deregister(oldest);
    expect(broken()).toEqual([]);
  });

  test.each(imageUsers(oldest, middle))('4: it is not disabled or deregistered while %s needs it', async (_, use) => {
    const { account, disable, deregister, settle, broken } = watched();
    use(account);
    await settle();
    await disable(oldest);
    await deregister(oldest);
    expect(broken()).toEqual([4, 4]);
  });

  test('4: but it may go when nobody needs it any more, or when nobody can know it yet', async () => {
    const { account, disable, deregister, settle, wait, broken } = watched();
    const launched = account.call('ec2', 'RunInstances', {
      ImageId: oldest,
      MinCount: 1,
      MaxCount: 1,
      InstanceType: 't3.micro',
    });
    await settle();
    account.call('ec2', 'TerminateInstances', { InstanceIds: [launched.Instances?.[0]?.InstanceId ?? ''] });
    await wait(600);
    await disable(oldest);
    template(account, middle);
    const { fleets, spotFleets, spotRequests } = account.region('us-east-1');
    const images = [{ ImageId: middle }];
    fleets.set('fleet-1', { FleetState: 'deleted_running', LaunchTemplateConfigs: [{ Overrides: images }] });
    fleets.set('fleet-2', { FleetState: 'active', Type: 'instant', LaunchTemplateConfigs: [{ Overrides: images }] });
    spotFleets.set('sfr-1', {
      SpotFleetRequestState: 'cancelled',
      SpotFleetRequestConfig: { IamFleetRole: 'fleet', TargetCapacity: 1, LaunchSpecifications: images },
    });
    spotRequests.set('sir-1', { State: 'active', Type: 'one-time', LaunchSpecification: { ImageId: middle } });
    await deregister(middle);
    expect(broken()).toEqual([]);
  });

  test('5: a held image stays, until it is released', async () => {
    const { account, tag, disable, enable, deregister, settle, broken, found } = watched();
    tag(oldest, 'ami-lifecycle:hold', 'audit');
    await settle();
    await disable(oldest);
    expect(found()).toEqual([
      `Invariant 5 is broken: A held image is never disabled or deregistered, nor a held snapshot deleted, nor its image deregistered. disable would take ${oldest}.`,
    ]);
    await enable(oldest);
    account.call('ec2', 'DeleteTags', { Resources: [oldest], Tags: [{ Key: 'ami-lifecycle:hold' }] });
    await settle();
    await deregister(oldest);
    expect(broken()).toEqual([5]);
  });

  test('6: the newest of a lineage stays, whatever may lie before it', async () => {
    const { disable, broken } = watched();
    await disable(newest);
    expect(broken()).toEqual([6]);
  });

  test.each([
    ['is still being captured', image(newest, '20261120T0300Z', {}, { state: 'capturing' })],
    ['was disabled', image(newest, '20261120T0300Z', { State: 'disabled' })],
    ['lies in the far future by its slot', image(newest, '20991120T0300Z')],
    ['is of another instance', image(newest, '20261120T0300Z', {}, { source: 'i-00000000000000009' })],
    ['is of another policy', image(newest, '20261120T0300Z', {}, { policy: 'silver' })],
  ])('6: an image that %s takes no other image’s place', async (_, other) => {
    const { deregister, broken } = watched({}, [image(oldest, '20261118T0300Z'), other]);
    await deregister(oldest);
    expect(broken()).toEqual([6]);
  });

  test('6: nor does it go once it is disabled, as long as nothing newer came', async () => {
    const { deregister, broken } = watched({}, [
      image(oldest, '20261118T0300Z', { State: 'disabled' }, { rung: 'disable 2026-11-20T12:00:00Z' }),
    ]);
    await deregister(oldest);
    expect(broken()).toEqual([6]);
  });

  test('6: as many stay as the policy says', async () => {
    const { deregister, broken } = watched({ rulesOf: () => [{ ...atOnce, atLeast: 2 }] });
    await deregister(oldest);
    expect(broken()).toEqual([]);
    await deregister(middle);
    expect(broken()).toEqual([6]);
  });

  test('6: until the instance is gone for as long as the policy says', async () => {
    const { account, deregister, wait, broken } = watched({
      rulesOf: () => [{ ...atOnce, afterTerminationDays: 90 }],
    });
    await deregister(middle);
    account.call('ec2', 'TerminateInstances', { InstanceIds: [web] });
    await wait(days(89));
    await deregister(newest);
    expect(broken()).toEqual([6]);
    await wait(days(1));
    await deregister(oldest);
    expect(broken()).toEqual([6]);
  });

  test('7: no step comes before its grace, or without the step before it', async () => {
    const { deprecate, disable, deregister, wait, broken } = watched({ rulesOf: () => [ladder] });
    await deregister(middle);
    expect(broken()).toEqual([7]);
    await deprecate(oldest);
    await wait(days(7) - 7300);
    await disable(oldest);
    expect(broken()).toEqual([7, 7]);
    await wait(days(3));
    await deregister(oldest);
    expect(broken()).toEqual([7, 7, 7]);
  });

  test('7: one that was taken back starts anew', async () => {
    const { deprecate, disable, enable, deregister, wait, broken } = watched({ rulesOf: () => [ladder] });
    await deprecate(oldest);
    await wait(days(7));
    await disable(oldest);
    await wait(days(7));
    await enable(oldest);
    await deregister(oldest);
    expect(broken()).toEqual([7]);
  });

  test('7: what a person disabled has its grace from then on', async () => {
    const { account, deregister, wait, broken } = watched({ rulesOf: () => [ladder] });
    account.call('ec2', 'DisableImage', { ImageId: oldest });
    account.call('ec2', 'DisableImage', { ImageId: middle });
    await wait(days(7));
    await deregister(oldest);
    expect(broken()).toEqual([]);
  });

  test('7: a policy that retires nothing lets nothing go, and one that was just edited either', async () => {
    let rules: RetirementRules[] = [];
    const { deregister, broken } = watched({ rulesOf: () => rules });
    await deregister(oldest);
    expect(broken()).toEqual([7]);
    rules = [ladder, atOnce];
    await deregister(middle);
    expect(broken()).toEqual([7]);
  });

  test('9: an image does not go before its archive is there, object and record', async () => {
    const record = (imageId: string, sizeBytes: number) => JSON.stringify({ imageId, sizeBytes });
    const archives: [what: string, body: string | undefined, beside: string | undefined, broken: number][] = [
      ['nothing', undefined, undefined, 1],
      ['no record', 'blocks', undefined, 1],
      ['a record that says nothing', 'blocks', '{}', 1],
      ['a record that is no JSON', 'blocks', '{', 1],
      ['another image', 'blocks', record(middle, 6), 1],
      ['other blocks', 'others', record(oldest, 7), 1],
      ['its blocks', 'blocks', record(oldest, 6), 0],
    ];
    for (const [what, Body, beside, count] of archives) {
      const archivedTo = { 'archived-to': `s3://archive/${oldest}.bin` };
      const { account, deregister, broken } = watched({}, [
        image(oldest, '20261117T0300Z', {}, archivedTo),
        ...images.slice(1),
      ]);
      account.createBucket('archive');
      if (Body) account.call('s3', 'PutObject', { Bucket: 'archive', Key: `${oldest}.bin`, Body });
      if (beside) account.call('s3', 'PutObject', { Bucket: 'archive', Key: `${oldest}.bin.json`, Body: beside });
      await deregister(oldest);
      expect(broken(), what).toEqual(Array.from({ length: count }, () => 9));
    }
  });

  test('9: a restored image has the archive of the one that it was made of', async () => {
    const tags = { 'archived-to': `s3://archive/${middle}.bin`, origin: `us-east-1/${middle}` };
    const { account, deregister, broken } = watched({}, [
      image(oldest, '20261117T0300Z', {}, tags),
      ...images.slice(1),
    ]);
    account.createBucket('archive');
    account.call('s3', 'PutObject', { Bucket: 'archive', Key: `${middle}.bin`, Body: 'blocks' });
    const Body = JSON.stringify({ imageId: middle, sizeBytes: 6 });
    account.call('s3', 'PutObject', { Bucket: 'archive', Key: `${middle}.bin.json`, Body });
    await deregister(oldest);
    expect(broken()).toEqual([]);
  });

  test('9: nor one that is due and was never archived', async () => {
    const asked: string[][] = [];
    const { deregister, broken } = watched({
      isArchiveDue({ ImageId }, lineage, { region }) {
        asked.push([region, ...lineage.map((each) => each.ImageId ?? '').sort()]);
        return ImageId === oldest;
      },
    });
    await deregister(oldest);
    await deregister(middle);
    expect(broken()).toEqual([9]);
    expect(asked[0]).toEqual(['us-east-1', oldest, middle, newest]);
  });

  test('7: what people take back and take again has its grace from our step, until we have written down what they did', async () => {
    const { account, deprecate, disable, deregister, writeRung, wait, broken } = watched({ rulesOf: () => [ladder] });
    const undoAndRedo = (ImageId: string): void => {
      account.call('ec2', 'EnableImage', { ImageId });
      account.call('ec2', 'DisableImage', { ImageId });
    };
    for (const each of [oldest, middle]) await deprecate(each);
    await wait(days(7));
    for (const each of [oldest, middle]) await disable(each);
    await wait(days(6));
    undoAndRedo(oldest);
    account.call('ec2', 'EnableImage', { ImageId: middle });
    await writeRung(middle);
    account.call('ec2', 'DisableImage', { ImageId: middle });
    await wait(days(1));
    await deregister(oldest);
    expect(broken()).toEqual([]);
    await deregister(middle);
    expect(broken()).toEqual([7]);
  });

  test('6: an image that a person disabled serves nobody, so another is the newest', async () => {
    const byHand = { rung: 'disable 2026-11-20T12:00:00.000Z by-hand' };
    const disabled = image('ami-00000000000000004', '20261121T0300Z', { State: 'disabled' }, byHand);
    const { deregister, broken } = watched({}, [...images, disabled]);
    await deregister('ami-00000000000000004');
    expect(broken()).toEqual([]);
    await deregister(newest);
    expect(broken()).toEqual([6]);
  });

  test('12: no run takes steps with more images than its policy allows', async () => {
    const four = [image('ami-00000000000000004', '20261117T0300Z'), ...images];
    const { account, deprecate, plan, broken } = watched({ rulesOf: () => [{ ...ladder, maxPerRun: 2 }] }, four);
    account.createBucket('work');
    await plan('gold');
    await deprecate('ami-00000000000000004');
    await deprecate(oldest);
    await deprecate(oldest);
    expect(broken()).toEqual([]);
    await deprecate(middle);
    expect(broken()).toEqual([12]);
    await plan('silver');
    await deprecate(middle);
    expect(broken()).toEqual([12, 12]);
    await plan('gold');
    await deprecate(middle);
    expect(broken()).toEqual([12, 12]);
  });

  test('12: what a policy allows is what it allowed when the run was planned', async () => {
    let maxPerRun = 2;
    const { account, deprecate, plan, broken } = watched({ rulesOf: () => [{ ...ladder, maxPerRun }] });
    account.createBucket('work');
    await plan('gold');
    maxPerRun = 1;
    await deprecate(oldest);
    await deprecate(middle);
    expect(broken()).toEqual([]);
    await plan('gold');
    maxPerRun = 2;
    await deprecate(oldest);
    await deprecate(middle);
    expect(broken()).toEqual([12]);
  });

  test('12: no run takes the same step with a larger part of the images than its policy allows', async () => {
    const four = [image('ami-00000000000000004', '20261117T0300Z'), ...images];
    const share = { percent: 50, rulesOfLineage: 1, daysBetweenRuns: 1 };
    const { account, deprecate, plan, broken } = watched({ rulesOf: () => [{ ...ladder, share }] }, four);
    account.createBucket('work');
    await plan('gold');
    await deprecate('ami-00000000000000004');
    await deprecate(oldest);
    expect(broken()).toEqual([]);
    await deprecate(middle);
    expect(broken()).toEqual([12]);
  });

  test('12: as many as were made since the last run may go in any case, and one for each rule of a lineage', async () => {
    const share = { percent: 1, rulesOfLineage: 1, daysBetweenRuns: 31 };
    const { account, deprecate, plan, broken } = watched({ rulesOf: () => [{ ...ladder, share }] });
    account.createBucket('work');
    await plan('gold');
    for (const each of [oldest, middle, newest]) await deprecate(each);
    expect(broken()).toEqual([]);
    share.daysBetweenRuns = 0;
    await plan('gold');
    await deprecate(oldest);
    expect(broken()).toEqual([]);
    await deprecate(middle);
    expect(broken()).toEqual([12]);
  });

  test('is not what people do by hand, nor what becomes of images that EC2 could not make', async () => {
    const failed = image('ami-00000000000000004', '20261121T0300Z', { State: 'failed' }, { hold: 'look' });
    const { account, deregister, broken } = watched({ rulesOf: () => [ladder] }, [...images, failed]);
    account.call('ec2', 'DisableImage', { ImageId: newest });
    account.call('ec2', 'DeregisterImage', { ImageId: middle });
    await deregister('ami-00000000000000004');
    expect(broken()).toEqual([]);
  });

  test('is not that an image is stored', async () => {
    const { account, as, ec2, broken } = watched({ rulesOf: () => [] });
    account.createBucket('archive');
    await as('store-image', () => ec2.send(new CreateStoreImageTaskCommand({ ImageId: oldest, Bucket: 'archive' })));
    expect(broken()).toEqual([]);
  });
});
