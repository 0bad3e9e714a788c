import { describe, expect, it } from 'vitest';
import { database, home, server } from '../../explore/servers.ts';
import { tagsOf } from '../../explore/witness.ts';
import { tagKeys } from '../../shared/domain/tags.ts';
import {
  betweenPlanAndAct,
  changes,
  daysLater,
  hang,
  impatient,
  lineOf,
  nightsUntil,
  only,
  type Retirement,
  retire,
  retireDaily,
  rungs,
  sharedWith,
  tag,
} from './retiring.ts';
import { type Beginning, given, type Story } from './story.ts';

const noon = '2026-11-21T12:00:00Z';
const web = server('web');
const partner = '123456789012';

const leftIn = ({ plan }: Retirement): string[] | undefined =>
  plan?.leftoverSnapshots.map(({ snapshotId }) => snapshotId);

/** Four nights of which two are wanted: those of the 18th and 19th are to go. */
async function fourNights(
  more: Partial<Beginning> = {},
): Promise<{ story: Story; ids: [string, string, string, string] }> {
  const story = await given({ at: noon, policies: [impatient()], servers: [web], ...more });
  const [first = '', second = '', third = '', fourth = ''] = hang(story, web, nightsUntil('2026-11-21', 4));
  return { story, ids: [first, second, third, fourth] };
}

describe('An image that no rule keeps', () => {
  it('is deprecated, disabled and deregistered, a grace apart, and its snapshots go with it', async () => {
    const db = database();
    const story = await given({ at: noon, policies: [impatient()], servers: [db] });
    hang(story, db, nightsUntil('2026-11-21', 3));
    const standing = { '1120': 'available', '1121': 'available' };

    for (const rung of ['deprecated', 'disabled']) {
      await retire(story);
      await retire(story);
      expect(rungs(story)).toEqual({ '1119': rung, ...standing });
      await daysLater(story, 1);
    }
    await retire(story);

    expect(rungs(story)).toEqual(standing);
    expect(story.account.region(home).snapshots.size).toBe(6);
    expect(changes(story)).toEqual([
      'EnableImageDeprecation',
      'CreateTags',
      'DisableImage',
      'CreateTags',
      'DeregisterImage',
    ]);
  });

  it('goes without ado by the steps that the policy names alone', async () => {
    const { story } = await fourNights({ policies: [impatient({}, { steps: ['deregister'], graceDays: 0 })] });

    await retire(story);

    expect(rungs(story)).toEqual({ '1120': 'available', '1121': 'available' });
  });

  it('stays on its rung while runs are missed, and goes on when they come back', async () => {
    const { story } = await fourNights();
    await retire(story);
    await daysLater(story, 30);
    await retire(story);
    expect(rungs(story)).toMatchObject({ '1118': 'disabled', '1119': 'disabled' });
  });
});

describe('Between the plan and the act', () => {
  it('a hold is put on: the image is spared, and people hear why', async () => {
    const { story, ids } = await fourNights();
    betweenPlanAndAct(story, () => {
      tag(story, ids[0], { [tagKeys.hold]: 'evidence of an audit' });
    });

    const { status, told } = await retire(story);

    expect(status).toBe('SUCCEEDED');
    expect(rungs(story)).toMatchObject({ '1118': 'available', '1119': 'deprecated' });
    expect(told).toContain(`${ids[0]} in ${home} spared: held: evidence of an audit`);
  });

  it.each([0, 1, 2])(
    'an instance is launched from the image after %i steps: it is not taken from under it',
    async (steps) => {
      const { story, ids } = await fourNights();
      await retireDaily(story, steps);
      await daysLater(story, steps > 0 ? 1 : 0);
      let launched = '';
      betweenPlanAndAct(story, () => {
        // What is disabled must be enabled by whoever wants to launch it.
        if (steps === 2) story.account.call('ec2', 'EnableImage', { ImageId: ids[1] });
        const { Instances = [] } = story.account.call('ec2', 'RunInstances', {
          ImageId: ids[1],
          MinCount: 1,
          MaxCount: 1,
          InstanceType: 't3.large',
        });
        launched = only(Instances).InstanceId ?? '';
      });

      const { status, told } = await retire(story);

      expect(status).toBe('SUCCEEDED');
      expect(rungs(story)['1119']).toBe('available');
      if (steps === 0) expect(told).toContain(`${ids[1]} in ${home} spared: in use by instance ${launched}`);
      else expect(told).toContain('1 reinstated');
    },
  );

  it('the image is deregistered by hand with its snapshots: there is nothing left to do', async () => {
    const { story, ids } = await fourNights();
    betweenPlanAndAct(story, () => {
      story.account.call('ec2', 'DeregisterImage', { ImageId: ids[0], DeleteAssociatedSnapshots: true });
    });

    const { status, told } = await retire(story);

    expect(status).toBe('SUCCEEDED');
    expect(told).toContain('1 gone');
  });
});

