import type { Fault, FaultName, FaultOccasion } from '../simulator/faults.ts';

/** Where a fault can strike. */
export type SiteKind = 'call' | 'invocation' | 'event';

/** A fault that is placed everywhere it can strike. */
export interface CataloguedFault {
  fault: FaultName;
  at: SiteKind;
  /** As it is written in a placement: `throttled`, `throttled*2`. */
  word: string;
  settings: Pick<Fault, 'times' | 'seconds'>;
}

/** The SDK asks so often in all: shared/aws/clients.ts. */
const allAttempts = 2;

/** Every fault, by the word that a placement names it with. One that the SDK outlasts comes in both strengths. */
export const catalogue: readonly CataloguedFault[] = [
  ...(['throttled', 'unavailable', 'internal-error', 'timed-out', 'reply-lost'] as const).flatMap((fault) => [
    entry('call', fault),
    entry('call', fault, { times: allAttempts }),
  ]),
  entry('call', 'access-denied'),
  entry('call', 'stale-read'),
  entry('call', 'killed-before-call'),
  entry('call', 'killed-after-call'),
  entry('call', 'image-fails'),
  entry('call', 'copy-fails'),
  entry('call', 'store-fails'),
  entry('call', 'restore-fails'),
  entry('call', 'restore-loses-billing'),
  entry('call', 'snapshot-deletion-fails'),
  entry('call', 'usage-report-fails'),
  entry('call', 'capacity-gone'),
  entry('call', 'start-falls-back'),
  entry('call', 'stop-hangs'),
  entry('call', 'status-checks-fail', { seconds: 1800 }),
  entry('invocation', 'killed-before'),
  entry('invocation', 'killed-after'),
  entry('invocation', 'out-of-memory'),
  entry('invocation', 'answer-too-large'),
  entry('invocation', 'response-too-large'),
  entry('invocation', 'clock-jumps'),
  entry('invocation', 'execution-aborted'),
  entry('invocation', 'execution-lost'),
  entry('invocation', 'runs-aborted'),
  entry('event', 'lost-event'),
  entry('event', 'duplicate-event'),
  entry('event', 'late-event'),
];

function entry(at: SiteKind, fault: FaultName, settings: CataloguedFault['settings'] = {}): CataloguedFault {
  const word = settings.times === undefined ? fault : `${fault}*${settings.times}`;
  return { fault, at, word, settings };
}

/** Events that some rule waits for: of any other nobody notices that it is lost. */
export function isAwaited({ operation, resources = [] }: FaultOccasion): boolean {
  if (operation === 'Step Functions Execution Status Change') return true;
  return operation === 'Tag Change on Resource' && resources.some((arn) => arn.includes(':instance/'));
}
