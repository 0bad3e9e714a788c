import { describe, expect, it } from 'vitest';
import {
  archiveAt,
  archiveKey,
  archiveRecordSchema,
  archiveRefusal,
  archiveTargetSchema,
  archiveUrl,
  isWithin,
  recordKey,
  restoreHold,
  sleeps,
  storageClasses,
} from '../../../shared/domain/archive.ts';
import type { Image } from '../../../shared/domain/image.ts';
import { policySchema } from '../../../shared/domain/policy.ts';
import { anObject } from '../functions/fake-archives.ts';
import { anImage } from './examples.ts';

describe('EC2 cannot store an image', () => {
  it.each<[different: Partial<Image>, why: string]>([
    [{ rootDeviceType: 'instance-store' }, 'its root device is an instance store'],
    [{ virtualizationType: 'paravirtual' }, 'it is paravirtual'],
    [{ hasProductCodes: true }, 'it carries product codes'],
    [{ sizeGigabytes: 5001 }, 'its volumes have 5001 GB of at most 5000'],
  ])('with %j, and the reason is told', (different, why) => {
    expect(archiveRefusal(anImage(different))).toBe(why);
  });

  it.each<Partial<Image>>([{}, { sizeGigabytes: 5000 }, { isEncrypted: true }])('but it can with %j', (different) => {
    expect(archiveRefusal(anImage(different))).toBeUndefined();
  });
});

describe('an archive', () => {
  it('lies where EC2 puts it, under the prefix of the policy, with its record beside it', () => {
    const key = archiveKey('gold/', 'ami-1');
    expect(key).toBe('gold/ami-1.bin');
    expect(archiveKey('', 'ami-1')).toBe('ami-1.bin');
    expect(archiveUrl('my-archive', key)).toBe('s3://my-archive/gold/ami-1.bin');
    expect(recordKey(key)).toBe('gold/ami-1.bin.json');
  });

  it.each([
    ['STANDARD', false],
    ['STANDARD_IA', false],
    ['ONEZONE_IA', false],
    ['GLACIER_IR', false],
    ['GLACIER', true],
    ['DEEP_ARCHIVE', true],
    ['INTELLIGENT_TIERING', false],
    ['EXPRESS_ONEZONE', false],
  ])('in %s must be woken first: %s', (storageClass, expected) => {
    expect(sleeps(anObject({ storageClass }))).toBe(expected);
  });

  it('that a lifecycle rule moved to INTELLIGENT_TIERING must be woken first where it came to an archive tier', () => {
    expect(sleeps(anObject({ storageClass: 'INTELLIGENT_TIERING', isInArchiveTier: true }))).toBe(true);
  });

  it('is found again by its address, and by no other text', () => {
    expect(archiveAt('s3://my-archive/gold/ami-1.bin')).toEqual({ bucket: 'my-archive', key: 'gold/ami-1.bin' });
    const others = ['', 's3://my-archive', 's3://my-archive/', 'gold/ami-1.bin', 'see s3://a/b', 's3://a/b\nand more'];
    for (const text of others) {
      expect(archiveAt(text)).toBeUndefined();
    }
  });

  it('is where a policy has its archives by its bucket and its prefix, and of a policy without any nowhere', () => {
    const place = { bucket: 'my-archive', prefix: 'gold/' };
    expect(isWithin(place, 's3://my-archive/gold/ami-1.bin')).toBe(true);
    expect(isWithin(place, 's3://my-archive/silver/ami-1.bin')).toBe(false);
    expect(isWithin(place, 's3://another/s3://my-archive/gold/')).toBe(false);
    expect(isWithin(undefined, 's3://my-archive/gold/ami-1.bin')).toBe(false);
  });

  it('leaves on what is restored of it why that stays, and by which execution it was made', () => {
    const startedAt = '2026-11-21T03:00:00.000Z';
    const arn = 'arn:aws:states:eu-west-1:123456789012:execution:restore-image:monday';
    expect(restoreHold(startedAt, arn)).toBe(`restored ${startedAt} by monday`);
    expect(restoreHold(startedAt, 'monday')).toBe(`restored ${startedAt} by monday`);
  });

  it.each(storageClasses)('of class %s can be asked for by a policy and is taken by its workflow', (storageClass) => {
    const { archive } = policySchema.parse({
      schedule: { cron: '0 3 * * ? *' },
      retain: { last: 1 },
      retire: {},
      archive: { bucket: 'my-archive', when: { monthly: 1 }, storageClass },
    });
    expect(archiveTargetSchema.parse({ bucket: archive?.bucket, prefix: archive?.prefix, storageClass })).toEqual({
      bucket: 'my-archive',
      prefix: '',
      storageClass: archive?.storageClass,
    });
  });

  it('has a record that is read as it was written, and refused when a field is lost', () => {
    const record = {
      version: 1,
      imageId: 'ami-1',
      region: 'eu-south-1',
      name: 'gold/i-1/20261121T0300Z',
      description: '',
      tags: { team: 'platform' },
      launchPermissions: [{ UserId: '111122223333' }, { Group: 'all' }],
      deprecatesAt: '',
      createdAt: '2026-11-21T03:00:00.000Z',
      platformDetails: 'Linux/UNIX',
      usageOperation: 'RunInstances',
      architecture: 'x86_64',
      bootMode: '',
      blockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 8, Encrypted: false } }],
      sizeBytes: 1024,
      eTag: '"abc"',
      archivedAt: '2026-12-01T12:00:00.000Z',
    };
    expect(archiveRecordSchema.parse(JSON.parse(JSON.stringify(record)))).toEqual(record);
    expect(archiveRecordSchema.safeParse({ ...record, tags: undefined }).success).toBe(false);
    expect(archiveRecordSchema.safeParse({ ...record, version: 2 }).success).toBe(false);
    const isRead = (permission: object) =>
      archiveRecordSchema.safeParse({ ...record, launchPermissions: [permission] }).success;
    const organization = 'arn:aws:organizations::111122223333:organization/o-abc123';
    for (const permission of [{ OrganizationArn: organization }, { OrganizationalUnitArn: organization }]) {
      expect(isRead(permission)).toBe(true);
    }
    for (const account of ['1111222233334', 'x111122223333', '11112222333', '*', '']) {
      expect(isRead({ UserId: account })).toBe(false);
    }
    for (const arn of ['', '*', 'arn:aws:*', `x${organization}`, `${organization}*`, 'arn:other:x']) {
      expect(isRead({ OrganizationArn: arn })).toBe(false);
      expect(isRead({ OrganizationalUnitArn: arn })).toBe(false);
    }
    for (const Group of ['', 'everybody', '*']) expect(isRead({ Group })).toBe(false);
  });
});
