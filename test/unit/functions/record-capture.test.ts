import { describe, expect, it } from 'vitest';
import { contract, makeRecordCapture } from '../../../functions/record-capture/task.ts';
import { after, anImage, executionId, imageId, instanceId, slot } from '../domain/examples.ts';
import { fakeImages, fakeMeter, regions, within } from './fakes.ts';

const input = {
  executionId,
  instanceId,
  policyName: 'gold',
  slot,
  imageId,
  disturbed: false,
  deliveries: [],
  stopRequestedAt: after(0),
  runningAt: after(150),
  imageRequestedAt: after(60),
  availableAt: after(660),
  now: after(1000),
};
const fine = { error: null, cause: null };
const copied = { region: 'eu-west-2', imageId: 'ami-00000002', ...fine };
const sharedAtHome = { region: 'eu-west-1', imageId, ...fine };
const complete = '{"ami-lifecycle:state":"complete"}';

function recording() {
  const home = fakeImages();
  const away = fakeImages();
  const meter = fakeMeter();
  const imagesIn = regions({ 'eu-west-1': home, 'eu-west-2': away, 'us-east-1': away });
  return { home, away, meter, record: within(contract, makeRecordCapture({ region: 'eu-west-1', imagesIn, meter })) };
}

describe('a capture that went well', () => {
  it('is complete, and says how long the instance was down and how long the image took', async () => {
    const { home, meter, record } = recording();
    expect(await record(input)).toEqual({ downtimeSeconds: 150, availableSeconds: 600, failure: null });
    expect(home.calls).toEqual([`tag ${imageId} ${complete}`]);
    expect(meter.measured).toEqual(['Captured=1 gold', 'Downtime=150 gold', 'TimeToAvailable=600 gold']);
  });

  it.each([
    ['that we did not stop', { stopRequestedAt: null, runningAt: null }],
    ['that is gone since', { runningAt: null }],
  ])('has no downtime for an instance %s', async (_says, times) => {
    const { meter, record } = recording();
    expect(await record({ ...input, ...times })).toMatchObject({ downtimeSeconds: null });
    expect(meter.measured).toEqual(['Captured=1 gold', 'TimeToAvailable=600 gold']);
  });

  it('completes its copies too, and says how far they lag behind', async () => {
    const { home, away, meter, record } = recording();
    await record({ ...input, deliveries: [sharedAtHome, copied] });
    expect(home.calls).toEqual([`tag ${imageId} ${complete}`]);
    expect(away.calls).toEqual([`tag ami-00000002 ${complete}`]);
    expect(meter.measured).toContain('CopyLag=340 gold');
  });

  it('is counted last: what fails before is tried again, and would be counted again', async () => {
    const { home, away, meter, record } = recording();
    away.writeTags = async () => {
      throw new Error('Throttled.');
    };
    await expect(record({ ...input, deliveries: [copied] })).rejects.toThrow('Throttled');
    expect([home.calls.length, meter.measured]).toEqual([1, []]);
  });

  it('has no copy that lags behind where it was only shared', async () => {
    const { meter, record } = recording();
    await record({ ...input, deliveries: [sharedAtHome] });
    expect(meter.measured.join()).not.toContain('CopyLag');
  });
});

describe('a capture whose copy failed', () => {
  const failed = { region: 'us-east-1', imageId: 'ami-00000003', error: 'ImageFailed', cause: 'its key is gone' };

  it('says which and why, completes what is good, and is no capture that is counted', async () => {
    const { home, away, meter, record } = recording();
    const answer = await record({ ...input, deliveries: [failed, copied] });
    expect(answer.failure).toEqual({ Error: 'ImageFailed', Cause: 'In us-east-1: its key is gone' });
    expect(home.calls).toEqual([`tag ${imageId} ${complete}`]);
    expect(away.calls).toEqual([`tag ami-00000002 ${complete}`]);
    expect(meter.measured.join()).not.toContain('Captured');
  });

  it('says so even where there is neither a copy nor a cause', async () => {
    const { away, record } = recording();
    const answer = await record({ ...input, deliveries: [{ ...failed, imageId: null, cause: null }] });
    expect(answer.failure).toEqual({ Error: 'ImageFailed', Cause: 'In us-east-1: no cause given' });
    expect(away.calls).toEqual([]);
  });
});

describe('a capture in which somebody started the instance too early', () => {
  const crash = '"ami-lifecycle:consistency":"crash"';

  it('is complete as what it is: snapshots first, copies too', async () => {
    const home = fakeImages(anImage());
    const away = fakeImages(anImage({ imageId: 'ami-00000002', snapshotIds: ['snap-00000003'] }));
    const imagesIn = regions({ 'eu-west-1': home, 'eu-west-2': away });
    const record = within(contract, makeRecordCapture({ region: 'eu-west-1', imagesIn, meter: fakeMeter() }));
    await record({ ...input, disturbed: true, deliveries: [copied] });
    expect(home.calls).toEqual([
      `tag snap-00000001 {${crash}}`,
      `tag snap-00000002 {${crash}}`,
      `tag ${imageId} {${crash},"ami-lifecycle:state":"complete"}`,
    ]);
    expect(away.calls).toEqual([
      `tag snap-00000003 {${crash}}`,
      `tag ami-00000002 {${crash},"ami-lifecycle:state":"complete"}`,
    ]);
  });

  it('is complete also where EC2 does not show the image any more', async () => {
    const { home, record } = recording();
    await record({ ...input, disturbed: true });
    expect(home.calls).toEqual([`tag ${imageId} {${crash},"ami-lifecycle:state":"complete"}`]);
  });
});
