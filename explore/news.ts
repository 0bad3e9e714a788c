import * as z from 'zod';
import { parseExecutionArn } from '../cli/simulation/executions.ts';
import type { Notification } from '../simulator/state.ts';
import type { Story } from './world.ts';

/** What people were told, and what they could have been told of. */
export interface News {
  /** Whether an alarm rang, or a message was sent, that tells of each of these. */
  isTold(lacking: readonly string[]): boolean;
  /** Whether any execution, of an item too, ended otherwise than well. */
  hasFailure(): boolean;
}

/** What something may be lacking of: whoever hears of another workflow, or of another policy, has not heard of it. */
export interface Concern {
  workflow: string;
  policies: readonly string[];
}

/** A run that did not succeed: there is an alarm on that (monitoring/alarms.ts), and whoever it wakes reads its cause. */
interface FailedRun {
  workflow: string;
  /** Unknown of what no policy has started. */
  policy: string | undefined;
  error: string | undefined;
  cause: string;
}

const inputSchema = z.object({ policy: z.string() });

/** Listens from now on: messages, and runs that do not succeed. */
export function watchNews({ account, stack }: Pick<Story, 'account' | 'stack'>, concern: Concern): News {
  const toldBefore = account.notifications.length;
  const failedRuns: FailedRun[] = [];
  let hasFailure = false;
  stack.engine.onStatusChange(({ detail }) => {
    if (detail.status === 'SUCCEEDED' || detail.status === 'RUNNING') return;
    hasFailure = true;
    const { stateMachine: workflow, isChild } = parseExecutionArn(detail.executionArn);
    // The metrics of a child are those of its Map, which no alarm watches.
    if (isChild) return;
    const { input, error, cause = '' } = stack.engine.describeExecution(detail.executionArn);
    failedRuns.push({ workflow, policy: inputSchema.safeParse(input).data?.policy, error, cause });
  });
  return {
    isTold: (lacking) =>
      lacking.every(
        (sentence) =>
          failedRuns.some((run) => ringsFor(run, sentence, concern)) ||
          account.notifications.slice(toldBefore).some((each) => tellsOf(each, sentence, concern)),
      ),
    hasFailure: () => hasFailure,
  };
}

function ringsFor({ workflow, policy, error, cause }: FailedRun, sentence: string, concern: Concern): boolean {
  if (workflow !== concern.workflow) return false;
  if (policy !== undefined && !policiesIn(sentence, concern).includes(policy)) return false;
  return error !== 'CapturesFailed' || mayBeAbout(cause, sentence);
}

/** Which workflow a summary is of, by its first line. */
const firstLines: Readonly<Record<string, RegExp>> = {
  'capture-images': /: \d+ captured, \d+ skipped, \d+ failed of \d+$/m,
  'retire-images': /: (\d+ of \d+ images kept\b.*|no plan)$/m,
};

/**
 * A summary of a run is sent whatever came of it: only what names a failure, or something that is lacking, tells of it. That
 * the rescue has started an instance again tells nobody that its image is lacking, so no word of it counts; where it fails
 * itself, its run does.
 */
export function tellsOf({ subject = '', message }: Notification, sentence: string, concern: Concern): boolean {
  const [heading = ''] = subject.split(': ');
  const [firstLine = ''] = message.split('\n');
  if (firstLines[concern.workflow]?.test(firstLine) !== true) return false;
  // A tag may name several policies.
  const about = policiesIn(sentence, concern);
  if (!heading.split(' ').some((name) => about.includes(name))) return false;
  // `gold: States.Timeout`
  if (/: ([A-Z][A-Za-z]+\.)?[A-Z][A-Za-z]+$/.test(subject)) return true;
  // Of every image that waits for such a report, which is not named.
  if (/^Reports on who else uses an image: [1-9]\d* failed at EC2\./m.test(message)) return true;
  // What is skipped is not named, only counted.
  if (/\b[1-9]\d* skipped\b/.test(firstLine)) return true;
  if (/\b[1-9]\d* failed\b/.test(firstLine)) return mayBeAbout(message, sentence);
  return idsIn(sentence).some((id) => message.includes(id));
}

/** The policies that a sentence names, or else all. */
function policiesIn(sentence: string, { policies }: Concern): readonly string[] {
  const words = new Set(sentence.split(/[^\w-]+/));
  const named = policies.filter((name) => words.has(name));
  return named.length > 0 ? named : policies;
}

/** Failures name their instances, as far as these are known and there is room. */
function mayBeAbout(text: string, sentence: string): boolean {
  const lacking = idsIn(sentence).filter((id) => id.startsWith('i-'));
  const isOpen = /^unknown |^and \d+ more$/m.test(text) || !idsIn(text).some((id) => id.startsWith('i-'));
  return lacking.length === 0 || isOpen || lacking.some((id) => text.includes(id));
}

function idsIn(text: string): string[] {
  return text.match(/\b(i|ami|snap)-[0-9a-f]{8,}\b/g) ?? [];
}
