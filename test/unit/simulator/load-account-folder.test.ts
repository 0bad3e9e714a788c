import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AccountFolderInvalid, loadAccountFolder } from '../../../simulator/load/account-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'account-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

type Json = Record<string, unknown>;

function save(name: string, value: unknown): void {
  writeFileSync(join(folder, `${name}.json`), typeof value === 'string' ? value : JSON.stringify(value));
}

function saveInstances(...instances: Json[]): void {
  save('describe-instances', { Reservations: [{ OwnerId: '111122223333', Instances: instances }] });
}

function instance(id: string, more: Json = {}): Json {
  return {
    InstanceId: id,
    State: { Code: 16, Name: 'running' },
    Placement: { AvailabilityZone: 'eu-south-1a' },
    LaunchTime: '2026-01-01T00:00:00+00:00',
    ...more,
  };
}

const inZone = (zone: string): Json => ({ Placement: { AvailabilityZone: zone } });
const inState = (name: string): Json => ({ State: { Name: name } });
const ids = (account: ReturnType<typeof loadAccountFolder>) =>
  account.contents.instances.map(({ InstanceId }) => InstanceId);

function refusal(region?: string): AccountFolderInvalid {
  try {
    loadAccountFolder(folder, region === undefined ? {} : { region });
  } catch (error) {
    if (error instanceof AccountFolderInvalid) return error;
    throw error;
  }
  throw new Error('the folder was loaded, and should not have been');
}

