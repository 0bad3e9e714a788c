import { describe, expect, it } from 'vitest';
import { areTold, type Concern, type FailedRun, watchNews } from '../../explore/news.ts';
import { server } from '../../explore/servers.ts';
import { build } from '../../explore/world.ts';
import { keeping } from '../../explore/worlds/captures.ts';

const web = 'i-0123456789abcdef0';
const capturing = { workflow: 'capture-images', policies: ['gold', 'silver'] };
const retiring = { workflow: 'retire-images', policies: ['gold'] };
const other = 'i-0fedcba9876543210';
const lackingImage = `${web} has no complete image of gold in eu-west-1.`;

function message(subject: string, ...lines: string[]) {
  return { topicArn: 'topic', subject, message: [subject, ...lines].join('\n'), atMs: 0, messageId: '1' };
}

/** Its summary stands in its text, with the cause, and its error in its subject. */
function ending(subject: string, summary: string, ...lines: string[]) {
  return { ...message(subject), message: [summary, ...lines].join('\n') };
}

function tells(concern: Concern, told: ReturnType<typeof message>, ...lacking: string[]): boolean {
  return areTold(lacking, { failedRuns: [], messages: [told] }, concern);
}

describe('A message tells of a capture that is lacking', () => {
  const counted = 'gold: 1 captured, 0 skipped, 1 failed of 2';

  it.each([
    ['names it among the failures', message(counted, `${web} States.Timeout: `)],
    ['counts failures and does not say whose', message(counted, 'unknown States.Timeout: ')],
    ['counts more failures than it names', message(counted, `${other} States.Timeout: `, 'and 1 more')],
    ['counts what was skipped', message('gold: 0 captured, 1 skipped, 0 failed of 1')],
    ['is of several policies', message('gold silver: 0 captured, 1 skipped, 0 failed of 1')],
    ['names an error', ending('gold: PolicyInvalid', 'gold: 0 captured, 0 skipped, 0 failed of 0')],
    ['names one of Step Functions', ending('gold: States.Timeout', 'gold: 0 captured, 0 skipped, 0 failed of 0')],
  ])('where it %s', (_, told) => {
    expect(tells(capturing, told, lackingImage)).toBe(true);
  });

  it.each([
    ['says that all went well', message('gold: 1 captured, 0 skipped, 0 failed of 1')],
    ['is of another policy', message('silver: 0 captured, 1 skipped, 1 failed of 2')],
    ['knows no policy', ending('no policy: States.Timeout', 'no policy: 0 captured, 0 skipped, 0 failed of 0')],
    ['names other failures', message(counted, `${other} States.Timeout: `)],
    ['is of a retirement', message('gold: 4 of 5 images kept, 1 failed')],
    ['says that the instance was rescued', message('Rescue: 1 instances run again, 0 do not', `${web} runs again`)],
    ['says that it was not', message('Rescue: 0 instances run again, 1 do not', `${web} StartRefused: `)],
  ])('but not where it %s', (_, told) => {
    expect(tells(capturing, told, lackingImage)).toBe(false);
  });

  it('by a number alone only where as many are counted as are lacking and not named', () => {
    const lackingOther = lackingImage.replace(web, other);
    const inParis = lackingImage.replace('eu-west-1', 'eu-west-3');
    const one = message('gold: 0 captured, 1 skipped, 0 failed of 2');

    expect(tells(capturing, one, lackingImage, inParis)).toBe(true);
    expect(tells(capturing, one, lackingImage, lackingOther)).toBe(false);
    expect(tells(capturing, message('gold: 0 captured, 2 skipped, 0 failed of 2'), lackingImage, lackingOther)).toBe(
      true,
    );
    const both = message('gold: 0 captured, 1 skipped, 1 failed of 2', `${other} States.Timeout: `);
    expect(tells(capturing, both, lackingImage, lackingOther)).toBe(true);
  });
});

