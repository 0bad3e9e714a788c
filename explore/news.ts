import type { Notification } from '../simulator/state.ts';
import type { Story } from './world.ts';

/** What people were told, and what they could have been told of. */
export interface News {
  /** Whether an alarm rang, or a message names a failure or something that is lacking. */
  isTold(lacking: readonly string[]): boolean;
  /** Whether any execution, of an item too, ended otherwise than well. */
  hasFailure(): boolean;
}

/** Listens from now on: messages, and runs that do not succeed, for which there is an alarm (monitoring/alarms.ts). */
export function watchNews({ account, stack }: Pick<Story, 'account' | 'stack'>): News {
  const toldBefore = account.notifications.length;
  let hasRung = false;
  let hasFailure = false;
  stack.engine.onStatusChange(({ detail }) => {
    if (detail.status === 'SUCCEEDED' || detail.status === 'RUNNING') return;
    hasFailure = true;
    // The metrics of a child are those of its Map, which no alarm watches.
    if (!detail.executionArn.split(':')[6]?.includes('/')) hasRung = true;
  });
  return {
    isTold: (lacking) => hasRung || account.notifications.slice(toldBefore).some((each) => tellsOf(each, lacking)),
    hasFailure: () => hasFailure,
  };
}

/** A summary of a run is sent whatever came of it: only what names a failure, or something that is lacking, tells of it. */
export function tellsOf({ subject = '', message }: Notification, lacking: readonly string[]): boolean {
  const text = `${subject}\n${message}`;
  if (/\b[1-9]\d* (failed|do not|skipped)\b/.test(text)) return true;
  // `gold: CapturesFailed`, and where it is the cause of a state, `gold: States.Timeout`.
  if (/: ([A-Z][A-Za-z]+\.)?[A-Z][A-Za-z]+$/.test(subject)) return true;
  const named = lacking.flatMap((sentence) => sentence.match(/\b(i|ami|snap)-[0-9a-f]{8,}\b/g) ?? []);
  return named.some((id) => text.includes(id));
}