describe('an account folder', () => {
  it('needs describe-instances.json and nothing else', () => {
    saveInstances(instance('i-1'), instance('i-2'));
    const account = loadAccountFolder(folder);
    expect(ids(account)).toEqual(['i-1', 'i-2']);
    expect(account).toMatchObject({ region: 'eu-south-1', accountId: '111122223333', leftOut: [] });
    expect(account.contents.volumes).toEqual([]);
  });

  it.each([
    ['2020-01-01T00:00:00+00:00'],
    ['2020-01-01T00:00:00.000Z'],
    ['2020-01-01T01:00:00.000000+01:00'],
    [1577836800],
    [1577836800.0],
  ])('reads the time %s as the instant that it is', (LaunchTime) => {
    saveInstances(instance('i-1', { LaunchTime }));
    expect(loadAccountFolder(folder).contents.instances[0]?.LaunchTime).toEqual(new Date('2020-01-01T00:00:00Z'));
  });

  it('simulates the Region with the most living instances, and says how to have the others', () => {
    saveInstances(
      instance('i-dead-1', { ...inZone('us-east-1a'), ...inState('terminated') }),
      instance('i-dead-2', { ...inZone('us-east-1a'), ...inState('terminated') }),
      instance('i-dead-3', { ...inZone('us-east-1a'), ...inState('shutting-down') }),
      instance('i-one'),
      instance('i-west', inZone('us-west-2-lax-1a')),
      instance('i-two', inZone('eu-south-1b')),
    );
    const account = loadAccountFolder(folder);
    expect(ids(account)).toEqual(['i-one', 'i-two']);
    expect(account.leftOut).toEqual([
      { what: 'instance', reason: 'terminated', count: 2, examples: ['i-dead-1', 'i-dead-2'] },
      { what: 'instance', reason: 'shutting-down', count: 1, examples: ['i-dead-3'] },
      {
        what: 'instance',
        reason: 'in us-west-2',
        count: 1,
        examples: ['i-west'],
        mend: 'simulate it with --region us-west-2',
      },
    ]);
    expect(ids(loadAccountFolder(folder, { region: 'us-west-2' }))).toEqual(['i-west']);
  });

  it('refuses a Region without instances, and names those that have some', () => {
    saveInstances(instance('i-1'), instance('i-2'), instance('i-3', inZone('us-east-1a')));
    expect(refusal('eu-suoth-1')).toMatchObject({
      problem: 'lists no instance in eu-suoth-1, but 2 in eu-south-1, 1 in us-east-1',
      mend: 'simulate one of these, as --region eu-south-1',
    });
  });

  it('refuses a folder of which nothing could be simulated', () => {
    saveInstances(instance('i-1', inState('terminated')));
    expect(refusal().problem).toMatch(/^lists 1 instances, and none that could be simulated/);
  });

  it('leaves out what cannot be told apart or placed, with the reason and where it stands', () => {
    const { State: _, ...stateless } = instance('i-stateless');
    const { InstanceId: __, ...nameless } = instance('');
    saveInstances(
      instance('i-1'),
      nameless,
      stateless,
      instance('i-1', { ImageId: 'ami-other' }),
      instance('i-nowhere', { Placement: {} }),
      instance('i-moon', inZone('moon')),
    );
    const account = loadAccountFolder(folder);
    expect(ids(account)).toEqual(['i-1']);
    expect(account.leftOut.map(({ reason, examples }) => [reason, ...examples])).toEqual([
      ['without an ID', 'Reservations[0].Instances[1]'],
      ['without a state', 'i-stateless'],
      ['listed more than once; the first is taken', 'i-1'],
      ['without an Availability Zone that is known', 'i-nowhere', 'i-moon'],
    ]);
  });

  it('keeps images, snapshots and volumes that nothing refers to, but not those of another Region', () => {
    saveInstances(instance('i-1'));
    const key = (region: string) => `arn:aws:kms:${region}:111122223333:key/k`;
    save('describe-images', { Images: [{ ImageId: 'ami-1', CreationDate: '2026-01-01T00:00:00.000Z' }] });
    save('describe-snapshots', {
      Snapshots: [{ SnapshotId: 'snap-1' }, { SnapshotId: 'snap-2', KmsKeyId: key('eu-west-1') }],
    });
    save('describe-volumes', {
      Volumes: [
        { VolumeId: 'vol-1', AvailabilityZone: 'eu-south-1c' },
        { VolumeId: 'vol-2', AvailabilityZone: 'eu-west-1a' },
      ],
    });
    const { contents, leftOut } = loadAccountFolder(folder);
    expect(contents.images).toEqual([{ ImageId: 'ami-1', CreationDate: '2026-01-01T00:00:00.000Z' }]);
    expect(contents.snapshots).toEqual([{ SnapshotId: 'snap-1' }]);
    expect(contents.volumes).toEqual([{ VolumeId: 'vol-1', AvailabilityZone: 'eu-south-1c' }]);
    expect(leftOut).toEqual([
      { what: 'volume', reason: 'in eu-west-1', count: 1, examples: ['vol-2'] },
      { what: 'snapshot', reason: 'in eu-west-1', count: 1, examples: ['snap-2'] },
    ]);
  });

  it('names what is referred to and not there', () => {
    const Tags = [{ Key: 'aws:autoscaling:groupName', Value: 'gone' }];
    const device = (DeviceName: string, VolumeId: string): Json => ({ DeviceName, Ebs: { VolumeId } });
    saveInstances(
      instance('i-1', { ImageId: 'ami-gone', Tags, BlockDeviceMappings: [device('/dev/xvda', 'vol-gone')] }),
    );
    const notes = loadAccountFolder(folder).notes.map(({ note, examples }) => [note, ...examples]);
    expect(notes).toContainEqual(['instance whose image is not listed, taken to be an image of somebody else', 'i-1']);
    expect(notes).toContainEqual(['attached volume that is not listed', 'vol-gone']);
    expect(notes).toContainEqual(['instance whose Auto Scaling group is not listed', 'i-1 of gone']);
  });

  it('names the files that it does not read, and a listing that was cut off', () => {
    save('describe-instances', { Reservations: [{ Instances: [instance('i-1')] }], NextToken: 'more' });
    save('describe-vpcs', { Vpcs: [] });
    expect(loadAccountFolder(folder).notes).toEqual(
      expect.arrayContaining([
        { note: 'is ignored: no file of that name is read', count: 1, examples: ['describe-vpcs.json'] },
        {
          note: 'holds one page of several; save it again without --max-items',
          count: 1,
          examples: ['describe-instances.json'],
        },
      ]),
    );
  });

  it('learns stop protection and the kind of a spot request from files of their own', () => {
    saveInstances(
      instance('i-1'),
      instance('i-spot', { InstanceLifecycle: 'spot', SpotInstanceRequestId: 'sir-1' }),
      instance('i-unlisted', { InstanceLifecycle: 'spot', SpotInstanceRequestId: 'sir-2' }),
    );
    save('describe-instance-attributes', [
      { InstanceId: 'i-1', DisableApiStop: { Value: true } },
      { InstanceId: 'i-1', InstanceInitiatedShutdownBehavior: { Value: 'terminate' } },
      { InstanceId: 'i-gone', DisableApiStop: { Value: true } },
    ]);
    save('describe-spot-instance-requests', {
      SpotInstanceRequests: [{ SpotInstanceRequestId: 'sir-1', Type: 'persistent' }],
    });
    const account = loadAccountFolder(folder);
    expect(account.contents.instanceExtras).toEqual({
      'i-1': { stopProtected: true, shutdownBehavior: 'terminate' },
      'i-spot': { spotRequestType: 'persistent' },
    });
    expect(account.notes).toContainEqual({
      note: 'spot request not listed, taken to be one-time',
      count: 1,
      examples: ['i-unlisted'],
    });
    expect(account.leftOut.map(({ examples }) => examples)).toEqual([['i-gone']]);
  });

  it('reads the UTF-16 that PowerShell saves', () => {
    const text = JSON.stringify({ Reservations: [{ Instances: [instance('i-1')] }] });
    writeFileSync(join(folder, 'describe-instances.json'), Buffer.from(`\ufeff${text}`, 'utf16le'));
    expect(ids(loadAccountFolder(folder))).toEqual(['i-1']);
  });
});

