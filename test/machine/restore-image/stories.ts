import { expect, it } from 'vitest';
import { callsIn, lastSecondOf, orderOf } from '../report.ts';
import { fails } from '../tasks.ts';
import { home, imageId, instantOf, startedAt } from '../world.ts';
import { bucket, key, run } from './run.ts';

const hourSeconds = 3600;
const failed = {
  status: 'failed',
  snapshotsStarted: false,
  disturbed: null,
  reason: 'Client.InternalError',
  waitSeconds: 15,
} as const;

/** An archive on its way to an image. */
export function restores(): void {
  it('becomes an image under its old name, which gets back what the object could not carry', async () => {
    const done = await run();
    expect(orderOf(done)).toEqual(['WakeArchive', 'RestoreImage', 'CheckImage', 'ApplyArchiveRecord']);
    expect(callsIn('WakeArchive', done).map(({ payload }) => payload)).toMatchObject([
      { region: home, bucket, key, name: null, since: startedAt, now: startedAt },
    ]);
    const [restored] = callsIn('RestoreImage', done);
    expect(restored?.payload).toMatchObject({ region: home, bucket, key, name: null, startedAt });
    expect(callsIn('CheckImage', done)[0]?.payload).toMatchObject({
      imageId,
      awaits: null,
      since: instantOf(restored),
    });
    expect(callsIn('ApplyArchiveRecord', done)[0]?.payload).toMatchObject({ region: home, imageId, bucket, key });
    expect(done).toMatchObject({ status: 'SUCCEEDED', output: { imageId, notRestored: [] } });
  });

  it('is restored under another name and in another Region where that is asked for', async () => {
    const done = await run({ input: { bucket, key, region: 'us-east-1', name: 'again' } });
    for (const { payload } of done.calls) expect(payload).toMatchObject({ region: 'us-east-1' });
    expect(callsIn('WakeArchive', done)[0]?.payload).toMatchObject({ name: 'again' });
    expect(callsIn('RestoreImage', done)[0]?.payload).toMatchObject({ name: 'again' });
    expect(done.status).toBe('SUCCEEDED');
  });

  it('is woken first where it sleeps, which takes half a day and few looks', async () => {
    const done = await run({ timing: { wakeSeconds: 12 * hourSeconds, imageSeconds: 12 * hourSeconds } });
    const looks = callsIn('WakeArchive', done);
    expect(looks.length).toBeGreaterThan(10);
    for (const { payload } of looks) expect(payload).toMatchObject({ since: startedAt });
    expect(lastSecondOf('RestoreImage', done)).toBeLessThan(12 * hourSeconds + 20 * 60);
    expect(callsIn('RestoreImage', done)).toHaveLength(1);
    expect(done.status).toBe('SUCCEEDED');
    expect(done.transitions).toBeLessThanOrEqual(400);
  });

  it('waits for hours while other restores fill the quota', async () => {
    const done = await run({
      tasks: { RestoreImage: (_, { atSeconds }) => (atSeconds < 5 * hourSeconds ? fails('QuotaExceeded') : undefined) },
    });
    const restored = callsIn('RestoreImage', done);
    for (const { payload } of restored) expect(payload).toMatchObject({ startedAt });
    expect(callsIn('CheckImage', done)[0]?.payload).toMatchObject({ since: instantOf(restored.at(-1)) });
    expect(done.status).toBe('SUCCEEDED');
  });

  it('leaves no image behind that failed, and says what EC2 said', async () => {
    const done = await run({ tasks: { CheckImage: [failed] } });
    expect(orderOf(done)).toEqual(['WakeArchive', 'RestoreImage', 'CheckImage', 'DiscardRestore']);
    expect(callsIn('DiscardRestore', done)[0]?.payload).toMatchObject({ region: home, imageId });
    expect(done).toMatchObject({ status: 'FAILED', error: 'RestoreFailed' });
    expect(done.cause).toBe(`${imageId} could not be made of s3://${bucket}/${key}: Client.InternalError`);
  });

  it('keeps an image that turns out to be available just as it is to be discarded', async () => {
    const done = await run({ tasks: { CheckImage: [failed], DiscardRestore: [{ discarded: false }] } });
    expect(orderOf(done).slice(-2)).toEqual(['DiscardRestore', 'ApplyArchiveRecord']);
    expect(done).toMatchObject({ status: 'SUCCEEDED', output: { imageId } });
  });

  it('fails where the image is not what was archived, and keeps it for people to look at', async () => {
    const done = await run({
      tasks: {
        ApplyArchiveRecord: () => fails('RestoreDiffers', "platformDetails is 'Linux/UNIX', and was 'Windows'"),
      },
    });
    expect(callsIn('ApplyArchiveRecord', done)).toHaveLength(1);
    expect(callsIn('DiscardRestore', done)).toEqual([]);
    expect(done).toMatchObject({ status: 'FAILED', error: 'RestoreDiffers' });
    expect(done.cause).toContain("and was 'Windows'");
  });

  it('is restored though its record is lost, and says what could not be put back', async () => {
    const notRestored = ['The record is not there: launch permissions are not known.'];
    const done = await run({ tasks: { ApplyArchiveRecord: [{ notRestored }] } });
    expect(done).toMatchObject({ status: 'SUCCEEDED', output: { imageId, notRestored } });
  });

  it('is refused, in words that people understand, where nobody said which archive', async () => {
    for (const [wrongInput, sentence] of [
      [{}, 'bucket: Invalid input'],
      [{ bucket, key, name: '!' }, 'name: is no legal image name'],
      [{ bucket, key, nmae: 'again' }, 'Unrecognized key: "nmae"'],
    ] as const) {
      const done = await run({ wrongInput });
      expect(done).toMatchObject({ status: 'FAILED', error: 'InputInvalid' });
      expect(JSON.parse(done.cause ?? '').errorMessage).toContain(sentence);
      expect(orderOf(done)).toEqual(['WakeArchive']);
    }
  });
}
