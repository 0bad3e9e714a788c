import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectDirectory } from '../../cli/simulation/project.ts';
import { readWorkflow, workflowNames } from '../../cli/simulation/workflows.ts';
import { functionFolders } from '../../deploy/function-files.ts';
import { reasonedRightsOf, rightsOfEveryMachine } from '../../deploy/machine-rights.ts';
import { database, home, policy, server } from '../../explore/servers.ts';
import { build, type Story } from '../../explore/world.ts';
import type { Right } from '../../simulator/iam/rights.ts';
import type { Bucket } from '../../simulator/state.ts';
import { archiveNow, archiving, hangOne, removeImage, restoreNow, sized, vaultName } from './archiving.ts';
import { abortHolder } from './rescuing.ts';
import { daysLater, hang, impatient, nightsUntil, retire, tag } from './retiring.ts';
import { encryptedUnder, rightsOver } from './used-rights.ts';

const partner = '123456789012';
const noon = '2026-11-21T12:00:00Z';
const key = `arn:aws:kms:${home}:111122223333:key/11111111-2222-3333-4444-555555555555`;
const web = server('web');

function share({ account }: Story, ImageId: string): void {
  account.call('ec2', 'ModifyImageAttribute', { ImageId, LaunchPermission: { Add: [{ UserId: partner }] } });
}

async function captureEverywhere(): Promise<Story> {
  const gold = policy('gold', {
    copies: [{ region: 'eu-central-1', kmsKeyId: 'alias/ami' }],
    share: { accounts: [partner] },
    notify: { topicArn: `arn:aws:sns:${home}:111122223333:people` },
  });
  const persistent = {
    changes: { InstanceLifecycle: 'spot' as const },
    extras: { spotRequestType: 'persistent' as const },
  };
  const story = await build({
    policies: [gold],
    servers: [encryptedUnder(key, database(persistent))],
    faults: [
      { fault: 'image-fails', nth: 1 },
      { fault: 'start-falls-back', nth: 1 },
    ],
    behaviour: { failedImagesForgetSnapshots: false },
  });
  story.account.region(home).keys.add(key);
  story.account.region('eu-central-1').keys.add('alias/ami');
  await story.capture('gold');
  expect(story.lastRun().status).toBe('SUCCEEDED');
  return story;
}

/** The holder of the lease is aborted; the image is public, and EC2's word that it is being made was lost. */
async function rescue(): Promise<Story> {
  const story = await build({
    policies: [policy('gold', { share: { public: true } })],
    servers: [web],
    rescuesUntil: '2026-11-22T09:00:00Z',
    faults: [{ fault: 'reply-lost', operation: 'CreateImage', nth: 1 }],
  });
  story.onceAfter('StopInstances', 20, () => abortHolder(story, web));
  await story.capture('gold');
  expect(story.state(web)).toBe('running');
  await story.capture('gold');
  expect(story.lastRun().status).toBe('SUCCEEDED');
  return story;
}

/** Its owner starts a server before the snapshots of its image have started. */
async function startedTooEarly(): Promise<Story> {
  const story = await build({ policies: [policy('gold')], servers: [web] });
  story.onceAfter('CreateImage', 0, () => story.account.call('ec2', 'StartInstances', { InstanceIds: [web.id] }));
  await story.capture('gold');
  expect(story.image().tags['ami-lifecycle:consistency']).toBe('crash');
  return story;
}

/** Somebody takes away the tag that one of two servers is selected by, once it is stopped. */
async function unselectedWhileStopped(): Promise<Story> {
  const [production, other] = ['production', 'other'].map((name) =>
    server(name, { under: null, tags: { environment: 'production' } }),
  );
  if (!production || !other) throw new Error('There are two servers.');
  const gold = policy('gold', {
    select: { tags: { environment: 'production' } },
    schedule: { cron: '0 3 * * ? *', onTagged: false },
  });
  const story = await build({ policies: [gold], servers: [production, other] });
  story.onceAfter('StopInstances', 5, () => {
    story.account.call('ec2', 'DeleteTags', { Resources: [production.id], Tags: [{ Key: 'environment' }] });
  });
  await story.capture('gold');
  expect(story.lastRun().status).toBe('SUCCEEDED');
  return story;
}

