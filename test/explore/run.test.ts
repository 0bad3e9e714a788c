import { describe, expect, it } from 'vitest';
import type { ExploredWorld } from '../../explore/explored-world.ts';
import { parsePlacement, placementText } from '../../explore/placements.ts';
import { type Outcome, runWorld } from '../../explore/run.ts';
import { home, policy } from '../../explore/servers.ts';
import { tagByHand } from '../../explore/worlds/common.ts';
import { worldNamed } from '../../explore/worlds.ts';

const tagged = worldNamed('capture-by-tag');

function explored(world: ExploredWorld, ...placements: string[]): Promise<Outcome> {
  return runWorld(world, placements.map(parsePlacement));
}

describe('A run without faults', () => {
  it('finds every place where one could strike, and nothing wrong', async () => {
    const { sites, findings, recoveries } = await explored(tagged);

    const texts = sites.placements.map(placementText);
    expect(texts).toContain('create-image/ec2:CreateImage@eu-west-1#1 reply-lost');
    expect(texts).toContain('stop-instance/ec2:StopInstances@eu-west-1#1 killed-after-call');
    expect(texts).toContain('check-instance#2 clock-jumps');
    expect(texts).toContain('event:Tag Change on Resource@eu-west-1#1 lost-event');
    expect(texts).not.toContain('stop-instance/ec2:StopInstances@eu-west-1#1 stale-read');
    expect(new Set(texts).size).toBe(texts.length);
    expect(findings).toEqual([]);
    expect(recoveries).toEqual({ sdkRetry: false, retry: false, caught: [], rescue: false, next: false });
  });
});

describe('A run with a fault', () => {
  it.each([
    ['inspect-instance/ec2:DescribeInstances@eu-west-1#1 throttled', { sdkRetry: true, retry: false, next: false }],
    ['inspect-instance/ec2:DescribeInstances@eu-west-1#1 throttled*2', { retry: true, next: false }],
    ['create-image#1 killed-before', { retry: true, caught: [], rescue: false, next: false }],
    ['create-image#1 response-too-large', { caught: ['capture-images CreateImage'], rescue: false, next: true }],
    ['create-image#1 function-throttled', { retry: true, caught: [], rescue: false, next: false }],
    ['create-image#1 function-throttled*all', { caught: ['capture-images CreateImage'], next: true }],
    ['capture-images#1 items-unreadable', { caught: ['capture-images CaptureInstances'], next: true }],
    ['capture-images#1 results-unwritable', { caught: ['capture-images CaptureInstances'], next: false }],
    ['create-image#1 runs-aborted', { rescue: true, next: true }],
    ['create-image#1 execution-lost', { rescue: true, next: true }],
    ['start-instance/ec2:StartInstances@eu-west-1#1 capacity-gone*all', { rescue: true }],
    ['find-stranded#1 killed-before*all + create-image#1 execution-lost', { rescue: true, next: true }],
  ])('says what brought it through: %s', async (placement, recoveries) => {
    const faults = placement.split(' + ');
    const outcome = await explored(tagged, ...faults);

    expect(outcome.findings).toEqual([]);
    expect(outcome.struck).toBe(faults.length);
    expect(outcome.recoveries).toMatchObject(recoveries);
  });

  it('says so of its first day, too, days later', async () => {
    const { struck, recoveries } = await explored(worldNamed('retire'), 'retire-images#1 items-unreadable');

    expect({ struck, caught: recoveries.caught }).toEqual({ struck: 1, caught: ['retire-images ShareImages'] });
  });

  it('is told of where the images of one Region wait for what another one does not say', async () => {
    const fault = 'plan-retirement/ec2:DescribeImages@eu-west-1#1 access-denied*all';
    const { struck, findings } = await explored(worldNamed('retire-copies'), fault);

    expect({ struck, findings }).toEqual({ struck: 1, findings: [] });
  });

  it('is told of where only a report fails at EC2, which makes an image late by a day', async () => {
    const fault = 'retire-image/ec2:CreateImageUsageReport@eu-west-1#1 usage-report-fails';
    const { findings, struck, recoveries } = await explored(worldNamed('retire'), fault);
    expect({ findings, struck, late: recoveries.next }).toEqual({ findings: [], struck: 1, late: true });
  });

  it('repeats itself to the letter', async () => {
    const pair = ['start-instance#1 killed-after', 'check-image/ec2:DescribeImages@eu-west-1#1 timed-out*2'];
    expect(await explored(tagged, ...pair)).toEqual(await explored(tagged, ...pair));
  });
});

