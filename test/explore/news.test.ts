import { describe, expect, it } from 'vitest';
import { tellsOf, watchNews } from '../../explore/news.ts';
import { server } from '../../explore/servers.ts';
import { build } from '../../explore/world.ts';
import { keeping } from '../../explore/worlds/captures.ts';

const web = 'i-0123456789abcdef0';
const capturing = { workflow: 'capture-images', policies: ['gold', 'silver'] };
const retiring = { workflow: 'retire-images', policies: ['gold'] };
const lackingImage = `${web} has no complete image of gold in eu-west-1.`;

function message(subject: string, ...lines: string[]) {
  return { topicArn: 'topic', subject, message: [subject, ...lines].join('\n'), atMs: 0, messageId: '1' };
}

/** Its summary stands in its text, and its error in its subject. */
function ending(subject: string, summary: string) {
  return { ...message(subject), message: summary };
}

describe('A message tells of a capture that is lacking', () => {
  const counted = 'gold: 1 captured, 0 skipped, 1 failed of 2';

  it.each([
    ['names it among the failures', message(counted, `${web} States.Timeout: `)],
    ['counts failures and does not say whose', message(counted, 'unknown States.Timeout: ')],
    ['counts more failures than it names', message(counted, 'i-0fedcba9876543210 States.Timeout: ', 'and 1 more')],
    ['counts what was skipped', message('gold: 0 captured, 1 skipped, 0 failed of 1')],
    ['is of several policies', message('gold silver: 0 captured, 1 skipped, 0 failed of 1')],
    ['names an error', ending('gold: PolicyInvalid', 'gold: 0 captured, 0 skipped, 0 failed of 0')],
    ['names one of Step Functions', ending('gold: States.Timeout', 'gold: 0 captured, 0 skipped, 0 failed of 0')],
  ])('where it %s', (_, told) => {
    expect(tellsOf(told, lackingImage, capturing)).toBe(true);
  });

  it.each([
    ['says that all went well', message('gold: 1 captured, 0 skipped, 0 failed of 1')],
    ['is of another policy', message('silver: 0 captured, 1 skipped, 1 failed of 2')],
    ['knows no policy', ending('no policy: States.Timeout', 'no policy: 0 captured, 0 skipped, 0 failed of 0')],
    ['names other failures', message(counted, 'i-0fedcba9876543210 States.Timeout: ')],
    ['is of a retirement', message('gold: 4 of 5 images kept, 1 failed')],
    ['says that the instance was rescued', message('Rescue: 1 instances run again, 0 do not', `${web} runs again`)],
    ['says that it was not', message('Rescue: 0 instances run again, 1 do not', `${web} StartRefused: `)],
  ])('but not where it %s', (_, told) => {
    expect(tellsOf(told, lackingImage, capturing)).toBe(false);
  });
});

describe('A message tells of a retirement that is lacking', () => {
  const stays = 'There is still eu-west-1 1118 available.';

  it.each([
    ['counts failures', message('gold: 4 of 5 images kept, 1 failed'), stays],
    ['names an error', ending('gold: EvidenceIncomplete', 'gold: no plan'), stays],
    [
      'counts reports that failed at EC2',
      message(
        'gold: 4 of 5 images kept, 0 failed',
        'Reports on who else uses an image: 1 failed at EC2. It is asked again.',
      ),
      stays,
    ],
    [
      'names what stays',
      message('gold: 4 of 5 images kept, 0 failed', 'its snapshot snap-0123456789abcdef0 stays'),
      'Nothing notes that snap-0123456789abcdef0 is without an image.',
    ],
  ])('where it %s', (_, told, sentence) => {
    expect(tellsOf(told, sentence, retiring)).toBe(true);
  });

  it.each([
    ['says that all went well', message('gold: 4 of 5 images kept, 1 deregistered, 0 failed')],
    ['is of a capture', message('gold: 0 captured, 1 skipped, 1 failed of 2')],
  ])('but not where it %s', (_, told) => {
    expect(tellsOf(told, stays, retiring)).toBe(false);
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