/** Down the ladder, up again by a hold, and down to its end; some snapshots stay behind, and go later. */
async function retireImages(): Promise<Story> {
  const story = await build({
    at: noon,
    policies: [impatient()],
    servers: [web],
    faults: [{ fault: 'snapshot-deletion-fails', nth: 1 }],
  });
  const [imageId = ''] = hang(story, web, nightsUntil('2026-11-21', 4));
  share(story, imageId);
  for (let day = 0; day < 14; day++) {
    expect((await retire(story)).status).toBe('SUCCEEDED');
    if (day === 1) tag(story, imageId, { 'ami-lifecycle:hold': 'wanted' });
    if (day === 3) {
      story.account.call('ec2', 'DeleteTags', { Resources: [imageId], Tags: [{ Key: 'ami-lifecycle:hold' }] });
    }
    await daysLater(story, 1);
  }
  return story;
}

/** An archive is lost before its image goes; a person leaves the snapshots of another image behind. */
async function looksAgain(): Promise<Story> {
  const story = await build({ at: noon, policies: [archiving()], servers: [web] });
  const vault = story.account.createBucket(vaultName);
  const hung = hang(story, web, nightsUntil('2026-11-21', 4));
  await retire(story);
  vault.objects.clear();
  story.account.call('ec2', 'DeregisterImage', { ImageId: hung[2] });
  for (let day = 0; day < 21; day++) {
    await daysLater(story, 1);
    await retire(story);
  }
  return story;
}

/** A person copies an image with its tags, which its snapshots do not get, before the policy shares. */
async function copiedByHand(): Promise<Story> {
  const story = await build({ at: noon, policies: [impatient()], servers: [web] });
  const [SourceImageId = ''] = hang(story, web, nightsUntil('2026-11-21', 1));
  const made = { Name: 'by hand', SourceImageId, SourceRegion: home, CopyImageTags: true };
  story.account.call('ec2', 'CopyImage', made);
  await daysLater(story, 1);
  story.stack.publish(impatient({ share: { accounts: [partner] } }));
  expect((await retire(story)).told).toContain('does not carry our tags');
  return story;
}

interface Vault extends Story {
  vault: Bucket;
  hung: ReturnType<typeof hangOne>;
}

/** An image of 100 GB under a customer's key, which is shared, and a bucket for it. */
async function withVault(): Promise<Vault> {
  const large = sized('large', 100);
  const story = await build({ at: noon, policies: [archiving()], servers: [large] });
  const { account } = story;
  account.region(home).keys.add(key);
  const hung = hangOne(story, large);
  for (const snapshot of account.region(home).snapshots.values()) {
    snapshot.description = { ...snapshot.description, Encrypted: true, KmsKeyId: key };
  }
  share(story, hung.imageId);
  return { ...story, hung, vault: account.createBucket(vaultName) };
}

/** To Glacier, its class changed by parts, and back. */
async function archiveAndRestore(): Promise<Story> {
  const story = await withVault();
  const { account, hung } = story;
  account.faults.add({ fault: 'killed-after', function: 'set-storage-class', nth: 1 });
  expect(await archiveNow(story, hung.imageId, 'GLACIER')).toMatchObject({ status: 'SUCCEEDED', cause: '' });
  removeImage(story, hung.imageId);
  account.faults.add({ fault: 'restore-fails', nth: 1 });
  expect(await restoreNow(story, hung.key)).toMatchObject({ error: 'RestoreFailed' });
  account.faults.add({ fault: 'reply-lost', operation: 'CreateRestoreImageTask', nth: 1 });
  expect(await restoreNow(story, hung.key)).toMatchObject({ status: 'SUCCEEDED', cause: '' });
  return story;
}

/** Somebody takes the object away, or tags it, after a function has looked. */
async function meddle(
  caller: string,
  operation: string,
  storageClass: string,
  how: (story: Vault) => void,
): Promise<Story> {
  const story = await withVault();
  story.account.onCall((call) => {
    if (call.caller === caller && call.operation === operation && call.errorCode === undefined) how(story);
  });
  await archiveNow(story, story.hung.imageId, storageClass);
  return story;
}

const takeAway = ({ vault }: Vault): void => vault.objects.clear();
const putTag = ({ vault, hung }: Vault): void => {
  const object = vault.objects.get(hung.key);
  if (object) object.tags = new Map([['team', 'platform']]);
};

async function restoreWithoutRecord(): Promise<Story> {
  const story = await withVault();
  const { hung, vault } = story;
  await archiveNow(story, hung.imageId);
  removeImage(story, hung.imageId);
  vault.objects.delete(`${hung.key}.json`);
  expect(await restoreNow(story, hung.key)).toMatchObject({ status: 'SUCCEEDED' });
  await restoreNow(story, 'gold/nothing.bin');
  return story;
}

