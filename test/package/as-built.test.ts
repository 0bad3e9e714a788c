import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadHandlersBy } from '../../cli/simulation/functions.ts';
import { bundleFunctions } from '../../deploy/bundle.ts';
import { functionFolders } from '../../deploy/function-files.ts';
import { zipOf } from '../../deploy/zip.ts';
import { policy, server } from '../../explore/servers.ts';
import { ended, givenVault, hangOne, removeImage, restoreNow } from '../simulation/archiving.ts';
import { abortHolder } from '../simulation/rescuing.ts';
import { daysLater, hang, nightsUntil, retire } from '../simulation/retiring.ts';
import { given } from '../simulation/story.ts';
import { unzip } from './unzip.ts';

const folders = functionFolders();
const bundles = await bundleFunctions();
const archives = new Map(bundles.map(({ folder, path, content }) => [folder, zipOf(path, content)]));

/** Under a node_modules, as vitest would transform what it imports from elsewhere. */
const directory = mkdtempSync(join(tmpdir(), 'ami-lifecycle-built-'));
for (const archive of archives.values()) {
  for (const [path, content] of unzip(archive)) {
    const file = join(directory, 'node_modules', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}
afterAll(() => rmSync(directory, { recursive: true }));

const importBuilt = (folder: string) => import(join(directory, 'node_modules', 'functions', folder, 'handler.mjs'));

/** Functions that have answered, as built. */
const answered = new Set<string>();
loadHandlersBy(async (folder) => {
  const { handler } = await importBuilt(folder);
  return {
    async handler(event, context) {
      const answer = await handler(event, context);
      answered.add(folder);
      return answer;
    },
  };
});

const web = server('web');

/** What a bundle may come to: every KiB of it is read at each cold start. */
const mostKiB = 500;

/** Those that ask who uses an image, of every service that may; and what they may come to. */
const largerKiB: Readonly<Record<string, number>> = {
  'retire-image': 665,
  'plan-retirement': 640,
};

describe('A bundle', () => {
  it.each(bundles)('is no larger than it may be: $folder', ({ folder, content }) => {
    expect(content.length / 1024).toBeLessThanOrEqual(largerKiB[folder] ?? mostKiB);
  });

  it('is the same, byte for byte, whatever it is built beside', async () => {
    const [again] = await bundleFunctions(['check-image']);
    expect(zipOf(again?.path ?? '', again?.content ?? new Uint8Array())).toEqual(archives.get('check-image'));
  });

  it('is all that its archive holds, under the path that Lambda looks for', () => {
    for (const [folder, archive] of archives) {
      expect([...unzip(archive).keys()]).toEqual([`functions/${folder}/handler.mjs`]);
    }
  });
});

describe('The functions as they are built', () => {
  it('capture, once more after a failed image, copy and share', async () => {
    const gold = policy('gold', { copies: [{ region: 'eu-west-3' }], share: { accounts: ['123456789012'] } });
    const story = await given({ policies: [gold], servers: [web], faults: [{ fault: 'image-fails', nth: 1 }] });
    await story.capture('gold');
    expect(story.lastRun().status).toBe('SUCCEEDED');
    expect([story.state(web), story.images().length, story.images('eu-west-3').length]).toEqual(['running', 1, 1]);
  });

  it('rescue an instance whose capture was aborted', async () => {
    const story = await given({ policies: [policy('gold')], servers: [web], rescuesUntil: '2026-11-21T09:00:00Z' });
    story.onceAfter('StopInstances', 20, () => abortHolder(story, web));
    await story.capture('gold');
    expect(story.state(web)).toBe('running');
  });

  it('archive images and retire them', async () => {
    const story = await givenVault({ faults: [{ fault: 'snapshot-deletion-fails', nth: 1 }] });
    hang(story, web, nightsUntil('2026-11-21', 3));
    for (let day = 0; day < 5; day++) {
      expect(await retire(story)).toMatchObject({ status: 'SUCCEEDED' });
      await daysLater(story, 1);
    }
    expect(story.images()).toHaveLength(2);
  });

  it('restore a sleeping archive, once more after a restore that failed', async () => {
    const story = await givenVault();
    const { imageId, key } = hangOne(story, web);
    const archive = { bucket: story.vault.name, prefix: 'gold/', storageClass: 'GLACIER' };
    expect(await ended(story, story.stack.archive({ imageId, archive }))).toMatchObject({ status: 'SUCCEEDED' });
    removeImage(story, imageId);
    story.account.faults.add({ fault: 'restore-fails', nth: 1 });
    expect(await restoreNow(story, key)).toMatchObject({ status: 'FAILED', error: 'RestoreFailed' });
    expect(await restoreNow(story, key)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('have all had their part in these stories', () => {
    expect(folders.filter((folder) => !answered.has(folder))).toEqual([]);
  });

  it.each(folders)('keep the names of their errors, although names are shortened: %s', async (folder) => {
    const { handler } = await importBuilt(folder);
    await expect(handler({}, { functionName: folder })).rejects.toMatchObject({ name: 'InputInvalid' });
  });
});