describe('a folder that cannot be understood', () => {
  it('is told that describe-instances.json is missing', () => {
    const error = refusal();
    expect(error.file).toBe(join(folder, 'describe-instances.json'));
    expect(error.problem).toMatch(/^cannot be read \(ENOENT/);
    expect(error.mend).toBe('save what `aws ec2 describe-instances --output json` prints');
  });

  it.each(['missing', 'describe-instances.json'])('is told that %s is no folder', (name) => {
    saveInstances(instance('i-1'));
    expect(() => loadAccountFolder(join(folder, name))).toThrow(
      expect.objectContaining({
        name: 'AccountFolderInvalid',
        file: join(folder, name),
        problem: expect.stringContaining('is no folder that can be read'),
        mend: 'name the folder that holds describe-instances.json',
      }),
    );
  });

  it.each([
    ['', 'is empty, as when the command failed and printed only an error'],
    ['{\n  "Reservations": [\n    {]\n', 'is no JSON at line 3, column 6: there stands "]"'],
    ['{ "Reservations": [1,] }', 'is no JSON at line 1, column 22: there stands "] }"'],
    ['{ "Reservations": [', 'is no JSON at line 1, column 20: there stands nothing more'],
    [
      'An error occurred (UnauthorizedOperation)',
      'is no JSON at line 1, column 1: there stands "An error occurred (UnauthorizedOperation)"',
    ],
    [[[{ InstanceId: 'i-1' }]], 'has no list Reservations; it is a list'],
    [{ Volumes: [] }, 'has no list Reservations; it is an object with Volumes'],
    ['null', 'has no list Reservations; it is the bare value null'],
  ])('is told what %j is instead', (content, problem) => {
    save('describe-instances', content);
    expect(refusal().problem).toBe(problem);
  });

  it('is told the place of a flattened reservation, and to save the whole output', () => {
    save('describe-instances', { Reservations: [{ InstanceId: 'i-1' }] });
    expect(refusal()).toMatchObject({
      path: 'Reservations[0].Instances',
      problem: 'is not as AWS prints it: expected array, but it is missing',
      mend: 'save the whole output, without --query: aws ec2 describe-instances --output json > describe-instances.json',
    });
  });

  it.each([
    [{ LaunchTime: 'yesterday' }, 'Reservations[0].Instances[0].LaunchTime'],
    [{ LaunchTime: '2026-01-01T00:00:00' }, 'Reservations[0].Instances[0].LaunchTime'],
    [{ LaunchTime: 1e300 }, 'Reservations[0].Instances[0].LaunchTime'],
    [{ State: { Name: 'asleep' } }, 'Reservations[0].Instances[0].State.Name'],
    [{ Tags: { Name: 'web' } }, 'Reservations[0].Instances[0].Tags'],
    [{ InstanceType: 5 }, 'Reservations[0].Instances[0].InstanceType'],
  ])('is told where %j stands', (more, path) => {
    saveInstances(instance('i-1', more));
    expect(refusal().path).toBe(path);
  });

  it('is told of the faults of all its files at once, at most ten of them, and how many there are besides', () => {
    saveInstances(...Array.from({ length: 12 }, (_, index) => instance(`i-${index}`, { LaunchTime: true })));
    save('describe-volumes', 'oops');
    const error = refusal();
    expect(error.problems).toHaveLength(10);
    expect(error.message.split('\n')).toHaveLength(11);
    expect(error.message).toContain('There are 3 more problems.');
  });
});

describe('whatever a folder holds', () => {
  /** Right keys with wrong contents get much deeper than blind JSON does. */
  const keys = ['Reservations', 'Instances', 'InstanceId', 'State', 'Name', 'Placement', 'AvailabilityZone', 'Tags'];
  const { tree: shaped } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 6, withCrossShrink: true },
      fc.constantFrom('running', 'terminated', 'eu-south-1a', 'i-1', '__proto__', null, 0),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys, 'LaunchTime', '__proto__'), tie('tree'), { maxKeys: 5 }),
    ),
  }));
  const anyInstance = fc.record(
    {
      InstanceId: fc.oneof(fc.constantFrom('i-1', 'i-2', ''), shaped),
      State: fc.oneof(fc.constantFrom({ Name: 'running' }, { Name: 'terminated' }), shaped),
      Placement: fc.oneof(fc.constantFrom(inZone('eu-west-1a').Placement, inZone('x').Placement), shaped),
      BlockDeviceMappings: fc.oneof(fc.constant([{ Ebs: {} }, {}]), shaped),
    },
    { requiredKeys: [] },
  );

  it('is loaded or refused as AccountFolderInvalid, and never anything else', () => {
    const likely = fc.array(anyInstance, { maxLength: 4 }).map((Instances) => ({ Reservations: [{ Instances }] }));
    fc.assert(
      fc.property(fc.oneof(likely, shaped, fc.jsonValue()), fc.oneof(shaped, fc.jsonValue()), (instances, other) => {
        save('describe-instances', JSON.stringify(instances));
        for (const name of ['describe-volumes', 'describe-auto-scaling-groups', 'describe-instance-attributes']) {
          save(name, JSON.stringify(other));
        }
        try {
          loadAccountFolder(folder);
        } catch (error) {
          expect(error).toBeInstanceOf(AccountFolderInvalid);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is all accounted for: every instance is loaded or counted as left out', () => {
    const state = fc.constantFrom('pending', 'running', 'stopping', 'stopped', 'shutting-down', 'terminated');
    const zone = fc.constantFrom('eu-south-1a', 'eu-west-1b', 'us-east-1-wl1-bos-wlz-1', 'nowhere');
    const known = fc.record({ id: fc.constantFrom('i-1', 'i-2', 'i-3', ''), state, zone });
    fc.assert(
      fc.property(fc.array(known, { maxLength: 12 }), (rows) => {
        saveInstances(
          instance('i-0'),
          ...rows.map((row) => instance(row.id, { ...inState(row.state), ...inZone(row.zone) })),
        );
        const { contents, leftOut, region } = loadAccountFolder(folder);
        const leftOutCount = leftOut.reduce((sum, { count }) => sum + count, 0);
        expect(contents.instances.length + leftOutCount).toBe(rows.length + 1);
        for (const { Placement } of contents.instances) expect(Placement?.AvailabilityZone).toContain(region);
      }),
      { numRuns: 100 },
    );
  });
});