describe('What must never be is found', () => {
  it('when an instance stays behind, because nobody looks after it', async () => {
    const { rescuesUntil: _, schedulesUntil: __, ...beginning } = tagged.beginning;

    const { findings } = await explored({ ...tagged, beginning }, 'create-image#1 execution-lost');

    expect(findings.map(({ invariant, what }) => `${invariant} ${what}`)).toEqual([
      expect.stringMatching(/^1 i-\w+ has stood still for \d\d minutes without anybody at work on it\.$/),
      expect.stringMatching(/^1 i-\w+ is left standing\.$/),
      expect.stringMatching(/^1 i-\w+ is left with its lease\.$/),
    ]);
    expect(findings[0]?.history).toHaveLength(20);
  });

  it('when nobody is told of what is lacking, though a message says how well it went', async () => {
    const lacking = (_: unknown, sinceMs: number) => (sinceMs === beganMs ? ['The moon has no image.'] : []);
    const beganMs = Date.parse('2026-11-21T11:00:00Z');

    const { findings } = await explored({ ...tagged, lacking });

    expect(findings).toMatchObject([{ invariant: 14, what: 'Nobody was told: The moon has no image.' }]);
  });

  it('when a slot that is begun again stays as empty as it was', async () => {
    const again: ExploredWorld['again'] = async (story, wasLacking) => [
      ...(await tagged.again(story, wasLacking)),
      'It is still empty.',
    ];

    const { findings } = await explored({ ...tagged, again });

    expect(findings).toMatchObject([{ invariant: 14, what: 'Begun again: It is still empty.' }]);
  });

  it('when nobody is told of what is lacking, and when the next attempt lacks it, too', async () => {
    const lacking = () => ['The moon has no image.'];

    const { findings } = await explored({ ...tagged, lacking, begin: () => {} });

    expect(findings).toMatchObject([
      { invariant: 14, what: 'Nobody was told: The moon has no image.' },
      { invariant: 14, what: 'After the faults: The moon has no image.' },
    ]);
  });

  it('when the next attempt leaves a lease that was not there', async () => {
    const again: ExploredWorld['again'] = async (story, wasLacking) => {
      const broken = await tagged.again(story, wasLacking);
      const [server] = story.account.region(home).instances.keys();
      // Of no launch that anybody knows, so that the rescue lets it be.
      if (server) tagByHand(story, server, { 'ami-lifecycle:stopped-by': 'nobody' });
      return broken;
    };

    const { findings } = await explored({ ...tagged, again });

    expect(findings.map(({ invariant, what }) => `${invariant} ${what}`)).toEqual([
      expect.stringMatching(/^1 i-\w+ is left with its lease\.$/),
    ]);
  });

  it('when nobody is told of what is lacking, though only hours passed, where an execution failed meanwhile', async () => {
    const retire = worldNamed('retire');
    const beganMs = Date.parse(retire.beginning.at ?? '');
    const lacking = (_: unknown, sinceMs: number) => (sinceMs === beganMs ? ['The moon has no image.'] : []);
    const begin: ExploredWorld['begin'] = ({ stack }) => {
      const archive = { bucket: 'vault', prefix: '', storageClass: 'STANDARD' };
      stack.engine.stopExecution(stack.archive({ imageId: 'ami-0123456789abcdef0', archive }));
    };
    const hoursPass = 'plan-retirement#1 clock-jumps';

    const failing = await explored({ ...retire, lacking, begin }, hoursPass);
    const late = await explored({ ...retire, lacking }, hoursPass);

    expect(failing.findings).toMatchObject([{ invariant: 14, what: 'Nobody was told: The moon has no image.' }]);
    expect(late.findings).toEqual([]);
  });

  it('when what was never completed is not taken away', async () => {
    const beginning = { ...tagged.beginning, policies: [policy('gold')] };

    const { findings } = await explored({ ...tagged, beginning }, 'create-image#1 out-of-memory');

    expect(findings.map(({ invariant, what }) => `${invariant} ${what}`)).toEqual([
      expect.stringMatching(/^8 Nothing takes away ami-\w+\.$/),
    ]);
  });
});
