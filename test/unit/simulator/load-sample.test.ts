import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadAccountFolder } from '../../../simulator/load/account-folder.ts';

const account = loadAccountFolder(join(import.meta.dirname, '../../../cli/sample/account'));
const { instances, volumes = [], images = [], autoScalingGroups = [], instanceExtras = {} } = account.contents;
const tagOf = (instance: (typeof instances)[number], key: string): string | undefined =>
  instance.Tags?.find(({ Key }) => Key === key)?.Value;

describe('the sample account', () => {
  it('is loaded whole: nothing is left out and no reference leads nowhere', () => {
    expect(account.leftOut).toEqual([]);
    expect(account.notes).toEqual([]);
    expect(account).toMatchObject({ region: 'eu-south-1', accountId: '111122223333' });
  });

  it('has one of each kind that a policy must know how to treat', () => {
    const withTag = (key: string, value?: string) =>
      instances.filter((each) => (value === undefined ? tagOf(each, key) !== undefined : tagOf(each, key) === value));
    const extras = Object.values(instanceExtras);
    expect({
      all: instances.length,
      gold: withTag('ami-lifecycle:policy', 'gold').length,
      web: withTag('ami-lifecycle:policy', 'web').length,
      both: withTag('ami-lifecycle:policy', 'gold web').length,
      skipped: withTag('ami-lifecycle:skip').length,
      untagged: instances.filter(({ Tags = [] }) => Tags.length === 0).length,
      inAutoScalingGroup: autoScalingGroups.flatMap(({ Instances = [] }) => Instances).length,
      stopped: instances.filter(({ State }) => State?.Name === 'stopped').length,
      windows: instances.filter(({ Platform }) => Platform !== undefined).length,
      withInstanceStore: instances.filter(({ InstanceType = '' }) => /^[a-z]+\d+[a-z]*d\./.test(InstanceType)).length,
      oneTimeSpot: extras.filter(({ spotRequestType }) => spotRequestType === 'one-time').length,
      stopProtected: extras.filter(({ stopProtected }) => stopProtected).length,
    }).toEqual({
      all: 13,
      gold: 7,
      web: 4,
      both: 1,
      skipped: 1,
      untagged: 1,
      inAutoScalingGroup: 2,
      stopped: 1,
      windows: 1,
      withInstanceStore: 1,
      oneTimeSpot: 1,
      stopProtected: 1,
    });
  });

  it('has a database with a root, a data and a log volume', () => {
    const database = instances.find((each) => tagOf(each, 'Name') === 'orders-database');
    const attached = volumes.filter(({ Attachments = [] }) =>
      Attachments.some(({ InstanceId }) => InstanceId === database?.InstanceId),
    );
    expect(attached.map(({ Tags = [], Size }) => `${Tags[0]?.Value} ${Size}`)).toEqual([
      'orders-database-root 30',
      'orders-database-data 500',
      'orders-database-log 100',
    ]);
  });

  it('lists the image that each instance was launched from', () => {
    const imageIds = new Set(images.map(({ ImageId }) => ImageId));
    expect(instances.filter(({ ImageId }) => !imageIds.has(ImageId))).toEqual([]);
  });
});
