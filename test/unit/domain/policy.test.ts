import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namedPolicySchema, notAvailableYet, policyNamePattern, policySchema } from '../../../shared/domain/policy.ts';

const schedule = { cron: '0 3 * * ? *' };
const allCounts = { last: 3, hourly: 24, daily: 7, weekly: 4, monthly: 12, yearly: 3 };

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

describe('a policy that retires', () => {
  const policy = policySchema.parse({ schedule, retain: { daily: 7 }, retire: {} });

  it('only reports until it is told to act, goes down all steps with a week on each, and is bounded', () => {
    expect(policy.retire).toEqual({
      cron: '0 12 * * ? *',
      steps: ['deprecate', 'disable', 'deregister'],
      graceDays: 7,
      maxPercentPerRun: 25,
      launchTemplateVersions: 10,
      mode: 'report',
    });
  });

  it('keeps what it says and adds no rule of its own', () => {
    expect(policy.retain).toEqual({ daily: 7 });
  });

  it('stays the same when it is read a second time', () => {
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
    ['when more may run at a time than a Map can', { capture: { concurrency: 10_001 } }, /^capture\.concurrency: /],
    ['when it copies twice to a Region', copiesTo('eu-west-1', 'eu-west-1'), /^copies\.1\.region: names eu-west-1 a/],
    ['when a Region is none', copiesTo('Ireland'), 'copies.0.region: is no Region name such as eu-west-1'],
    ['when a copy has an odd deadline', copies({ withinMinutes: 20 }), /^copies\.0\.withinMinutes: /],
    ['when it selects by no tag', selectsBy({}), /^select\.tags: needs at least one tag/],
    ['when an account id is a number', { share: { accounts: [111122223333] } }, /^share\.accounts\.0: /],
    ['when an account id is short', { share: { accounts: ['123'] } }, /^share\.accounts\.0: is no account id/],
    [
      'when a topic is FIFO',
      { notify: { topicArn: 'arn:aws:sns:eu-west-1:111122223333:ops.fifo' } },
      'notify.topicArn: is a FIFO topic, which takes no messages like ours: name a standard one',
    ],
    ['when a topic is no ARN', { notify: { topicArn: 'ops' } }, 'notify.topicArn: is no ARN of an SNS topic'],
    ['when its own tags take a name of ours', ownTags('ami-lifecycle:hold'), /^capture\.tags\.ami-lifecycle:hold: /],
    ['when its own tags take a name of AWS', ownTags('aws:x'), /^capture\.tags\.aws:x: /],
    ['when it has more than 36 own tags', { capture: { tags: manyTags(37) } }, /^capture\.tags: has more than 36/],
    ['when it retains, and nothing retires', { retain: { daily: 7 } }, /^retain: has no effect without retire, /],
    ['when it retires, and does not say what stays', { retire: {} }, /^retire: needs retain beside it/],
    ['when it archives, and nothing retires', archiving({}, {}), /^archive: has no effect without retire, /],
    ['when a copy retains, and nothing retires', copies({ retain: { daily: 7 } }), /^copies\.0\.retain: has no effect/],
    ['when it retains by no rule', retiring({}, {}), /^retain: names no rule: everything but the newest/],
    ['when it retains by an empty rule', retiring({}, { daily: undefined }), /^retain: names no rule/],
    ['when it only says when the rules end', retiring({}, { afterTermination: '90d' }), /^retain: names no rule/],
    [
      'when a copy retains by no rule',
      retiring({}, { last: 1 }, copies({ retain: {} })),
      /^copies\.0\.retain: names no/,
    ],
    ['when a count is none', retiring({}, { daily: 0 }), /^retain\.daily: /],
    ['when a floor is none', retiring({}, { daily: 7, atLeast: 0 }), /^retain\.atLeast: /],
    [
      'when a duration is none',
      retiring({}, { within: '2 weeks' }),
      'retain.within: is no duration such as 14d (h, d, w, m, y)',
    ],
    ['when a duration is nothing', retiring({}, { within: '0d' }), /^retain\.within: is no duration/],
    ['when a step is unknown', retiring({ steps: ['delete'] }), /^retire\.steps\.0: /],
    ['when it has no step', retiring({ steps: [] }), /^retire\.steps: /],
    ['when its steps go up', retiring({ steps: ['disable', 'deprecate'] }), /^retire\.steps: must be in the order/],
    ['when a step comes twice', retiring({ steps: ['disable', 'disable'] }), /^retire\.steps: must be in the order/],
    ['when a grace is longer than a year', retiring({ graceDays: 366 }), /^retire\.graceDays: /],
    ['when a run may take nothing', retiring({ maxPerRun: 0 }), /^retire\.maxPerRun: /],
    ['when a run may take more than all', retiring({ maxPercentPerRun: 101 }), /^retire\.maxPercentPerRun: /],
    [
      'when no version of a template counts',
      retiring({ launchTemplateVersions: 0 }),
      /^retire\.launchTemplateVersions: /,
    ],
    ['when it archives by no rule', archiving({ when: {} }), 'archive.when: names no rule, such as monthly: 12'],
    ['when it archives by an empty rule', archiving({ when: { monthly: undefined } }), /^archive\.when: names no rule/],
    [
      'when it archives by a duration',
      archiving({ when: { within: '14d' } }),
      /^archive\.when: Unrecognized key: "within"/,
    ],
    [
      'when the path of its archive does not end',
      archiving({ prefix: 'gold' }),
      /^archive\.prefix: is no path such as gold/,
    ],
    ['when the path of its archive begins at a root', archiving({ prefix: '/gold/' }), /^archive\.prefix: is no path/],
    ['when a storage class is unknown', archiving({ storageClass: 'TAPE' }), /^archive\.storageClass: /],
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
  it.each(['UTC', 'Europe/Rome', 'America/Port-au-Prince', 'Asia/Kolkata', 'Etc/GMT+1'])(
    'in the zone %s',
    (timezone) => {
      expect(faultsOf({ schedule: { ...schedule, timezone } })).toEqual([]);
    },
  );

  it('with 36 tags of its own', () => {
    expect(faultsOf({ capture: { tags: manyTags(36) } })).toEqual([]);
  });

  it.each<[says: string, fields: Record<string, unknown>]>([
    ['that retires', retiring({})],
    ['that retires by all rules', retiring({}, { ...allCounts, within: '14d', atLeast: 1, afterTermination: '90d' })],
    ['that keeps nothing but a floor', retiring({}, { atLeast: 2 })],
    ['that never deregisters', retiring({ steps: ['deprecate', 'disable'] })],
    ['that takes one step', retiring({ steps: ['deregister'] })],
    ['without a grace', retiring({ graceDays: 0 })],
    ['whose copies have rules of their own', retiring({}, { last: 3 }, copies({ retain: { daily: 7 } }))],
    ['that archives', archiving({ prefix: 'a/b-c/', when: allCounts, storageClass: 'DEEP_ARCHIVE' })],
  ])('%s', (_says, fields) => {
    expect(faultsOf(fields)).toEqual([]);
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
    drill: { drill: { every: 'weekly', instanceType: 't3.micro', subnetId: 'subnet-1', securityGroupId: 'sg-1' } },
  };

  it.each(notAvailableYet)('%s is refused as not available yet, never accepted in silence', (field) => {
    expect(faultsOf(values[field] ?? {})).toEqual([expect.stringMatching(`^${field}: is not available yet`)]);
  });

  it('is nevertheless checked, so that its mistakes show today', () => {
    expect(faultsOf({ drill: { evry: 'weekly' } })).toContain('drill: Unrecognized key: "evry"');
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

function retiring(
  retire: Record<string, unknown>,
  retain: Record<string, unknown> = { daily: 7 },
  others: Record<string, unknown> = {},
): Record<string, unknown> {
  return { retain, retire, ...others };
}

function archiving(
  archive: Record<string, unknown>,
  others: Record<string, unknown> = retiring({}),
): Record<string, unknown> {
  return { archive: { bucket: 'my-archive', when: { monthly: 12 }, ...archive }, ...others };
}

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
