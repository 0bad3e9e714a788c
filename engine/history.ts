import { HistoryFull } from './errors.ts';
import { isJsonObject, type Json, type JsonObject } from './json.ts';

/** Step Functions ends an execution with its 25,000th event. */
export const historyLimit = 25_000;

const fullCause = 'The execution reached the maximum number of history events (25000).';

/** One event as GetExecutionHistory gives it, with AWS's names; payloads are JSON texts. */
export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly timestamp: Date;
  readonly type: string;
  readonly [details: `${string}EventDetails`]: JsonObject;
}

/** Details as the engine notes them; payloads are serialised only when somebody asks for the history. */
export type EventDetails = { readonly [field: string]: Json | undefined };

interface NotedEvent {
  readonly type: string;
  readonly previousEventId: number;
  readonly atMs: number;
  readonly details: EventDetails | undefined;
}

export interface History {
  /** How many events there are, kept or not. */
  readonly count: number;
  /** Adds an event and returns its id. Throws HistoryFull when it would be the 25,000th without ending the execution. */
  add(type: string, previousEventId: number, atMs: number, details?: EventDetails): number;
  /** Frees the events; the count stays. */
  forget(): void;
  /** The events, or `undefined` if they were not kept. */
  events(): readonly HistoryEvent[] | undefined;
}

const endings: ReadonlySet<string> = new Set([
  'ExecutionSucceeded',
  'ExecutionFailed',
  'ExecutionTimedOut',
  'ExecutionAborted',
]);

export function createHistory(isKept: boolean): History {
  let count = 0;
  let noted: NotedEvent[] | undefined = isKept ? [] : undefined;
  return {
    get count() {
      return count;
    },
    add(type, previousEventId, atMs, details) {
      if (count >= historyLimit - 1 && !endings.has(type)) throw new HistoryFull(fullCause);
      count++;
      noted?.push({ type, previousEventId, atMs, details });
      return count;
    },
    forget() {
      noted = undefined;
    },
    events: () => noted?.map((event, index) => formatted(event, index + 1)),
  };
}

function formatted({ type, previousEventId, atMs, details }: NotedEvent, id: number): HistoryEvent {
  const event = { id, previousEventId, timestamp: new Date(atMs), type };
  return details ? { ...event, [detailsName(type)]: formattedDetails(details) } : event;
}

function detailsName(type: string): `${string}EventDetails` {
  if (type.endsWith('StateEntered')) return 'stateEnteredEventDetails';
  if (type.endsWith('StateExited')) return 'stateExitedEventDetails';
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`;
}

function formattedDetails(details: EventDetails): JsonObject {
  const result: Record<string, Json> = {};
  for (const [field, value] of Object.entries(details)) {
    if (value === undefined) continue;
    if (field === 'input' || field === 'output') {
      result[field] = JSON.stringify(value);
      result[`${field}Details`] = { truncated: false };
    } else if (field === 'assignedVariables' && isJsonObject(value)) {
      result[field] = Object.fromEntries(Object.entries(value).map(([name, json]) => [name, JSON.stringify(json)]));
      result.assignedVariablesDetails = { truncated: false };
    } else {
      result[field] = field === 'parameters' ? JSON.stringify(value) : value;
    }
  }
  return result;
}
