import { describe, expect, it } from 'vitest';
import type { Output } from '../../../cli/output.ts';
import { printReport } from '../../../cli/simulation/print-report.ts';
import { rescueLines } from '../../../cli/simulation/print-rescues.ts';
import type { Report } from '../../../cli/simulation/report.ts';
import { simulate } from '../../../cli/simulation/simulate.ts';
import { namedPolicySchema } from '../../../shared/domain/policy.ts';
import { instance, web } from '../simulator/world.ts';

const Tags = [
  { Key: 'ami-lifecycle:policy', Value: 'gold' },
  { Key: 'Name', Value: 'web' },
];

/** Two days of one instance that takes so long to shut down, captured at three. */
const reportOn = (stopSeconds: number): Promise<Report> =>
  simulate({
    loaded: {
      contents: { instances: [instance(web, { Tags })], volumes: [{ VolumeId: 'vol-00000000000000001', Size: 8 }] },
      ...{ region: 'us-east-1', accountId: '111122223333', leftOut: [], notes: [] },
    },
    policies: [namedPolicySchema.parse({ name: 'gold', schedule: { cron: '0 3 * * ? *' } })],
    ...{ days: 2, seed: 1, fromMs: Date.parse('2026-11-21T00:00:00Z') },
    behaviour: { stopSeconds: () => stopSeconds },
  });

function headings(report: Report): string[] {
  const bold: string[] = [];
  const output: Output = {
    ...{ print: () => {}, complain: () => {}, styleError: (_format, text) => text },
    style(format, text) {
      if (format === 'bold') bold.push(text);
      return text;
    },
  };
  printReport(report, output);
  return bold;
}

describe('A report', () => {
  it('tells which instances rescues had to start again, and how often', async () => {
    const report = await reportOn(7500);

    expect(report.rescues).toEqual({
      runs: 2,
      instances: [{ instanceId: web, name: 'web', running: 2, stoppedByOwner: 0, left: 0, failed: {} }],
    });
    expect(rescueLines(report)).toEqual([
      expect.stringMatching(/^Instance +Name +Started again +Left to its owner +Needed none +Failed +Why$/),
      expect.stringMatching(new RegExp(`^${web} +web +2 +0 +0 +0 *$`)),
      '2 rescues found 1 instance that a capture had left',
    ]);
    expect(headings(report)).toContain('Rescues');
  });

  it('says nothing of rescues where none had anything to do', async () => {
    const report = await reportOn(30);

    expect(report.rescues).toEqual({ runs: 0, instances: [] });
    expect(headings(report)).not.toContain('Rescues');
  });

  it('names the errors of rescues that failed', async () => {
    const report = await reportOn(30);
    const failing = { instanceId: web, name: 'web', running: 1, stoppedByOwner: 0, left: 1 };
    const rescues = { runs: 4, instances: [{ ...failing, failed: { RestartFailed: 2 } }] };

    expect(rescueLines({ ...report, rescues })[1]).toMatch(/ 1 +0 +1 +2 +RestartFailed 2$/);
  });
});
