import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { archivesIn } from '../../shared/aws/archives.ts';
import { underEveryClient } from '../../shared/aws/clients.ts';
import { archiveRecordSchema } from '../../shared/domain/archive.ts';
import { putUnder, runAs } from '../../simulator/under-clients.ts';
import { damaged, damages, hostileTexts } from './damage.ts';
import { fitting } from './fitting.ts';
import { emptyAccount } from './shipped.ts';

underEveryClient(putUnder);
const account = emptyAccount();
account.createBucket('vault');

/** What is read of a record that somebody has written beside an archive. */
async function recordOf(text: string) {
  account.call('s3', 'PutObject', { Bucket: 'vault', Key: 'gold/ami-1.bin.json', Body: text });
  const look = () => archivesIn('eu-west-1').record('vault', 'gold/ami-1.bin');
  return (await runAs(account, { functionName: 'apply-archive-record' }, look)).value;
}

const unreadable = { record: undefined, problem: 'cannot be read' };

describe('the record beside an archive', () => {
  it('is read, or cannot be read, whoever wrote into it', { timeout: 600_000 }, async () => {
    const valid = fitting(archiveRecordSchema, 25);
    const texts: fc.Arbitrary<string | undefined> = fc.oneof(
      {
        weight: 8,
        arbitrary: fc
          .record({ start: fc.nat(24), steps: damages })
          .map(({ start, steps }) => JSON.stringify(damaged(valid[start], steps, valid))),
      },
      { weight: 1, arbitrary: fc.constantFrom(...hostileTexts) },
      { weight: 1, arbitrary: fc.jsonValue().map((value) => JSON.stringify(value)) },
    );
    let read = 0;
    await fc.assert(
      fc.asyncProperty(texts, async (drawn) => {
        const text = drawn ?? '';
        const found = await recordOf(text);
        if (found.record) {
          read++;
          expect(archiveRecordSchema.parse(found.record)).toEqual(found.record);
        } else expect(found).toEqual(unreadable);
      }),
      { numRuns: 10_000, seed: 20_261_121 },
    );
    expect(read).toBeGreaterThan(2000);
  });

  it.each([
    ['is nested without end', `{"version":1,"blockDeviceMappings":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
    ['is cut off', '{"version":1,"imageId":"ami-'],
    ['is not of this version', '{"version":2}'],
    ['is empty', ''],
  ])('cannot be read where it %s', async (_says, text) => {
    const [valid] = fitting(archiveRecordSchema, 1);
    const deep =
      typeof valid === 'object' && text.includes('[[')
        ? `${JSON.stringify(valid).slice(0, -1)},${text.slice(1)}`
        : text;
    expect(await recordOf(deep)).toEqual(unreadable);
  });

  it.each([
    { UserId: '*' },
    { UserId: '123456789012,210987654321' },
    { Group: 'everybody' },
    { OrganizationArn: 'arn:aws:*"' },
  ])('gives nobody access by a permission that EC2 cannot have written: %j', async (permission) => {
    const [valid] = fitting(archiveRecordSchema, 1);
    expect(await recordOf(JSON.stringify({ ...Object(valid), launchPermissions: [permission] }))).toEqual(unreadable);
  });
});
