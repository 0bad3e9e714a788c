import { describe, expect, it } from 'vitest';
import { policy, server } from '../../explore/servers.ts';
import { given } from './story.ts';

const nothing = { policies: [policy('gold'), policy('silver', { capture: { consistency: 'crash' } })] };

describe('Two policies that capture one instance at the same minute', () => {
  it.each([
    ['is stopped by its owner', server('queue', { state: 'stopped', under: 'gold silver' })],
    ['cannot be stopped', server('guarded', { extras: { stopProtected: true }, under: 'silver gold' })],
    ['is stopped for one of them', server('web', { under: 'gold silver' })],
  ])('both have their image of one that %s, at the first attempt', async (_, of) => {
    const story = await given({ ...nothing, servers: [of] });

    story.begin('gold');
    story.begin('silver');
    await story.rest();

    expect(story.runs.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(story.images().map(({ tags }) => tags['ami-lifecycle:state'])).toEqual(['complete', 'complete']);
    expect(story.accepted('CreateImage', of)).toHaveLength(2);
  });
});
