import { describe, expect, it } from 'vitest';
import { server } from '../../explore/servers.ts';
import type { Fault } from '../../simulator/faults.ts';
import {
  type ArchiveStory,
  archiveNow,
  archiving,
  beginArchive,
  ended,
  givenVault,
  hangOne,
  named,
  sized,
  stored,
  tagsOfImage,
  unfinishedUploads,
  vaultName,
} from './archiving.ts';
import { daysLater, hang, lineOf, nightsUntil, retire, rungs } from './retiring.ts';

const web = server('web');

/** What a good archive leaves, however it came about. */
function expectArchived(story: ArchiveStory, { imageId, key, url }: ReturnType<typeof hangOne>, storageClass: string) {
  const object = stored(story, key);
  expect(object.storageClass).toBe(storageClass);
  expect(object.image?.description.ImageId).toBe(imageId);
  expect(tagsOfImage(story, imageId)['ami-lifecycle:archived-to']).toBe(url);
  expect([...story.vault.objects.keys()].toSorted()).toEqual([key, `${key}.json`]);
  const record: unknown = JSON.parse(Buffer.from(stored(story, `${key}.json`).body).toString('utf8'));
  expect(record).toMatchObject({ version: 1, imageId, sizeBytes: object.sizeBytes, eTag: object.eTag });
  expect(unfinishedUploads(story)).toEqual([]);
}

describe('An image that is due for archive', () => {
  it('stays when storing it fails at 60 percent, and is retired after the next run has archived it', async () => {
    const story = await givenVault();
    const [oldest = '', older = ''] = hang(story, web, nightsUntil('2026-11-21', 3));
    story.account.faults.add({ fault: 'store-fails', resource: oldest, nth: 1 });

    const first = await retire(story);
    expect(first.status).toBe('FAILED');
    expect(first.told).toContain(oldest);
    expect(first.told).toContain('Internal error occurred during storing image');
    expect(rungs(story)).toEqual({ 1119: 'available', 1120: 'available', 1121: 'available' });
    expect([...story.vault.objects.keys()].toSorted()).toEqual([`gold/${older}.bin`, `gold/${older}.bin.json`]);
    expect(tagsOfImage(story, oldest)['ami-lifecycle:archived-to']).toBeUndefined();

    await daysLater(story, 1);
    const second = await retire(story);
    expect(second.status).toBe('SUCCEEDED');
    expect(lineOf(second, oldest).actions).toEqual(['archive', 'deprecate']);
    expect(tagsOfImage(story, oldest)['ami-lifecycle:archived-to']).toBe(`s3://${vaultName}/gold/${oldest}.bin`);

    // That it is archived, EC2 may show a moment too late for the same run.
    await daysLater(story, 1);
    await retire(story);
    expect(rungs(story)).toMatchObject({ 1119: 'deprecated' });
    expect(story.accepted('CreateStoreImageTask')).toHaveLength(4);
  });

  it('goes down the ladder only when its object is verified, and its object outlives it', async () => {
    const story = await givenVault({ policies: [archiving({ storageClass: 'GLACIER_IR' })] });
    const [oldest = ''] = hang(story, web, nightsUntil('2026-11-21', 3));

    for (let day = 0; day < 4; day++) {
      expect(await retire(story)).toMatchObject({ status: 'SUCCEEDED' });
      await daysLater(story, 1);
    }

    expect(Object.keys(rungs(story))).not.toContain('1119');
    const steps = story.calls('EnableImageDeprecation').concat(story.calls('DisableImage'));
    const recorded = story.calls('CreateTags').find(({ caller, input }) => {
      return caller === 'record-archive' && JSON.stringify(input).includes(oldest);
    });
    expect(steps.length).toBeGreaterThan(0);
    for (const { atMs } of steps) expect(atMs).toBeGreaterThan(recorded?.atMs ?? Number.POSITIVE_INFINITY);
    expect(stored(story, `gold/${oldest}.bin`)).toMatchObject({ storageClass: 'GLACIER_IR' });
  });

  it.each(['STANDARD', 'STANDARD_IA', 'ONEZONE_IA', 'GLACIER_IR', 'GLACIER', 'DEEP_ARCHIVE'])(
    'lies in the class that the policy names: %s',
    async (storageClass) => {
      const story = await givenVault();
      const image = hangOne(story, web);

      expect(await archiveNow(story, image.imageId, storageClass)).toMatchObject({
        status: 'SUCCEEDED',
        output: { imageId: image.imageId, archivedTo: image.url },
      });

      expectArchived(story, image, storageClass);
    },
  );
});

