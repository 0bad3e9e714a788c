import type { State } from './definition.ts';
import { Aborted } from './errors.ts';
import { type Execution, silence } from './execution.ts';
import type { Variables } from './expressions.ts';
import type { EventDetails } from './history.ts';
import type { Json } from './json.ts';
import type { Runtime } from './runtime.ts';

/** One thread of an execution: its root, a branch of a Parallel state, or an iteration of an inline Map. */
export interface Flow {
  readonly execution: Execution;
  readonly runtime: Runtime;
  /** The event that the next one follows from. */
  source: number;
  /** Replaced, never changed, so that a running evaluation sees one consistent set. */
  variables: Variables;
  readonly mapItem: { readonly index: number; readonly value: Json } | undefined;
  readonly children: Set<Flow>;
  /** The state it is in. */
  active: State | undefined;
  isAborted: boolean;
  /** Ends the present wait by rejecting it. */
  cancelWait: ((reason: unknown) => void) | undefined;
}

export function openFlow(
  runtime: Runtime,
  execution: Execution,
  start: Pick<Flow, 'source' | 'variables' | 'mapItem'>,
): Flow {
  return {
    ...start,
    runtime,
    execution,
    children: new Set(),
    active: undefined,
    isAborted: false,
    cancelWait: undefined,
  };
}

/** Notes an event of this flow, which the next one follows from. Throws Aborted in a flow that is no longer wanted. */
export function record(flow: Flow, type: string, details?: EventDetails): number {
  const id = recordAside(flow, type, flow.source, details);
  flow.source = id;
  return id;
}

/** Notes an event that the next one does not follow from. */
export function recordAside(flow: Flow, type: string, previousEventId: number, details?: EventDetails): number {
  if (flow.isAborted) throw new Aborted();
  return flow.execution.history.add(type, previousEventId, flow.runtime.clock.now(), details);
}

/**
 * Waits for `begin` to call `settle` (or `fail`). `begin` returns what is to be cleaned up whether the wait ends or the flow
 * is aborted.
 */
export function waitFor<T>(
  flow: Flow,
  begin: (settle: (value: T) => void, fail: (reason: unknown) => void) => () => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let cleanUp: (() => void) | undefined;
    let isDone = false;
    const finish = (end: () => void): void => {
      if (isDone) return;
      isDone = true;
      flow.cancelWait = undefined;
      cleanUp?.();
      end();
    };
    const fail = (reason: unknown): void => finish(() => reject(reason));
    flow.cancelWait = fail;
    cleanUp = begin((value) => finish(() => resolve(value)), fail);
  });
}

export function sleep(flow: Flow, delayMs: number): Promise<void> {
  return waitFor<void>(flow, (settle) => {
    const timer = flow.runtime.clock.after(delayMs, settle);
    return () => timer.cancel();
  });
}

/** The states that take time; for the others AWS has no event. */
const abortable: ReadonlySet<State['type']> = new Set(['Map', 'Parallel', 'Task', 'Wait']);

/** Aborts a branch or iteration whose sibling failed, noting the state that it was torn from. */
export function abortChild(parent: Flow, child: Flow): void {
  parent.children.delete(child);
  try {
    for (const grandchild of child.children) abortChild(child, grandchild);
    const type = child.active?.type;
    if (type && abortable.has(type)) recordAside(child, `${type}StateAborted`, child.source);
  } finally {
    // Even when the history is full: aborted work must not go on.
    silence(child);
  }
}
