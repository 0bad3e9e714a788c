import { functionFolders } from '../../deploy/function-files.ts';
import type { DeedName, Fault, FaultName } from '../../simulator/faults.ts';
import type { RandomStream } from '../../simulator/random.ts';
import { oneOf } from './people.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Without a right that is missing, which is of one function, and without deeds: people have theirs in server-deeds.ts. */
type DrawnFault = Exclude<FaultName, 'access-denied' | DeedName>;

/** While it goes wrong: how often at most, and how long where that matters, in seconds. */
interface Danger {
  most: number;
  seconds?: number;
}

/** What may go wrong: everything else that the simulator knows. */
const dangers: Readonly<Record<DrawnFault, Danger>> = {
  throttled: { most: 0.25 },
  unavailable: { most: 0.2 },
  'internal-error': { most: 0.1 },
  'timed-out': { most: 0.05 },
  'reply-lost': { most: 0.1 },
  'stale-read': { most: 0.5 },
  'killed-before': { most: 0.15 },
  'killed-after': { most: 0.15 },
  'killed-before-call': { most: 0.03 },
  'killed-after-call': { most: 0.03 },
  'function-throttled': { most: 0.3 },
  'items-unreadable': { most: 0.3 },
  'results-unwritable': { most: 0.3 },
  'out-of-memory': { most: 0.05 },
  'answer-too-large': { most: 0.05 },
  'response-too-large': { most: 0.05 },
  'image-fails': { most: 0.4 },
  'copy-fails': { most: 0.4 },
  'store-fails': { most: 0.5 },
  'restore-fails': { most: 0.8 },
  'restore-loses-billing': { most: 0.8 },
  'snapshot-deletion-fails': { most: 0.5 },
  'usage-report-fails': { most: 0.5 },
  'capacity-gone': { most: 0.8 },
  'start-falls-back': { most: 0.4 },
  'stop-hangs': { most: 0.3 },
  'status-checks-fail': { most: 0.5, seconds: 1800 },
  'execution-aborted': { most: 0.05 },
  'execution-lost': { most: 0.05 },
  'runs-aborted': { most: 0.03 },
  // Hours each time: more often, and nothing but jumps were left of a day.
  'task-times-out': { most: 0.02 },
  'clock-jumps': { most: 0.02 },
  'lost-event': { most: 1 },
  'duplicate-event': { most: 1 },
  'late-event': { most: 1 },
};

const drawn = Object.keys(dangers).filter((name): name is DrawnFault => Object.hasOwn(dangers, name));

/** One thing that goes wrong for some hours: from that instant, and never beyond the second. */
export function drawFault(random: RandomStream, fromMs: number, calmMs: number): Fault {
  const lastsMs = random.chance(0.7) ? random.between(0.2, 8) * hourMs : random.between(0.5, 3) * dayMs;
  const between = [fromMs, Math.min(calmMs, fromMs + lastsMs)] as const;
  if (random.chance(0.15)) {
    // As when somebody edits a role.
    const name = oneOf(functionFolders(), random) ?? '';
    return { fault: 'access-denied', function: name, probability: random.fraction(), between };
  }
  const fault = oneOf(drawn, random) ?? 'throttled';
  const { most, ...rest } = dangers[fault];
  return { fault, probability: most * random.fraction(), between, ...rest };
}

/** The same, for whoever reads of a breach. */
export function faultWords({ fault, function: name, probability = 1, between = [0, 0] }: Fault): string {
  const [from, until] = between.map((atMs) => new Date(atMs).toISOString().slice(0, 16));
  const where = name === undefined ? '' : ` of ${name}`;
  return `${fault}${where}, ${Math.round(100 * probability)} % from ${from} until ${until}`;
}
