import { parseExecutionArn } from '../cli/simulation/executions.ts';
import type { Failure } from '../engine/index.ts';
import { sentenceOf } from '../shared/domain/errors.ts';
import type { FaultName } from '../simulator/faults.ts';
import { contractErrors } from './contract-errors.ts';
import { type Finding, finding } from './judge.ts';
import type { Story } from './world.ts';

const kills = ['killed-before', 'killed-after', 'killed-before-call', 'killed-after-call'] as const;

/** What Lambda says of a function that such a fault has struck, whatever it was doing. */
const ofItsFunction: Readonly<Record<string, readonly FaultName[]>> = {
  'Lambda.TooManyRequestsException': ['function-throttled'],
  'Runtime.ExitError': kills,
  'Runtime.OutOfMemory': ['out-of-memory'],
  'Function.ResponseSizeTooLarge': ['response-too-large'],
  // An attempt that nobody answers takes twenty seconds.
  'Sandbox.Timedout': ['timed-out', 'reply-lost'],
};

/** What Step Functions says then: time that passes does so for everybody. */
const ofAnything: Readonly<Record<string, readonly FaultName[]>> = {
  'States.Timeout': ['task-times-out', 'clock-jumps'],
  'States.DataLimitExceeded': ['answer-too-large'],
  'States.ItemReaderFailed': ['items-unreadable'],
  'States.ResultWriterFailed': ['results-unwritable'],
};

export interface Expectations {
  /** Functions and state machines that are to fail, or to be denied something, though no fault strikes. */
  fails?: readonly string[];
  /** Whether nothing may fail but these. */
  isFaultless: boolean;
}

/**
 * Watches from now on whatever fails, caught and retried or not: a function may end in what its contract names, and else only
 * in what a fault has brought about that has struck; and without faults its role may deny it nothing. A system that falls over its
 * own mistake, or is refused by its own rights, tries again, and tells people of it keeps its promises, and is broken all the same.
 * @returns what it has found until now
 */
export async function watchBlame(
  { account, stack: { engine } }: Pick<Story, 'account' | 'stack'>,
  { fails = [], isFaultless }: Expectations,
): Promise<readonly Finding[]> {
  const contracts = await contractErrors();
  const findings: Finding[] = [];
  const told = new Set<string>();
  const tell = (key: string, what: string): void => {
    if (told.has(key)) return;
    told.add(key);
    findings.push(finding({ account }, 14, what));
  };

  const struck = new Set<string>();
  account.faults.onStrike(({ fault }, { function: name }) => void struck.add(fault).add(`${fault} ${name}`));
  /** Told as what functions ended in, and so not again of the states and executions that they fail. */
  const ofFunctions = new Set<string>();
  const hasStruck = (error: string, functionName?: string): boolean =>
    (ofAnything[error] ?? []).some((fault) => struck.has(fault)) ||
    (ofItsFunction[error] ?? []).some((fault) => struck.has(`${fault} ${functionName}`));
  const isExpected = ({ functionName, error }: Failure): boolean => {
    if (functionName === undefined) return isRaised(error) || ofFunctions.has(error) || hasStruck(error);
    ofFunctions.add(error);
    return contracts.get(functionName)?.has(error) === true || hasStruck(error, functionName);
  };
  engine.onFailure((failure) => {
    const { executionArn, functionName, state, error, cause } = failure;
    if (isExpected(failure) || told.has(`${error} ${cause}`)) return;
    // What fails in a state fails those around it, and may be raised again.
    if (cause !== '') told.add(`${error} ${cause}`);
    const { stateMachine } = parseExecutionArn(executionArn);
    const who = functionName ?? (state === undefined ? stateMachine : `${state} of ${stateMachine}`);
    tell(`${who} ${error}`, `${who} ends in ${error}, which nothing explains: ${sentenceOf(cause)}`);
  });

  // Where something happens in between, a role's condition on tags is what keeps us from acting on an old look.
  if (!isFaultless) return findings;
  account.onCall(({ caller, operation, errorCode = '' }) => {
    if (caller === undefined || fails.includes(caller) || !/Unauthorized|AccessDenied/.test(errorCode)) return;
    const what = `Without any fault ${caller} asks for ${operation}, which its role denies.`;
    tell(what, what);
  });
  engine.onStatusChange(({ detail: { executionArn, status } }) => {
    if (status === 'SUCCEEDED' || status === 'RUNNING') return;
    if (fails.includes(parseExecutionArn(executionArn).stateMachine)) return;
    const what = `Without any fault ${executionArn} is ${status}.`;
    tell(what, what);
  });
  return findings;
}

/** By a definition on purpose, whose names have no dot; or by the execution that a state waits for, which is judged by its own. */
function isRaised(error: string): boolean {
  return !error.includes('.') || error === 'States.TaskFailed';
}
