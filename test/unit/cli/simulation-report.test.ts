import type { Instance, Snapshot } from '@aws-sdk/client-ec2';
import { expect, it } from 'vitest';
import type { Output } from '../../../cli/output.ts';
import { printReport } from '../../../cli/simulation/print-report.ts';
import type { Report } from '../../../cli/simulation/report.ts';
import { simulate } from '../../../cli/simulation/simulate.ts';
import { namedPolicySchema } from '../../../shared/domain/policy.ts';
import { instance, web } from '../simulator/world.ts';

interface Given {
  consistency: string;
  changes?: Partial<Instance>;
  snapshots?: Snapshot[];
  isEncrypted?: boolean;
  share?: { public: boolean };
  selectAll?: string;
}

/** Two days of one instance of 100 GB, half full, under one policy. */
function reportOn({
  consistency,
  changes = {},
  snapshots = [],
  isEncrypted = false,
  share,
  selectAll,
}: Given): Promise<Report> {
  const Tags = [{ Key: 'ami-lifecycle:policy', Value: 'gold' }];
  const contents = {
    instances: [instance(web, { Tags, ...changes })],
    volumes: [{ VolumeId: 'vol-00000000000000001', Size: 100, Encrypted: isEncrypted }],
    snapshots,
  };
  return simulate({
    loaded: { contents, region: 'us-east-1', accountId: '111122223333', leftOut: [], notes: [] },
    policies: [
      namedPolicySchema.parse({ name: 'gold', schedule: { cron: '0 3 * * ? *' }, capture: { consistency }, share }),
    ],
    ...(selectAll === undefined ? {} : { selectAll }),
    days: 2,
    seed: 1,
    fromMs: Date.parse('2026-11-21T00:00:00Z'),
    behaviour: {
      usedFraction: () => 0.5,
      dailyChangeRate: () => 0.02,
      rebootSeconds: () => 10,
      statusCheckSeconds: () => 90,
    },
  });
}

function printed(report: Report): string[] {
  const lines: string[] = [];
  const output: Output = {
    print: (text) => lines.push(text.trim()),
    complain: (text) => lines.push(text),
    style: (_format, text) => text,
    styleError: (_format, text) => text,
  };
  printReport(report, output);
  return lines;
}

it('A policy that reboots has the downtime of its reboots, and the report says what downtime is', async () => {
  const report = await reportOn({ consistency: 'reboot' });
  expect(report.captures).toMatchObject([{ captured: 2, downtimeSeconds: { median: 100, worst: 100 }, notices: [] }]);
  expect(printed(report)).toContain('Down: from our stop or reboot until the instance runs and its status checks pass');
});

it('A policy that interrupts nothing has no downtime', async () => {
  expect((await reportOn({ consistency: 'crash' })).captures).toMatchObject([{ captured: 2, downtimeSeconds: null }]);
});

it('Storage at the end is that of our snapshots, not of those that were there', async () => {
  const theirs: Snapshot = {
    SnapshotId: 'snap-00000000000000001',
    VolumeId: 'vol-00000000000000999',
    VolumeSize: 5000,
    State: 'completed',
    StartTime: new Date('2026-11-01T00:00:00Z'),
  };
  const { regions } = await reportOn({ consistency: 'crash', snapshots: [theirs] });
  const gigabytes = 50 + 50 * (1 - Math.exp(-0.02));
  expect(regions).toEqual([expect.objectContaining({ images: 2, snapshotGigabytes: expect.closeTo(gigabytes, 1) })]);
  expect(regions[0]?.monthlyDollars).toBeCloseTo(gigabytes * 0.05, 1);
});

it('What is simulated all the same is noted, and not told as left out', async () => {
  const report = await reportOn({ consistency: 'crash' });
  const notes = [{ note: 'instance whose image is not listed', count: 1, examples: [web] }];
  expect(printed({ ...report, notes }).slice(1, 5)).toEqual([
    'What was left out of the simulation',
    'nothing',
    'What was noted in the account',
    `instance whose image is not listed: 1 (${web})`,
  ]);
  expect(printed({ ...report, notes: [] })).not.toContain('What was noted in the account');
});

it('What the owner should know of a capture is said once for each instance', async () => {
  const Association = { IpOwnerId: 'amazon', PublicIp: '54.1.2.3' };
  const report = await reportOn({
    consistency: 'stop',
    changes: { PublicIpAddress: '54.1.2.3', NetworkInterfaces: [{ Association }] },
  });
  const notice = 'Its public IPv4 address is not an Elastic IP: the stop changes it.';
  expect(report.captures).toMatchObject([{ captured: 2, notices: [notice] }]);
  expect(printed(report).filter((line) => line.includes(notice))).toEqual([`${web}: ${notice}`]);
});

it('tells of a tag that names no policy, and of instances under none', async () => {
  const Tags = [{ Key: 'ami-lifecycle:policy', Value: 'glod' }];
  const report = await reportOn({ consistency: 'stop', changes: { Tags } });
  expect(report.problems.map(({ what }) => what)).toEqual([`${web} is under no policy 'glod'`]);
  expect(report.untagged).toEqual([web]);
});

it('does not complain of tags where every instance is taken as tagged', async () => {
  const Tags = [{ Key: 'ami-lifecycle:policy', Value: 'glod' }];
  const report = await reportOn({ consistency: 'crash', changes: { Tags }, selectAll: 'gold' });
  expect(report.problems).toEqual([]);
  expect(report.captures).toMatchObject([{ captured: 2 }]);
});

it('Captures whose image was made, but not shared, are counted apart', async () => {
  const report = await reportOn({ consistency: 'crash', share: { public: true }, isEncrypted: true });
  expect(report.captures).toMatchObject([{ captured: 0, failed: 0, incomplete: 2 }]);
  expect(printed(report)).toContainEqual(expect.stringMatching(/not complete 2$/));
});

it('goes on until everything that was started has ended, however long that takes', async () => {
  const ids = Array.from({ length: 8 }, (_, index) => `i-0000000000000000${index + 1}`);
  const Tags = [{ Key: 'ami-lifecycle:policy', Value: 'gold' }];
  const capture = { consistency: 'crash', concurrency: 1, timeoutHours: 36 };
  const report = await simulate({
    loaded: {
      contents: { instances: ids.map((id) => instance(id, { Tags, BlockDeviceMappings: [] })) },
      region: 'us-east-1',
      accountId: '111122223333',
      leftOut: [],
      notes: [],
    },
    policies: [namedPolicySchema.parse({ name: 'gold', schedule: { cron: '0 3 * * ? *' }, capture })],
    days: 1,
    seed: 1,
    fromMs: Date.parse('2026-11-21T00:00:00Z'),
    behaviour: { imageMinutes: () => 30 * 60 },
  });
  expect(report.policies).toMatchObject([{ runs: 1, captured: ids.length }]);
});