describe('An image that EC2 cannot store', () => {
  it.each([
    ['paravirtual', 'it is paravirtual', web, { VirtualizationType: 'paravirtual' }],
    ['of an instance store', 'its root device is an instance store', web, { RootDeviceType: 'instance-store' }],
    ['with product codes', 'it carries product codes', web, { ProductCodes: [{ ProductCodeId: 'a1b2' }] }],
    ['too large', 'its volumes have 6000 GB of at most 5000', sized('huge', 6000), {}],
  ] as const)('is refused with the reason before any call: %s', async (_, reason, of, changes) => {
    const story = await givenVault();
    const image = hangOne(story, of, {
      changes: { ...changes, ProductCodes: [...('ProductCodes' in changes ? changes.ProductCodes : [])] },
    });
    hangOne(story, of, {}, '20261120T0300Z');
    hangOne(story, of, {}, '20261121T0300Z');

    expect(await archiveNow(story, image.imageId)).toMatchObject({
      status: 'FAILED',
      error: 'ArchiveRefused',
      cause: expect.stringContaining(reason),
    });
    expect(story.calls('CreateStoreImageTask')).toEqual([]);

    const run = await retire(story);
    expect(lineOf(run, image.imageId)).toMatchObject({ verdict: 'keep', actions: [] });
    expect(lineOf(run, image.imageId).reasons.join()).toContain(reason);
    const asked = story.calls('CreateStoreImageTask').map(({ input }) => JSON.stringify(input));
    expect(asked.filter((input) => input.includes(image.imageId))).toEqual([]);
    expect(rungs(story)).toMatchObject({ 1119: 'available' });
  });

  it('fails with the reason that it is disabled, and nothing is asked of EC2', async () => {
    const story = await givenVault();
    const image = hangOne(story, web, { changes: { State: 'disabled' } });

    expect(await archiveNow(story, image.imageId)).toMatchObject({
      error: 'ArchiveFailed',
      cause: expect.stringContaining('it is disabled'),
    });
    expect(story.calls('CreateStoreImageTask')).toEqual([]);
  });
});

describe('Many images that are due at once', () => {
  it('are all archived in the end, within the quota in flight and one in ten seconds', async () => {
    const servers = Array.from({ length: 24 }, (_, index) => sized(`web-${index}`, 400));
    const story = await givenVault({ servers, behaviour: { storeMinutes: () => 50 } });
    for (const each of servers) hang(story, each, nightsUntil('2026-11-21', 2));
    const { buckets } = story.account.answering;
    // Somebody else has just used up what may be asked for at once.
    while (buckets.take('eu-west-1', 'CreateStoreImageTask', false, 1, story.clock.now()));

    const run = await retire(story);

    expect(run).toMatchObject({ status: 'SUCCEEDED', cause: '' });
    const codes = new Set(story.calls('CreateStoreImageTask').map(({ errorCode }) => errorCode));
    expect(codes).toEqual(new Set([undefined, 'RequestLimitExceeded', 'ResourceLimitExceeded']));
    const begun = story.accepted('CreateStoreImageTask').map(({ atMs }) => atMs);
    expect(begun).toHaveLength(24);
    // From the first on, as a token that somebody has waited for may be a second old.
    for (const [index, atMs] of begun.entries()) expect(atMs - (begun[0] ?? 0)).toBeGreaterThan((index - 1) * 10_000);
    expect([...story.vault.objects.keys()].filter((key) => key.endsWith('.bin.json'))).toHaveLength(24);
  });
});

