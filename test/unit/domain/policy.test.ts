import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namedPolicySchema, notAvailableYet, policyNamePattern, policySchema } from '../../../shared/domain/policy.ts';

const schedule = { cron: '0 3 * * ? *' };

/** What is wrong with a policy: dotted path and message of each fault. */
function faultsOf(fields: Record<string, unknown>): string[] {
  const parsed = policySchema.safeParse({ schedule, ...fields });
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('a policy of a schedule alone', () => {
  const policy = policySchema.parse({ schedule });

  it('captures for consistency, restarts early, and falls back to a crash-consistent image', () => {
    expect(policy.capture).toEqual({
      consistency: 'stop',
      restartWhen: 'snapshots-started',
      ifUnstoppable: 'crash',
      excludeDevices: [],
      copyInstanceTags: true,
      tags: {},
      timeoutHours: 24,
      concurrency: 20,
    });
  });

  it('runs in UTC, at the minute, and on tagging', () => {
    expect(policy.schedule).toEqual({ ...schedule, timezone: 'UTC', flexibleMinutes: 0, onTagged: true });
  });

  it('copies to no Region and shares with nobody', () => {
    expect(policy.copies).toEqual([]);
    expect(policy.share).toBeUndefined();
  });

  it('stays the same when it is read a second time, as every task reads it anew', () => {
    expect(policySchema.parse(JSON.parse(JSON.stringify(policy)))).toEqual(policy);
  });
});

describe('a policy is refused, with the path of the fault,', () => {
  it.each<[says: string, fields: Record<string, unknown>, fault: string | RegExp]>([
    ['when a key at the top is misspelt', { shedule: schedule }, /^: Unrecognized key: "shedule"/],
    ['when a key below is misspelt', { capture: { consistancy: 'stop' } }, /^capture: Unrecognized key: "consistancy"/],
    ['when a key of a copy is misspelt', { copies: [{ region: 'eu-west-1', key: 'a' }] }, /^copies\.0: Unrecognized/],
    ['when the schedule is missing', { schedule: undefined }, /^schedule: /],
    ['when it has an empty cron', { schedule: { cron: '' } }, /^schedule\.cron: /],
    ['when a way to capture is unknown', { capture: { consistency: 'freeze' } }, /^capture\.consistency: /],
    ['when an image may take no time', { capture: { timeoutHours: 0 } }, /^capture\.timeoutHours: /],
    ['when an image may take longer than AWS takes', { capture: { timeoutHours: 37 } }, /^capture\.timeoutHours: /],
    ['when nothing may run at a time', { capture: { concurrency: 0 } }, /^capture\.concurrency: /],
    ['when more may run at a time than a Map can', { capture: { concurrency: 1001 } }, /^capture\.concurrency: /],
    ['when it copies twice to a Region', copiesTo('eu-west-1', 'eu-west-1'), /^copies\.1\.region: names eu-west-1 a/],
    ['when a Region is none', copiesTo('Ireland'), 'copies.0.region: is no Region name such as eu-west-1'],
    ['when a copy has an odd deadline', copies({ withinMinutes: 20 }), /^copies\.0\.withinMinutes: /],
    ['when it selects by no tag', selectsBy({}), /^select\.tags: needs at least one tag/],
    ['when an account id is a number', { share: { accounts: [111122223333] } }, /^share\.accounts\.0: /],
    ['when an account id is short', { share: { accounts: ['123'] } }, /^share\.accounts\.0: is no account id/],
    ['when a topic is no ARN', { notify: { topicArn: 'ops' } }, 'notify.topicArn: is no ARN of an SNS topic'],
    ['when its own tags take a name of ours', ownTags('ami-lifecycle:hold'), /^capture\.tags\.ami-lifecycle:hold: /],
    ['when its own tags take a name of AWS', ownTags('aws:x'), /^capture\.tags\.aws:x: /],
    ['when it has more than 40 own tags', { capture: { tags: manyTags(41) } }, /^capture\.tags: has more than 40/],
  ])('%s', (_says, fields, fault) => {
    expect(faultsOf(fields)).toEqual([typeof fault === 'string' ? fault : expect.stringMatching(fault)]);
  });

  it('with all its faults at once', () => {
    expect(faultsOf({ capture: { consistency: 'x' }, copies: 7, notify: {} })).toHaveLength(3);
  });

  it.each(['Europe/Atlantis', '', '+01:00', '-08', 'Rome'])('when its time zone is %j', (timezone) => {
    expect(faultsOf({ schedule: { ...schedule, timezone } })).toEqual([
      'schedule.timezone: is no time zone of the IANA database such as Europe/Rome',
    ]);
  });
});

describe('a policy is taken', () => {
  it.each(['UTC', 'Europe/Rome', 'America/Argentina/Buenos_Aires', 'Asia/Kolkata'])('in the zone %s', (timezone) => {
    expect(faultsOf({ schedule: { ...schedule, timezone } })).toEqual([]);
  });

  it('with 40 tags of its own', () => {
    expect(faultsOf({ capture: { tags: manyTags(40) } })).toEqual([]);
  });

  it('with copies to several Regions', () => {
    expect(faultsOf(copiesTo('eu-west-1', 'us-gov-west-1', 'ap-southeast-3'))).toEqual([]);
  });

  it('when it is shared with accounts, organizations and their units', () => {
    const organization = 'arn:aws:organizations::111122223333';
    const share = {
      accounts: ['111122223333'],
      organizationArns: [`${organization}:organization/o-abc123`],
      organizationalUnitArns: [`${organization}:ou/o-abc123/ou-abcd-12345678`],
    };
    expect(faultsOf({ share })).toEqual([]);
  });
});

describe('a field whose workflow is not built yet', () => {
  const values: Record<string, Record<string, unknown>> = {
    retain: { retain: { daily: 7 } },
    retire: { retire: { steps: ['deprecate'] } },
    archive: { archive: { bucket: 'my-archive', when: { monthly: 12 } } },
    drill: { drill: { every: 'weekly', instanceType: 't3.micro', subnetId: 'subnet-1', securityGroupId: 'sg-1' } },
    'copies.retain': copies({ retain: { daily: 7 } }),
  };

  it.each(notAvailableYet)('%s is refused as not available yet, never accepted in silence', (field) => {
    const path = field.replace('copies.', 'copies.0.');
    expect(faultsOf(values[field] ?? {})).toEqual([expect.stringMatching(`^${path}: is not available yet`)]);
  });

  it('is nevertheless checked, so that its mistakes show today', () => {
    expect(faultsOf({ retain: { dayly: 7 } })).toContain('retain: Unrecognized key: "dayly"');
  });
});

describe('a policy that selects by other tags than ours', () => {
  const select = { tags: { team: 'platform' } };

  it('cannot wait for tagging, as the tag event never reaches it', () => {
    expect(faultsOf({ select })).toEqual([expect.stringMatching(/^schedule\.onTagged: .*set it to false/)]);
  });

  it('is taken once it says so', () => {
    expect(faultsOf({ select, schedule: { ...schedule, onTagged: false } })).toEqual([]);
  });

  it('may wait for tagging where it names our tag too', () => {
    expect(faultsOf({ select: { tags: { ...select.tags, 'ami-lifecycle:policy': 'gold' } } })).toEqual([]);
  });
});

describe('a policy with its name', () => {
  it.each(['gold', 'a', 'web-2', '0'.repeat(32)])('may be called %s', (name) => {
    expect(namedPolicySchema.safeParse({ name, schedule }).success).toBe(true);
  });

  it.each(['', 'Gold', 'go_ld', 'go ld', 'gold/1', 'g'.repeat(33)])('may not be called %j', (name) => {
    expect(namedPolicySchema.safeParse({ name, schedule }).success).toBe(false);
  });

  it('follows the same rules as one without', () => {
    const parsed = namedPolicySchema.safeParse({ name: 'gold', schedule, retain: { daily: 7 } });
    expect(parsed.error?.issues.map(({ path }) => path)).toEqual([['retain']]);
  });

  it('stays the same when it is read again, whatever it says', () => {
    const legal = fc.record({
      name: fc.stringMatching(policyNamePattern),
      schedule: fc.record({ cron: fc.constant('0 3 * * ? *'), flexibleMinutes: fc.nat(1440), onTagged: fc.boolean() }),
      capture: fc.record(
        {
          consistency: fc.constantFrom('stop', 'reboot', 'crash'),
          ifUnstoppable: fc.constantFrom('crash', 'skip'),
          timeoutHours: fc.integer({ min: 1, max: 36 }),
        },
        { requiredKeys: [] },
      ),
    });
    fc.assert(
      fc.property(legal, (written) => {
        const policy = namedPolicySchema.parse(written);
        expect(policy).toMatchObject(written);
        expect(namedPolicySchema.parse(JSON.parse(JSON.stringify(policy)))).toEqual(policy);
      }),
    );
  });
});

function copies(fields: Record<string, unknown>): Record<string, unknown> {
  return { copies: [{ region: 'eu-west-1', ...fields }] };
}

function copiesTo(...regions: string[]): Record<string, unknown> {
  return { copies: regions.map((region) => ({ region })) };
}

function selectsBy(tags: Record<string, string>): Record<string, unknown> {
  return { select: { tags }, schedule: { ...schedule, onTagged: false } };
}

function ownTags(key: string): Record<string, unknown> {
  return { capture: { tags: { [key]: 'x' } } };
}

function manyTags(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`tag-${index}`, 'x']));
}