describe('A message tells of a retirement that is lacking', () => {
  const image = 'ami-0123456789abcdef0';
  const counted = 'gold: 4 of 5 images kept, 1 failed';
  const stays = `There is still eu-west-1 1118 available: ${image}.`;
  const unnoted = 'Nothing notes that snap-0123456789abcdef0 is without an image.';
  const failed = (subject: string) => `RetirementFailed: 1 failed, the first: ${subject} ShareRefused: it is encrypted`;
  const reports = (count: number) =>
    message(
      'gold: 4 of 5 images kept, 0 failed',
      `Reports on who else uses an image: ${count} failed at EC2. It is asked again.`,
    );

  it.each([
    ['names it among the failures', message(counted, `${image} in eu-west-1 AccessDenied: no`), stays],
    ['counts a failure and does not say whose', message(counted, 'an unknown image States.Timeout: '), stays],
    [
      'has no room to name it',
      message(counted, 'ami-0aaaaaaaaaaaaaaaa in eu-west-1 AccessDenied: no', 'and 3 more'),
      stays,
    ],
    [
      'names it where the run failed',
      ending('gold: RetirementFailed', counted, failed(`${image} in eu-west-1`)),
      stays,
    ],
    ['names an error of the whole run', ending('gold: PolicyInvalid', 'gold: no plan', 'PolicyInvalid: no'), stays],
    [
      'says that nothing was done in its Region',
      ending('gold: EvidenceIncomplete', counted, 'EvidenceIncomplete: Nothing was retired in eu-west-1: not known'),
      stays,
    ],
    [
      'says that nothing was done in another Region, and that all others wait for it',
      ending(
        'gold: EvidenceIncomplete',
        counted,
        'EvidenceIncomplete: Nothing was retired in eu-west-3: not known; what could be taken elsewhere waits for that, too.',
      ),
      stays,
    ],
    [
      'names it, beside another Region in which nothing was done',
      ending(
        'gold: EvidenceIncomplete',
        counted,
        `EvidenceIncomplete: Nothing was retired in eu-west-3: not known\n${image} in eu-west-1 AccessDenied: no`,
      ),
      stays,
    ],
    ['counts reports that failed at EC2', reports(1), stays],
    [
      'names what stays',
      message('gold: 4 of 5 images kept, 0 failed', 'its snapshot snap-0123456789abcdef0 stays'),
      unnoted,
    ],
    [
      'names the Region of snapshots without an image',
      message(counted, 'snapshots without an image in eu-west-1 AccessDenied: no'),
      unnoted,
    ],
  ])('where it %s', (_, told, sentence) => {
    expect(tells(retiring, told, sentence)).toBe(true);
  });

  it.each([
    ['says that all went well', message('gold: 4 of 5 images kept, 1 deregistered, 0 failed')],
    ['is of a capture', message('gold: 0 captured, 1 skipped, 1 failed of 2')],
    ['names another image', message(counted, 'ami-0aaaaaaaaaaaaaaaa in eu-west-3 ShareRefused: it is encrypted')],
    [
      'names another image where the run failed',
      ending('gold: RetirementFailed', counted, failed('ami-0aaaaaaaaaaaaaaaa in eu-west-3')),
    ],
    [
      'says that nothing was done in another Region',
      ending('gold: EvidenceIncomplete', counted, 'EvidenceIncomplete: Nothing was retired in eu-west-3: not known'),
    ],
  ])('but not where it %s', (_, told) => {
    expect(tells(retiring, told, stays)).toBe(false);
  });

  it('by the number of reports that failed only where as many stay', () => {
    const staysToo = stays.replace(image, 'ami-0aaaaaaaaaaaaaaaa');

    expect(tells(retiring, reports(1), stays, staysToo)).toBe(false);
    expect(tells(retiring, reports(2), stays, staysToo)).toBe(true);
  });

  it('and so does the alarm on its run, which knows the first of those that failed', () => {
    const run = (subject: string): FailedRun => {
      const cause = `2 failed, the first: ${subject} ShareRefused: it is encrypted`;
      return { workflow: 'retire-images', policy: 'gold', error: 'RetirementFailed', cause };
    };
    const rings = (subject: string) => areTold([stays], { failedRuns: [run(subject)], messages: [] }, retiring);

    expect(rings(`${image} in eu-west-1`)).toBe(true);
    expect(rings('an unknown image')).toBe(true);
    expect(rings('ami-0aaaaaaaaaaaaaaaa in eu-west-3')).toBe(false);
  });
});

describe('The alarm on a run that failed tells of what is lacking', () => {
  async function afterFailedCapture() {
    const policies = [keeping('gold'), keeping('silver')];
    const faults = [{ fault: 'access-denied', function: 'select-instances' }] as const;
    const story = await build({ policies, servers: [server('web')], faults });
    const news = [capturing, retiring].map((concern) => watchNews(story, concern));
    await story.capture('gold');
    return { news, rings: (sentence: string) => news.map((each) => each.isTold([sentence])) };
  }

  it('in its own workflow, under its own policy, and of nothing else', async () => {
    const { news, rings } = await afterFailedCapture();
    expect(news.map((each) => each.hasFailure())).toEqual([true, true]);
    expect(rings(lackingImage)).toEqual([true, false]);
    expect(rings(lackingImage.replace('gold', 'silver'))).toEqual([false, false]);
    expect(news[0]?.isTold([lackingImage, lackingImage.replace('gold', 'silver')])).toBe(false);
  });
});