describe('An object of more than 5 GB', () => {
  const large = sized('large', 100);

  it('changes its class by parts, in several invocations', async () => {
    const story = await givenVault({ servers: [large] });
    const image = hangOne(story, large);

    expect(await archiveNow(story, image.imageId, 'DEEP_ARCHIVE')).toMatchObject({ status: 'SUCCEEDED' });

    expect(stored(story, image.key).sizeBytes).toBeGreaterThan(8 * 2 ** 30);
    expect(story.calls('CopyObject')).toEqual([]);
    const invocations = new Set(story.calls('ListParts').map(({ atMs }) => atMs));
    expect(invocations.size).toBeGreaterThanOrEqual(2);
    expectArchived(story, image, 'DEEP_ARCHIVE');
    expect(stored(story, image.key).metadata).toHaveProperty('ami-name');
  });

  it.each(
    [1, 2, 3, 4].flatMap(
      (nth) =>
        [
          { fault: 'killed-before', nth },
          { fault: 'killed-after', nth },
        ] as const,
    ),
  )('is whole in the end when Lambda is killed: $fault, invocation $nth', async ({ fault, nth }) => {
    const story = await givenVault({ servers: [large], faults: [{ fault, function: 'set-storage-class', nth }] });
    const image = hangOne(story, large);

    expect(await archiveNow(story, image.imageId, 'DEEP_ARCHIVE')).toMatchObject({ status: 'SUCCEEDED' });

    expectArchived(story, image, 'DEEP_ARCHIVE');
  });

  it('is whole when two executions change its class at once', async () => {
    const story = await givenVault({ servers: [large] });
    const image = hangOne(story, large);

    const first = beginArchive(story, image.imageId, 'GLACIER');
    const second = beginArchive(story, image.imageId, 'GLACIER');

    expect(await ended(story, first)).toMatchObject({ status: 'SUCCEEDED', cause: '' });
    expect(await ended(story, second)).toMatchObject({ status: 'SUCCEEDED', cause: '' });
    expectArchived(story, image, 'GLACIER');
  });
});

describe('An archive that is not good', () => {
  it('fails when somebody deletes the object before anybody looked, and the image stays', async () => {
    const story = await givenVault({ behaviour: { storeMinutes: () => 20 } });
    const [oldest = ''] = hang(story, web, nightsUntil('2026-11-21', 3));
    story.onceAfter('CreateStoreImageTask', 20 * 60 + 1, () => story.vault.objects.clear());

    const run = await retire(story);

    expect(run.status).toBe('FAILED');
    expect(run.told).toContain('is not there');
    expect(rungs(story)).toMatchObject({ 1119: 'available' });
    expect(tagsOfImage(story, oldest)['ami-lifecycle:archived-to']).toBeUndefined();
  });

  it.each([
    ['after it was seen', 'HeadObject'],
    ['after its class was changed', 'CopyObject'],
  ])('fails when somebody deletes the object %s', async (_, operation) => {
    const story = await givenVault();
    const image = hangOne(story, web);
    const stop = story.account.onCall((call) => {
      if (call.operation !== operation || call.errorCode !== undefined) return;
      stop();
      story.vault.objects.clear();
    });

    expect(await archiveNow(story, image.imageId, 'STANDARD_IA')).toMatchObject({
      error: 'ArchiveFailed',
      cause: expect.stringContaining('not there'),
    });

    expect(tagsOfImage(story, image.imageId)['ami-lifecycle:archived-to']).toBeUndefined();
    expect([...story.vault.objects.keys()]).toEqual([]);
  });

  it('fails when somebody deregisters the image meanwhile', async () => {
    const story = await givenVault({ behaviour: { storeMinutes: () => 20 } });
    const image = hangOne(story, web);
    story.onceAfter('CreateStoreImageTask', 60, () =>
      story.account.call('ec2', 'DeregisterImage', { ImageId: image.imageId, DeleteAssociatedSnapshots: true }),
    );

    expect(await archiveNow(story, image.imageId)).toMatchObject({ error: 'ArchiveFailed' });
  });

  it('fails with the reason where the bucket is in another Region', async () => {
    const story = await givenVault({ vaultRegion: 'eu-central-1' });
    const [oldest = ''] = hang(story, web, nightsUntil('2026-11-21', 3));

    const run = await retire(story);

    expect(run.status).toBe('FAILED');
    expect(run.told).toContain(oldest);
    expect(run.told).toContain(`The bucket '${vaultName}' does not exist in eu-west-1`);
    expect(rungs(story)).toMatchObject({ 1119: 'available' });
  });

  it('fails with the reason where there is no such bucket', async () => {
    const story = await givenVault({ policies: [archiving({ bucket: 'somewhere', prefix: '' })] });
    const image = hangOne(story, web);

    const arn = story.stack.archive({
      imageId: image.imageId,
      archive: { bucket: 'somewhere', prefix: '', storageClass: 'STANDARD' },
    });

    expect(await ended(story, arn)).toMatchObject({
      error: 'ArchiveFailed',
      cause: expect.stringContaining("The bucket 'somewhere' does not exist"),
    });
  });
});

