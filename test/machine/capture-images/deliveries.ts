import { expect, it } from 'vitest';
import { callsIn, lastSecondOf } from '../report.ts';
import { breaks, fails, type Input } from '../tasks.ts';
import { gold, home, imageId, instantOf } from '../world.ts';
import { copyIn, failedImage } from './answers.ts';
import { capture, run } from './run.ts';

const frankfurt = 'eu-central-1';
const virginia = 'us-east-1';
const copies = [{ region: frankfurt, kmsKeyId: 'alias/ami' }, { region: virginia }];
const share = { accounts: ['123456789012'] };

/** Copies in other Regions, and who may use the images. */
export function deliveries(): void {
  it('copies to two Regions at the same time', async () => {
    const done = await capture({ policy: gold({ copies }) });
    expect(callsIn('CopyImage', done).map(({ atSeconds, payload }) => [atSeconds, payload])).toMatchObject([
      [lastSecondOf('CheckImage', done), { imageId, attempt: 1, target: { region: frankfurt, kmsKeyId: 'alias/ami' } }],
      [lastSecondOf('CheckImage', done), { imageId, attempt: 1, target: { region: virginia, kmsKeyId: null } }],
    ]);
    const [copied] = callsIn('CopyImage', done);
    expect(callsIn('CheckImage', done)[0]?.payload).toMatchObject({ region: home, imageId });
    for (const [index, region] of [frankfurt, virginia].entries()) {
      expect(callsIn('CheckImageCopied', done)[index]?.payload).toMatchObject({
        region,
        imageId: copyIn(region),
        awaits: null,
        since: instantOf(copied),
      });
    }
    expect(callsIn('ShareImage', done)).toEqual([]);
    expect(callsIn('RecordCapture', done)[0]?.payload).toMatchObject({
      deliveries: [frankfurt, virginia].map((region) => ({
        region,
        imageId: copyIn(region),
        error: null,
        cause: null,
      })),
    });
    expect(done.status).toBe('SUCCEEDED');
  });

  it('delivers to one Region though the key of the other fails twice, and fails in the end', async () => {
    const { captures, error } = await run({
      policy: gold({ copies }),
      tasks: { CheckImageCopied: ({ region }) => (region === frankfurt ? failedImage('InvalidKmsKey') : undefined) },
    });
    const [done] = captures;
    if (!done) throw new Error('nothing was captured');
    const attemptsIn = (region: string) =>
      callsIn('CopyImage', done).filter(({ payload }) => JSON.stringify(payload).includes(`"region":"${region}"`))
        .length;
    expect([attemptsIn(frankfurt), attemptsIn(virginia)]).toEqual([2, 1]);
    expect(callsIn('DiscardImageCopied', done).map(({ payload }) => payload)).toMatchObject([
      { region: frankfurt, imageId: copyIn(frankfurt), attempt: 1, reason: 'InvalidKmsKey' },
      { region: frankfurt, imageId: copyIn(frankfurt), attempt: 2, reason: 'InvalidKmsKey' },
    ]);
    expect(callsIn('RecordCapture', done)[0]?.payload).toMatchObject({
      deliveries: [
        { region: frankfurt, error: 'ImageFailed', cause: expect.stringContaining('InvalidKmsKey') },
        { region: virginia, imageId: copyIn(virginia), error: null, cause: null },
      ],
    });
    expect(done).toMatchObject({ status: 'FAILED', error: 'ImageFailed' });
    expect(error).toBe('CapturesFailed');
  });

  it('keeps a copy that turns out to be available just as it is to be discarded', async () => {
    const done = await capture({
      policy: gold({ copies: [{ region: virginia }] }),
      tasks: {
        CheckImageCopied: [failedImage('too late')],
        DiscardImageCopied: [{ discarded: false, nextAttempt: 1 }],
      },
    });
    expect(callsIn('CopyImage', done)).toHaveLength(1);
    expect(done.status).toBe('SUCCEEDED');
  });

  it('shares at home at once, and every copy as soon as it is available', async () => {
    const done = await capture({ policy: gold({ copies, share }) });
    const shared = callsIn('ShareImage', done);
    expect(shared.map(({ payload }) => payload)).toMatchObject([
      { region: home, imageId, policyName: 'gold' },
      { region: frankfurt, imageId: copyIn(frankfurt) },
      { region: virginia, imageId: copyIn(virginia) },
    ]);
    expect(shared.map(({ atSeconds }) => atSeconds)).toEqual([
      lastSecondOf('CheckImage', done),
      lastSecondOf('CheckImageCopied', done),
      lastSecondOf('CheckImageCopied', done),
    ]);
    expect(done.status).toBe('SUCCEEDED');
  });

  it('keeps the copies though nobody may use them, and fails for the share', async () => {
    const done = await capture({
      policy: gold({ copies, share }),
      tasks: {
        ShareImage: ({ region }: Input<'ShareImage'>) => (region === virginia ? fails('ShareRefused') : undefined),
      },
    });
    expect(callsIn('ShareImage', done)).toHaveLength(3);
    expect(callsIn('RecordCapture', done)[0]?.payload).toMatchObject({
      deliveries: [
        { region: home, error: null },
        { region: frankfurt, error: null },
        { region: virginia, imageId: copyIn(virginia), error: 'ShareRefused' },
      ],
    });
    expect(done).toMatchObject({ status: 'FAILED', error: 'ShareRefused' });
  });

  it('waits for hours while other copies fill the quota', async () => {
    const done = await capture({
      policy: gold({ copies }),
      tasks: { CopyImage: (_, { atSeconds }) => (atSeconds < 2 * 3600 ? fails('QuotaExceeded') : undefined) },
    });
    expect(done.status).toBe('SUCCEEDED');
  });

  it('fails, and says so, when the steps before it speak another language than the machine', async () => {
    const done = await capture({
      tasks: {
        InspectInstance: [
          breaks({
            action: 'capture',
            reason: 'policy',
            consistency: 'crash',
            volumeIds: [],
            targets: [{ region: virginia, copy: 'yes' }],
          }),
        ],
      },
    });
    expect(done.states.slice(-4)).toEqual(['BeginTarget', 'NeedsCopy', 'AfterFailure', 'CaptureFailed']);
    expect(done).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(callsIn('StartInstance', done)).toEqual([]);
  });

  it('hands over what was delivered even if every Region answers with the longest cause that AWS carries', async () => {
    const cause = 'x'.repeat(32_768);
    const regions = Array.from({ length: 20 }, (_, index) => ({
      region: `${index < 10 ? 'eu' : 'us'}-west-${index % 10}`,
    })).filter(({ region }) => region !== home);
    const done = await capture({
      policy: gold({ copies: regions }),
      tasks: { CopyImage: () => ({ mishap: 'fails', error: 'AccessDenied', cause }) },
    });
    expect(callsIn('RecordCapture', done)).toHaveLength(1);
    expect(done).toMatchObject({ status: 'FAILED', error: 'AccessDenied' });
  });
}