const stories = [
  await captureEverywhere(),
  await rescue(),
  await startedTooEarly(),
  await unselectedWhileStopped(),
  await retireImages(),
  await looksAgain(),
  await copiedByHand(),
  await archiveAndRestore(),
  await restoreWithoutRecord(),
  await meddle('check-store', 'DescribeStoreImageTasks', 'STANDARD', takeAway),
  await meddle('check-store', 'HeadObject', 'STANDARD', takeAway),
  await meddle('check-store', 'HeadObject', 'GLACIER', takeAway),
  await meddle('check-store', 'HeadObject', 'GLACIER', putTag),
  await meddle('set-storage-class', 'HeadObject', 'STANDARD', takeAway),
];
const { used, unused } = rightsOver(stories.map(({ stack }) => stack.rights.functions));

/** Lambda itself writes logs and traces. */
const isOfHandler = ({ action }: Right): boolean => !/^(?:logs|xray):/.test(action);

describe('A right of a function', () => {
  it('is used by one of these stories, or says above its statement why it is “unused in simulation”', () => {
    const unexplained = unused.filter((right) => isOfHandler(right) && !isExplained(right));
    expect(unexplained.map(sentenceOf)).toEqual([]);
  });

  it('that is used is not said to be unused', () => {
    const usedBy = (role: string, action: string) =>
      used.some((right) => right.role === role && right.action === action);
    const refuted = functionFolders().flatMap((role) =>
      unusedBySaying(role)
        .flatMap((statement) => actionsIn(statement))
        .filter((action) => usedBy(role, action)),
    );
    expect(refuted).toEqual([]);
  });

  it('is one of so many that this file means something', () => {
    expect(used.length).toBeGreaterThanOrEqual(150);
    expect(new Set(used.map(({ role }) => role)).size).toBe(functionFolders().length);
  });
});

describe('A right of a state machine', () => {
  /** Every action of every statement, with what is said of it; the roles have them in the same order. */
  const rights = workflowNames().flatMap((name) => {
    const reasoned = [...reasonedRightsOf(readWorkflow(name)), ...rightsOfEveryMachine];
    const usedIn = stories.map(({ stack }) => stack.rights.machines.all().filter(({ role }) => role === name));
    return reasoned
      .flatMap(({ statement, why }) => statement.Action.map((action) => ({ action, why })))
      .map(({ action, why }, index) => {
        expect(usedIn.map((all) => all[index]?.action)).toEqual(stories.map(() => action));
        const isUsed = usedIn.some((all) => all[index]?.isUsed);
        return { isUsed, saysUnused: /unused in simulation: \w/.test(why), right: `${name}: ${action} (${why})` };
      });
  });
  const where = (isUsed: boolean, saysUnused: boolean): string[] =>
    rights.filter((each) => each.isUsed === isUsed && each.saysUnused === saysUnused).map(({ right }) => right);

  it('is used by one of these stories, or says in deploy/machine-rights.ts why it is “unused in simulation”', () => {
    expect(where(false, false)).toEqual([]);
  });

  it('that is used is not said to be unused', () => {
    expect(where(true, true)).toEqual([]);
  });

  it('is there for every workflow to call its functions', () => {
    const calls = where(true, false).filter((right) => right.includes(': lambda:InvokeFunction ('));
    expect(calls.map((right) => right.split(':')[0])).toEqual(workflowNames());
  });
});

const sentenceOf = ({ role, action, resources }: Right): string =>
  `functions/${role}/function.yml allows ${action} on ${resources.join(', ')}, and no story uses it: remove it, tell a story, or say above it why it is unused in simulation`;

function isExplained({ role, action }: Right): boolean {
  return unusedBySaying(role).some((statement) => actionsIn(statement).includes(action));
}

/** Statements of a function with the comment above them, as far as that says that they are unused. */
function unusedBySaying(role: string): string[] {
  const file = readFileSync(join(projectDirectory, 'functions', role, 'function.yml'), 'utf8');
  return file.split(/^(?= {2}# why: )/m).filter((statement) => /unused in simulation: \w/.test(statement));
}

function actionsIn(statement: string): string[] {
  return (
    /Action: \[([^\]]*)\]/
      .exec(statement)?.[1]
      ?.split(',')
      .map((action) => action.trim().replaceAll("'", '')) ?? []
  );
}