describe('Whatever is killed or lost on the way', () => {
  const functions = ['store-image', 'check-store', 'set-storage-class', 'record-archive'];
  const operations = ['CreateStoreImageTask', 'CopyObject', 'PutObject', 'CreateTags'];
  const faults: Fault[] = [
    ...functions.flatMap((name): Fault[] => [
      { fault: 'killed-before', function: name, nth: 1 },
      { fault: 'killed-after', function: name, nth: 1 },
    ]),
    ...operations.flatMap((operation): Fault[] => [
      { fault: 'reply-lost', operation, nth: 1 },
      { fault: 'timed-out', operation, nth: 1 },
    ]),
  ];

  it.each(named(faults))('there is one object and one task: %s', async (_, fault) => {
    const story = await givenVault({ faults: [fault] });
    const image = hangOne(story, web);

    expect(await archiveNow(story, image.imageId, 'GLACIER')).toMatchObject({ status: 'SUCCEEDED', cause: '' });

    expect(story.accepted('CreateStoreImageTask')).toHaveLength(1);
    expectArchived(story, image, 'GLACIER');
  });

  it('there is one, where EC2 shows its tasks late and its answer was lost', async () => {
    const story = await givenVault({
      faults: [1, 2].map((nth) => ({ fault: 'reply-lost', operation: 'CreateStoreImageTask', nth }) as const),
      behaviour: { consistencyLagMs: () => 45_000 },
    });
    const image = hangOne(story, web);

    expect(await archiveNow(story, image.imageId)).toMatchObject({ status: 'SUCCEEDED', cause: '' });

    expect(story.accepted('CreateStoreImageTask')).toHaveLength(1);
    expectArchived(story, image, 'STANDARD');
  });

  it('an earlier failure is not taken for this one, where EC2 shows its tasks late', async () => {
    const story = await givenVault({
      faults: [{ fault: 'store-fails', nth: 1 }],
      behaviour: { consistencyLagMs: () => 45_000 },
    });
    const image = hangOne(story, web);
    expect(await archiveNow(story, image.imageId)).toMatchObject({ error: 'ArchiveFailed' });

    expect(await archiveNow(story, image.imageId)).toMatchObject({ status: 'SUCCEEDED', cause: '' });

    expectArchived(story, image, 'STANDARD');
  });

  it('two executions at once make one archive', async () => {
    const story = await givenVault();
    const image = hangOne(story, web);

    const first = beginArchive(story, image.imageId, 'GLACIER');
    const second = beginArchive(story, image.imageId, 'GLACIER');

    expect(await ended(story, first)).toMatchObject({ status: 'SUCCEEDED', cause: '' });
    expect(await ended(story, second)).toMatchObject({ status: 'SUCCEEDED', cause: '' });
    expect(story.accepted('CreateStoreImageTask')).toHaveLength(1);
    expectArchived(story, image, 'GLACIER');
  });
});

describe('An image that is archived already', () => {
  it('is not stored again, whoever asks', async () => {
    const story = await givenVault();
    const image = hangOne(story, web);
    await archiveNow(story, image.imageId);

    const again = await archiveNow(story, image.imageId);

    expect(again).toMatchObject({ status: 'SUCCEEDED', output: { imageId: image.imageId, archivedTo: image.url } });
    expect(again.elapsedMs).toBeLessThan(5_000);
    expect(story.calls('CreateStoreImageTask')).toHaveLength(1);
    expect(lineOf(await retire(story), image.imageId).actions).not.toContain('archive');
    expect(story.calls('CreateStoreImageTask')).toHaveLength(1);
  });

  it('is stored again where its object was deleted since', async () => {
    const story = await givenVault();
    const image = hangOne(story, web);
    await archiveNow(story, image.imageId);
    story.vault.objects.delete(image.key);

    expect(await archiveNow(story, image.imageId)).toMatchObject({ status: 'SUCCEEDED' });

    expect(story.accepted('CreateStoreImageTask')).toHaveLength(2);
    expectArchived(story, image, 'STANDARD');
  });
});
