import { S3Client } from '@aws-sdk/client-s3';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { archivesIn } from '../../../shared/aws/archives.ts';
import { underEveryClient } from '../../../shared/aws/clients.ts';

/** What S3 answers over the wire, by the address that is asked. */
const answers = new Map<string, { statusCode: number; headers: Record<string, string> }>();
const bodies: string[] = [];

beforeAll(() => {
  underEveryClient((client) => {
    if (!(client instanceof S3Client)) return;
    client.middlewareStack.add(
      () => async (args) => {
        const request: unknown = args.request;
        const { path, body } = Object.assign({ path: '', body: '' }, request);
        bodies.push(body);
        return { response: answers.get(path) ?? { statusCode: 404, headers: {} }, output: { $metadata: {} } };
      },
      // Innermost: all that the SDK does with an answer it does with this one.
      { step: 'deserialize', priority: 'low', name: 'recordedAnswers' },
    );
  });
});

beforeEach(() => {
  answers.clear();
  bodies.length = 0;
});

const archives = archivesIn.bind(undefined, 'eu-west-1');
const there = (headers: Readonly<Record<string, string>>) => ({
  statusCode: 200,
  headers: { etag: '"7"', ...headers },
});

it('an object is read in whatever class it lies, and whether INTELLIGENT_TIERING put it to sleep', async () => {
  answers.set('/gold/ami-1.bin', there({ 'content-length': '7', 'x-amz-storage-class': 'EXPRESS_ONEZONE' }));
  expect(await archives().object('vault', 'gold/ami-1.bin')).toMatchObject({
    sizeBytes: 7,
    storageClass: 'EXPRESS_ONEZONE',
    isInArchiveTier: false,
  });
  answers.set(
    '/gold/ami-1.bin',
    there({
      'content-length': '7',
      'x-amz-storage-class': 'INTELLIGENT_TIERING',
      'x-amz-archive-status': 'DEEP_ARCHIVE_ACCESS',
    }),
  );
  expect(await archives().object('vault', 'gold/ami-1.bin')).toMatchObject({
    storageClass: 'INTELLIGENT_TIERING',
    isInArchiveTier: true,
    restore: 'asleep',
  });
});

it('is woken for some days, or without a number of them, which S3 refuses where it wakes an object for good', async () => {
  answers.set('/gold/ami-1.bin', { statusCode: 202, headers: {} });
  await archives().wake('vault', 'gold/ami-1.bin', 3);
  expect(bodies.at(-1)).toContain('<Days>3</Days>');
  await archives().wake('vault', 'gold/ami-1.bin', undefined);
  expect(bodies.at(-1)).toContain('<Tier>Standard</Tier>');
  expect(bodies.at(-1)).not.toContain('Days');
});

it('an archive has a flaw where its object or its record is missing or empty', async () => {
  const flaw = () => archives().flaw('vault', 'gold/ami-1.bin', ['ami-1']);
  expect(await flaw()).toBe('s3://vault/gold/ami-1.bin is not there');
  answers.set('/gold/ami-1.bin', there({ 'content-length': '0' }));
  expect(await flaw()).toBe('s3://vault/gold/ami-1.bin is empty');
  answers.set('/gold/ami-1.bin', there({ 'content-length': '7' }));
  expect(await flaw()).toBe('s3://vault/gold/ami-1.bin.json is not there');
  answers.set('/gold/ami-1.bin.json', there({ 'content-length': '7' }));
  expect(await flaw()).toBe('s3://vault/gold/ami-1.bin.json cannot be read');
  answers.set('/gold/ami-1.bin.json', there({ 'content-length': '7', 'x-amz-storage-class': 'GLACIER' }));
  expect(await flaw()).toBeUndefined();
});

it('a denied look at an archive, which S3 answers without a word, is no sign that it is gone', async () => {
  answers.set('/gold/ami-1.bin', { statusCode: 403, headers: {} });
  await expect(archives().flaw('vault', 'gold/ami-1.bin', ['ami-1'])).rejects.toMatchObject({
    name: 'EvidenceIncomplete',
  });
  await expect(archives().object('vault', 'gold/ami-1.bin')).rejects.toMatchObject({ name: 'AccessDenied' });
});
