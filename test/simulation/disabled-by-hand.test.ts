import { describe, expect, it } from 'vitest';
import { server } from '../../explore/servers.ts';
import { hang, impatient, nightsUntil, retireDaily, rungs } from './retiring.ts';
import { given, type Story } from './story.ts';

const noon = '2026-11-21T12:00:00Z';
const web = server('web');

function disable({ account }: Story, imageId: string): void {
  account.call('ec2', 'DisableImage', { ImageId: imageId });
}

function enable({ account }: Story, imageId: string): void {
  account.call('ec2', 'EnableImage', { ImageId: imageId });
}

describe('An image that a person disabled', () => {
  it('goes after its grace, and the next one serves', async () => {
    const story = await given({ at: noon, policies: [impatient()], servers: [web] });
    const [, , newest = ''] = hang(story, web, nightsUntil('2026-11-21', 3));
    disable(story, newest);

    await retireDaily(story, 3);

    expect(rungs(story)).toEqual({ '1119': 'available', '1120': 'available' });
  });

  it('stays disabled where it is all that is left', async () => {
    const story = await given({ at: noon, policies: [impatient()], servers: [web] });
    const images = hang(story, web, nightsUntil('2026-11-21', 2));
    for (const each of images) disable(story, each);

    const runs = await retireDaily(story, 5);

    expect(runs.map(({ status }) => status)).toEqual(new Array(5).fill('SUCCEEDED'));
    expect(rungs(story)).toEqual({ '1121': 'disabled' });
  });

  it('stays so, too, where a run had noted that it was disabled before it was the last', async () => {
    const story = await given({ at: noon, policies: [impatient()], servers: [web] });
    const [older = '', newer = ''] = hang(story, web, nightsUntil('2026-11-21', 2));
    disable(story, newer);
    await retireDaily(story, 1);
    disable(story, older);

    await retireDaily(story, 5);

    expect(rungs(story)).toEqual({ '1121': 'disabled' });
    enable(story, newer);
    await retireDaily(story, 3);
    expect(rungs(story)).toEqual({ '1121': 'available' });
  });

  it('has its grace from our step where it was enabled in between and no run saw that', async () => {
    const story = await given({ at: noon, policies: [impatient({}, { graceDays: 2 })], servers: [web] });
    const [oldest = ''] = hang(story, web, nightsUntil('2026-11-21', 3));
    await retireDaily(story, 4);
    expect(rungs(story)['1119']).toBe('disabled');
    enable(story, oldest);
    await story.until('2026-11-24T18:00:00Z');
    disable(story, oldest);

    await story.until('2026-11-25T12:00:00Z');
    await retireDaily(story, 1);

    expect(rungs(story)).toEqual({ '1120': 'available', '1121': 'available' });
  });

  it('has a grace of its own where a run has seen it enabled', async () => {
    const story = await given({ at: noon, policies: [impatient({}, { graceDays: 2 })], servers: [web] });
    const [oldest = ''] = hang(story, web, nightsUntil('2026-11-21', 3));
    await retireDaily(story, 4);
    enable(story, oldest);
    await story.until('2026-11-25T12:00:00Z');
    await retireDaily(story, 1);
    disable(story, oldest);

    await story.until('2026-11-26T12:00:00Z');
    await retireDaily(story, 2);

    expect(rungs(story)['1119']).toBe('disabled');
  });
});
