import type { Output } from '../../../cli/output.ts';
import type { SimulationRequest } from '../../../cli/simulation/simulate.ts';
import { namedPolicySchema } from '../../../shared/domain/policy.ts';
import { instance, web } from '../simulator/world.ts';

/** Two dailies stay, with a copy that stays as long; the others leave in two steps, a day apart; months go to S3. */
export function retiring(retire: Readonly<Record<string, unknown>> = {}) {
  return {
    name: 'gold',
    schedule: { cron: '0 3 * * ? *' },
    capture: { consistency: 'crash' },
    copies: [{ region: 'eu-west-1' }],
    share: { accounts: ['123456789012'] },
    retain: { daily: 2 },
    archive: { bucket: 'archives', when: { monthly: 12 }, storageClass: 'DEEP_ARCHIVE' },
    retire: { mode: 'enforce', steps: ['deprecate', 'deregister'], graceDays: 1, maxPercentPerRun: 100, ...retire },
  };
}

/** In the sample's Region: functions are loaded once in a process, for one Region. One instance of 100 GB, half full, in the last days of November 2026. */
export function requestFor(policy: unknown, days: number): SimulationRequest {
  const contents = {
    instances: [instance(web, { Tags: [{ Key: 'ami-lifecycle:policy', Value: 'gold' }] })],
    volumes: [{ VolumeId: 'vol-00000000000000001', Size: 100 }],
  };
  return {
    loaded: { contents, region: 'eu-south-1', accountId: '111122223333', leftOut: [], notes: [] },
    policies: [namedPolicySchema.parse(policy)],
    days,
    seed: 1,
    fromMs: Date.parse('2026-11-27T00:00:00Z'),
    behaviour: { usedFraction: () => 0.5, dailyChangeRate: () => 0.02 },
  };
}

/** Where what a command prints is collected, a line for each entry. */
export function collected(): { output: Output; lines: string[] } {
  const lines: string[] = [];
  const output: Output = {
    print: (text) => void lines.push(...text.split('\n')),
    complain: (text) => void lines.push(text),
    style: (_format, text) => text,
    styleError: (_format, text) => text,
  };
  return { output, lines };
}
