import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import { PublishCommand } from '@aws-sdk/client-sns';
import { GetParameterCommand, ParameterNotFound, PutParameterCommand } from '@aws-sdk/client-ssm';
import { describe, expect, test } from 'vitest';
import { errorOf, world } from './world.ts';

function withBucket() {
  const all = world();
  all.account.createBucket('work');
  const put = (Key: string, Body: string) =>
    all.as('f', () => all.s3.send(new PutObjectCommand({ Bucket: 'work', Key, Body })));
  return { ...all, put };
}

describe('a bucket', () => {
  test('gives back what was put into it, as a stream that is read once', async () => {
    const { as, s3, put } = withBucket();
    const { ETag } = await put('items.json', '{"ä":1}');
    const got = await as('f', () => s3.send(new GetObjectCommand({ Bucket: 'work', Key: 'items.json' })));
    expect(got).toMatchObject({ ETag, ContentLength: 8 });
    expect(await got.Body?.transformToString()).toBe('{"ä":1}');
    await expect(got.Body?.transformToString()).rejects.toThrow('already been transformed');
    const again = await as('f', () => s3.send(new GetObjectCommand({ Bucket: 'work', Key: 'items.json' })));
    const chunks: unknown[] = [];
    for await (const chunk of again.Body as AsyncIterable<unknown>) chunks.push(chunk);
    expect(String(chunks[0])).toBe('{"ä":1}');
  });

  test('names what is missing as S3 does', async () => {
    const { as, s3 } = withBucket();
    const get = (Bucket: string) => as('f', () => s3.send(new GetObjectCommand({ Bucket, Key: 'none' })));
    expect(await errorOf(get('work'))).toMatchObject({ code: 'NoSuchKey', status: 404 });
    expect(await errorOf(get('nowhere'))).toMatchObject({ code: 'NoSuchBucket', status: 404 });
    const head = as('f', () => s3.send(new HeadObjectCommand({ Bucket: 'work', Key: 'none' })));
    expect(await errorOf(head)).toMatchObject({ code: 'NotFound', status: 404 });
  });

  test('puts an object only where none is, if asked to', async () => {
    const { as, s3, put } = withBucket();
    await put('a', '1');
    const command = new PutObjectCommand({ Bucket: 'work', Key: 'a', Body: '2', IfNoneMatch: '*' });
    expect(await errorOf(as('f', () => s3.send(command)))).toMatchObject({ code: 'PreconditionFailed', status: 412 });
  });

  test('lists keys in order, by prefix and in pages', async () => {
    const { as, s3, put } = withBucket();
    for (const key of ['run/b', 'run/a', 'run/c', 'other']) await put(key, '');
    const keys: string[][] = [];
    await as('f', async () => {
      const pages = paginateListObjectsV2({ client: s3, pageSize: 2 }, { Bucket: 'work', Prefix: 'run/' });
      for await (const { Contents = [] } of pages) keys.push(Contents.map(({ Key = '' }) => Key));
    });
    expect(keys).toEqual([['run/a', 'run/b'], ['run/c']]);
    const all = await as('f', () => s3.send(new ListObjectsV2Command({ Bucket: 'work' })));
    expect(all.KeyCount).toBe(4);
  });
});

describe('a parameter', () => {
  test('is kept with its version, and must be there to be read', async () => {
    const { as, ssm } = world();
    const Name = '/ami-lifecycle/policies/gold';
    const get = () => as('f', () => ssm.send(new GetParameterCommand({ Name })));
    const missing = await errorOf(get());
    expect(missing).toBeInstanceOf(ParameterNotFound);
    expect(missing).toMatchObject({ code: 'ParameterNotFound', status: 400 });
    const put = (Value: string, Overwrite = false) =>
      as('f', () => ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite })));
    await put('one');
    expect(await errorOf(put('two'))).toMatchObject({ code: 'ParameterAlreadyExists' });
    await put('two', true);
    expect((await get()).Parameter).toMatchObject({ Value: 'two', Version: 2 });
  });
});

describe('a notification', () => {
  test('is kept for whoever looks', async () => {
    const { as, sns, account } = world();
    const TopicArn = 'arn:aws:sns:us-east-1:111122223333:alerts';
    await as('f', () => sns.send(new PublishCommand({ TopicArn, Subject: 'Run', Message: 'all well' })));
    expect(account.notifications).toMatchObject([{ topicArn: TopicArn, subject: 'Run', message: 'all well' }]);
    const bad = new PublishCommand({ TopicArn: 'alerts', Message: 'x' });
    expect(await errorOf(as('f', () => sns.send(bad)))).toMatchObject({ code: 'InvalidParameter', status: 400 });
  });
});
