import type { Fault, FaultName } from '../../simulator/faults.ts';
import type { RandomStream } from '../../simulator/random.ts';
import { oneOf } from './people.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** What may go wrong, how often at most while it does, and how long where that matters, in seconds. */
const dangers: readonly [FaultName, most: number, seconds?: number][] = [
  ['throttled', 0.25],
  ['unavailable', 0.2],
  ['internal-error', 0.1],
  ['timed-out', 0.05],
  ['reply-lost', 0.1],
  ['stale-read', 0.5],
  ['killed-before', 0.15],
  ['killed-after', 0.15],
  ['killed-before-call', 0.03],
  ['killed-after-call', 0.03],
  ['out-of-memory', 0.05],
  ['image-fails', 0.4],
  ['copy-fails', 0.4],
  ['store-fails', 0.5],
  ['snapshot-deletion-fails', 0.5],
  ['usage-report-fails', 0.5],
  ['capacity-gone', 0.8],
  ['start-falls-back', 0.4],
  ['stop-hangs', 0.3],
  ['status-checks-fail', 0.5, 1800],
  ['execution-aborted', 0.05],
  ['execution-lost', 0.05],
  ['lost-event', 1],
  ['duplicate-event', 1],
  ['late-event', 1],
];

/** Functions that may lose a right for a while, as when somebody edits a role. */
const deniable = [
  'select-instances',
  'inspect-instance',
  'stop-instance',
  'create-image',
  'check-image',
  'start-instance',
  'release-lease',
  'copy-image',
  'share-image',
  'record-capture',
  'plan-retirement',
  'retire-image',
  'delete-snapshots',
  'store-image',
  'record-archive',
  'find-stranded',
  'claim-instance',
];

/** One thing that goes wrong for some hours: from that instant, and never beyond the second. */
export function drawFault(random: RandomStream, fromMs: number, calmMs: number): Fault {
  const lastsMs = random.chance(0.7) ? random.between(0.2, 8) * hourMs : random.between(0.5, 3) * dayMs;
  const between = [fromMs, Math.min(calmMs, fromMs + lastsMs)] as const;
  if (random.chance(0.15)) {
    const name = oneOf(deniable, random) ?? '';
    return { fault: 'access-denied', function: name, probability: random.fraction(), between };
  }
  const [fault, most, seconds] = oneOf(dangers, random) ?? ['throttled', 0];
  return { fault, probability: most * random.fraction(), between, ...(seconds === undefined ? {} : { seconds }) };
}

/** The same, for whoever reads of a breach. */
export function faultWords({ fault, function: name, probability = 1, between = [0, 0] }: Fault): string {
  const [from, until] = between.map((atMs) => new Date(atMs).toISOString().slice(0, 16));
  const where = name === undefined ? '' : ` of ${name}`;
  return `${fault}${where}, ${Math.round(100 * probability)} % from ${from} until ${until}`;
}
