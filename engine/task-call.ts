import type { Flow } from './flow.ts';
import type { Json } from './json.ts';

export type Reply =
  | { readonly kind: 'succeeded'; readonly output: Json }
  | { readonly kind: 'failed'; readonly error: string | undefined; readonly cause: string | undefined }
  | { readonly kind: 'timedOut'; readonly error: string };

/** The work of a task: how to begin it, and what its completion is. */
export interface Call {
  /**
   * Begins the work and reports its reply once; returns how to make it stop.
   * @param isOver asked when the work would begin: what has no time left is never begun
   */
  begin(reply: (reply: Reply) => void, isOver: () => boolean): () => void;
  /** With a token: the task is done when the token comes back, not when the call is. */
  readonly taskToken?: string | undefined;
  /** With `.sync`: what follows a successful call, e.g. waiting for the execution that it started. */
  readonly afterwards?: ((output: Json, reply: (reply: Reply) => void) => () => void) | undefined;
}

export interface Listener {
  settle(reply: Reply): void;
  /** The call was made, its completion is waited for. */
  submitted(output: Json): void;
  beat(): void;
  /** Whether the time of the task has run out. */
  isOver(): boolean;
}

export interface Handle {
  /** Stops waiting, whether or not there was a reply. */
  drop(): void;
}

/** Makes a call and follows it to its completion. */
export function startCall(flow: Flow, call: Call, listener: Listener): Handle {
  const { tokens } = flow.runtime;
  const { taskToken, afterwards } = call;
  let isSubmitted = false;
  /** A token may come back before the call that handed it out has returned. */
  let early: Reply | undefined;
  let stop: () => void = () => undefined;
  const completed = (reply: Reply): void => {
    if (isSubmitted) listener.settle(reply);
    else early ??= reply;
  };
  if (taskToken !== undefined) {
    tokens.open(taskToken, {
      succeed: (output) => completed({ kind: 'succeeded', output }),
      fail: (error, cause) => completed({ kind: 'failed', error, cause }),
      heartbeat: () => listener.beat(),
    });
  }
  const called = (reply: Reply): void => {
    if (reply.kind !== 'succeeded' || (taskToken === undefined && !afterwards)) {
      listener.settle(reply);
      return;
    }
    listener.submitted(reply.output);
    isSubmitted = true;
    if (early) listener.settle(early);
    else if (afterwards) stop = afterwards(reply.output, (completion) => listener.settle(completion));
  };
  stop = call.begin(called, () => listener.isOver());
  return {
    drop() {
      if (taskToken !== undefined) tokens.close(taskToken);
      stop();
    },
  };
}