describe('A disabled image that is wanted again', () => {
  const organization = 'arn:aws:organizations::111122223333:organization/o-abc123';

  async function disabledAndShared(): Promise<{ story: Story; imageId: string }> {
    const share = { accounts: [partner], organizationArns: [organization] };
    const { story, ids } = await fourNights({ policies: [impatient({ share })] });
    const told = await retire(story, 'report');
    expect(told.status).toBe('SUCCEEDED');
    for (const id of ids) {
      story.account.call('ec2', 'ModifyImageAttribute', {
        ImageId: id,
        LaunchPermission: { Add: [{ UserId: partner }, { OrganizationArn: organization }] },
      });
    }
    await retireDaily(story, 2);
    expect(rungs(story)).toMatchObject({ '1119': 'disabled' });
    expect(sharedWith(story, ids[1])).toEqual([]);
    await daysLater(story, 1);
    return { story, imageId: ids[1] };
  }

  it('by a launch template that names it is back with exactly its launch permissions', async () => {
    const { story, imageId } = await disabledAndShared();
    story.account.call('ec2', 'CreateLaunchTemplate', {
      LaunchTemplateName: 'rollback',
      LaunchTemplateData: { ImageId: imageId },
    });

    const retirement = await retire(story);

    expect(lineOf(retirement, imageId)).toMatchObject({ verdict: 'keep', actions: ['reinstate'] });
    expect(rungs(story)).toEqual({ '1119': 'available', '1120': 'available', '1121': 'available' });
    expect(sharedWith(story, imageId)).toEqual([partner, organization]);
    expect(story.account.region(home).images.get(imageId)?.description.DeprecationTime).toBeUndefined();
    const tags = tagsOf(story.account.region(home).images.get(imageId)?.description.Tags);
    expect(tags[tagKeys.state]).toBe('complete');
    expect(tags).not.toHaveProperty(tagKeys.rung);
    expect(tags).not.toHaveProperty(tagKeys.retiringSince);
  });

  it('by an edited policy is back, and leaves from the top when the policy is edited back', async () => {
    const { story, imageId } = await disabledAndShared();
    const share = { accounts: [partner], organizationArns: [organization] };
    story.stack.publish(impatient({ share, retain: { daily: 3 } }));

    await retire(story);

    expect(rungs(story)).toEqual({ '1119': 'available', '1120': 'available', '1121': 'available' });
    expect(sharedWith(story, imageId)).toEqual([partner, organization]);
    story.stack.publish(impatient({ share }));
    await retire(story);
    expect(rungs(story)).toMatchObject({ '1119': 'deprecated' });
  });
});

describe('Somebody who takes things into their own hands', () => {
  it('and disables an image gives it a grace of its own, from then on', async () => {
    const { story, ids } = await fourNights();
    await retire(story);
    story.account.call('ec2', 'DisableImage', { ImageId: ids[1] });
    await daysLater(story, 1);

    await retire(story);
    expect(rungs(story)).toMatchObject({ '1118': 'disabled', '1119': 'disabled' });
    await daysLater(story, 1);
    await retire(story);

    expect(rungs(story)).toEqual({ '1120': 'available', '1121': 'available' });
  });

  it('and enables an image that nothing keeps finds it disabled again only after a grace', async () => {
    const { story, ids } = await fourNights();
    await retireDaily(story, 2);
    story.account.call('ec2', 'EnableImage', { ImageId: ids[1] });
    await daysLater(story, 1);

    await retire(story);
    expect(rungs(story)).toEqual({ '1119': 'deprecated', '1120': 'available', '1121': 'available' });
    await daysLater(story, 1);
    await retire(story);

    expect(rungs(story)).toMatchObject({ '1119': 'disabled' });
  });

  it('and deregisters an image leaves snapshots that go a week after that is seen, not one that is held', async () => {
    const db = database();
    const story = await given({
      at: noon,
      policies: [impatient()],
      servers: [db],
      mayLeave: ['snapshots without an image'],
    });
    const [first = ''] = hang(story, db, nightsUntil('2026-11-21', 3));
    await retire(story);
    const [kept = '', ...others] = story.account.region(home).images.get(first)?.snapshotIds ?? [];
    tag(story, kept, { [tagKeys.hold]: 'the logs of the incident' });
    story.account.call('ec2', 'DeregisterImage', { ImageId: first });

    await retireDaily(story, 5);
    await daysLater(story, 3);
    const seen = await retire(story);
    expect(leftIn(seen)).toEqual(others);
    expect(seen.told).toContain('seen without an image since');

    await daysLater(story, 1);
    const waiting = await retireDaily(story, 6);
    expect(waiting.map(leftIn)).toEqual(waiting.map(() => []));
    expect(story.witness.orphans(home)).toEqual([kept, ...others]);

    await daysLater(story, 1);
    expect(leftIn(await retire(story))).toEqual(others);
    expect(story.witness.orphans(home)).toEqual([kept]);
  });

  it('and deregisters an old image finds its snapshots still there a week later', async () => {
    const story = await given({
      at: noon,
      policies: [impatient({ retain: { daily: 30 } })],
      servers: [web],
      mayLeave: ['snapshots without an image'],
    });
    const [first = ''] = hang(story, web, nightsUntil('2026-11-21', 20));
    const snapshotIds = [...(story.account.region(home).images.get(first)?.snapshotIds ?? [])];
    story.account.call('ec2', 'DeregisterImage', { ImageId: first });

    await daysLater(story, 1);
    await retireDaily(story, 6);

    expect(story.witness.orphans(home)).toEqual(snapshotIds);
  });
});
