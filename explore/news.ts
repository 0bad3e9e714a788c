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
export interface FailedRun {
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
    isTold: (lacking) => areTold(lacking, { failedRuns, messages: account.notifications.slice(toldBefore) }, concern),
    hasFailure: () => hasFailure,
  };
}

/**
 * Whether each of these is told by its name, or by what tells of everything. What is told by its number alone tells of as many
 * as it counts: all that no name tells of must be among them.
 */
export function areTold(
  lacking: readonly string[],
  { failedRuns, messages }: { failedRuns: readonly FailedRun[]; messages: readonly Told[] },
  concern: Concern,
): boolean {
  const unnamed = lacking.filter(
    (sentence) =>
      !failedRuns.some((run) => ringsFor(run, sentence, concern)) &&
      !messages.some((message) => tellsOf(message, sentence, concern)),
  );
  // A sentence that names no policy, or several, has to be counted for one of them.
  const byPolicies = Map.groupBy(unnamed, (sentence) => policiesIn(sentence, concern).join(' '));
  return [...byPolicies.values()].every((sentences) => messages.some((each) => counts(each, sentences, concern)));
}

function ringsFor({ workflow, policy, error = '', cause }: FailedRun, sentence: string, concern: Concern): boolean {
  if (workflow !== concern.workflow) return false;
  if (policy !== undefined && !policiesIn(sentence, concern).includes(policy)) return false;
  return isOfEnd({ error, cause }, cause, sentence);
}

/** Which workflow a summary is of, by its first line. */
const firstLines: Readonly<Record<string, RegExp>> = {
  'capture-images': /: \d+ captured, \d+ skipped, \d+ failed of \d+$/m,
  'retire-images': /: (\d+ of \d+ images kept\b.*|no plan)$/m,
};

type Told = Pick<Notification, 'subject' | 'message'>;

/**
 * A summary of a run is sent whatever came of it: only what names a failure, or something that is lacking, tells of it. That
 * the rescue has started an instance again tells nobody that its image is lacking, so no word of it counts; where it fails
 * itself, its run does.
 */
function tellsOf(told: Told, sentence: string, concern: Concern): boolean {
  if (!isOfConcern(told, sentence, concern)) return false;
  const { subject = '', message } = told;
  const [firstLine = '', secondLine = ''] = message.split('\n');
  // `gold: States.Timeout`
  const [, error] = /: ((?:[A-Z][A-Za-z]+\.)?[A-Z][A-Za-z]+)$/.exec(subject) ?? [];
  if (error !== undefined) return isOfEnd({ error, cause: secondLine.replace(`${error}: `, '') }, message, sentence);
  const hasFailure = /\b[1-9]\d* failed\b/.test(firstLine);
  return idsIn(sentence).length === 0 ? hasFailure : isNamed(message, sentence);
}

function isOfConcern({ subject = '', message }: Told, sentence: string, concern: Concern): boolean {
  const [heading = ''] = subject.split(': ');
  const [firstLine = ''] = message.split('\n');
  if (firstLines[concern.workflow]?.test(firstLine) !== true) return false;
  // A tag may name several policies.
  const about = policiesIn(sentence, concern);
  return heading.split(' ').some((name) => about.includes(name));
}

/** Whether an end of a run is that of all its items; or else whether this text, which says of which it is, names this one. */
function isOfEnd({ error, cause }: { error: string; cause: string }, text: string, sentence: string): boolean {
  if (error === 'CapturesFailed' || /^\d+ failed, the first: /.test(cause)) return isNamed(text, sentence);
  const regions = [...cause.matchAll(/\bNothing was retired in ([a-z0-9-]+): /g)].map(([, region = '']) => region);
  const named: readonly string[] = sentence.match(/\b[a-z]{2}(-[a-z]+)+-\d\b/g) ?? [];
  const isOfAll = regions.length === 0 || / what could be taken elsewhere waits for that, too\./.test(cause);
  // Beside what the run ended with, single images may have failed in the other Regions.
  const isByName = idsIn(sentence).length > 0 && isNamed(text, sentence);
  return isOfAll || named.length === 0 || named.some((region) => regions.includes(region)) || isByName;
}

/**
 * Failures name what they are of, as far as AWS says it and there is room; those of snapshots that no image uses name their
 * Region alone. A sentence about nothing in particular is about whatever failed.
 */
function isNamed(text: string, sentence: string): boolean {
  const ids = idsIn(sentence);
  if (ids.length === 0 || ids.some((id) => text.includes(id))) return true;
  if (/^and \d+ more$/m.test(text) || /(?:^|the first: )(?:unknown|an unknown image) /m.test(text)) return true;
  return ids.some((id) => id.startsWith('snap-')) && /(?:^|the first: )snapshots without an image in /m.test(text);
}

/** What is not named, only counted: what was skipped, and images that wait for a report that failed. */
const counted = [/^.*?\b(\d+) skipped\b/, /^Reports on who else uses an image: (\d+) failed at EC2\./m];

/** Whether at least as many are counted as these sentences are about. */
function counts(told: Told, sentences: readonly string[], concern: Concern): boolean {
  const things = new Set(sentences.map((sentence) => idsIn(sentence)[0] ?? ''));
  return (
    sentences.every((sentence) => isOfConcern(told, sentence, concern)) &&
    counted.some((pattern) => Number(pattern.exec(told.message)?.[1] ?? 0) >= things.size)
  );
}

/** The policies that a sentence names, or else all. */
function policiesIn(sentence: string, { policies }: Concern): readonly string[] {
  const words = new Set(sentence.split(/[^\w-]+/));
  const named = policies.filter((name) => words.has(name));
  return named.length > 0 ? named : policies;
}

function idsIn(text: string): string[] {
  return text.match(/\b(i|ami|snap)-[0-9a-f]{8,}\b/g) ?? [];
}
