import { readWorkflow, workflowNames } from '../cli/simulation/workflows.ts';
import { parseEventPattern } from '../engine/event-pattern.ts';
import { deedNames, type Fault, type FaultName, type FaultOccasion } from '../simulator/faults.ts';

/** Where a fault can strike. */
export type SiteKind = 'call' | 'invocation' | 'event';

/** A fault that is placed everywhere it can strike. */
export interface CataloguedFault {
  fault: FaultName;
  at: SiteKind;
  /** As it is written in a placement: `throttled`, `throttled*2`, `throttled*all`. */
  word: string;
  settings: Pick<Fault, 'times' | 'seconds'>;
}

/** The SDK asks so often in all: shared/aws/clients.ts. */
const allAttempts = 2;

/** From its first time on until faults are lifted, so that it outlasts every Retry. */
const always = { times: Number.POSITIVE_INFINITY };

/** Every fault, by the word that a placement names it with. One that is outlasted comes in several strengths. */
export const catalogue: readonly CataloguedFault[] = [
  ...(['throttled', 'unavailable', 'internal-error', 'timed-out', 'reply-lost'] as const).flatMap((fault) => [
    entry('call', fault),
    entry('call', fault, { times: allAttempts }),
  ]),
  entry('call', 'throttled', always),
  entry('call', 'access-denied'),
  entry('call', 'access-denied', always),
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
  entry('call', 'capacity-gone', always),
  entry('call', 'start-falls-back'),
  entry('call', 'stop-hangs'),
  entry('call', 'status-checks-fail', { seconds: 1800 }),
  ...deedNames.map((deed) => entry('invocation', deed)),
  entry('invocation', 'function-throttled'),
  entry('invocation', 'function-throttled', always),
  entry('invocation', 'items-unreadable'),
  entry('invocation', 'results-unwritable'),
  entry('invocation', 'killed-before'),
  entry('invocation', 'killed-before', always),
  entry('invocation', 'killed-after'),
  entry('invocation', 'out-of-memory'),
  entry('invocation', 'answer-too-large'),
  entry('invocation', 'response-too-large'),
  entry('invocation', 'task-times-out'),
  entry('invocation', 'clock-jumps'),
  entry('invocation', 'execution-aborted'),
  entry('invocation', 'execution-lost'),
  entry('invocation', 'runs-aborted'),
  entry('event', 'lost-event'),
  entry('event', 'duplicate-event'),
  entry('event', 'late-event'),
];

/** Whether it is people who do it, to what is theirs. */
export function isDeed(word: string): boolean {
  return deedNames.some((deed) => deed === word);
}

/** Whether a fault goes on until it is lifted. */
export function outlastsAll(word: string): boolean {
  return word.endsWith('*all');
}

function entry(at: SiteKind, fault: FaultName, settings: CataloguedFault['settings'] = {}): CataloguedFault {
  const strength = settings === always ? 'all' : settings.times;
  const word = strength === undefined ? fault : `${fault}*${strength}`;
  return { fault, at, word, settings };
}

/** Events that some rule asks for, and what a schedule fires: of any other nobody notices that it is lost. */
export function isAwaited({ operation = '', event }: FaultOccasion): boolean {
  return (
    operation.startsWith('Scheduled ') || (event !== undefined && rules().some((asksFor) => asksFor({ ...event })))
  );
}

/** Those that are deployed. */
function rules(): Rule[] {
  rulesRead ??= workflowNames()
    .map(readWorkflow)
    .flatMap(({ eventPattern }) => (eventPattern === undefined ? [] : [parseEventPattern(eventPattern)]));
  return rulesRead;
}

type Rule = ReturnType<typeof parseEventPattern>;
let rulesRead: Rule[] | undefined;
