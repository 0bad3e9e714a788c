import type { Clock } from './clock.ts';
import type { Machine } from './definition.ts';
import type { Ending, Execution } from './execution.ts';
import type { Failure } from './failure.ts';
import type { Json } from './json.ts';
import type { EngineOptions } from './options.ts';
import type { Random } from './random.ts';
import type { TaskTokens } from './task-tokens.ts';

/** What the interpreter of states needs from the engine around it. */
export interface Runtime {
  readonly clock: Clock;
  readonly random: Random;
  readonly options: EngineOptions;
  readonly tokens: TaskTokens;
  /** Starts an execution as StartExecution does; throws RequestRefused. */
  start(request: { stateMachineArn: string; name: string | undefined; input: Json }): Execution;
  startMapChild(request: MapChildRequest): Execution;
  /** Ends an execution if it still runs. */
  close(execution: Execution, ending: Ending): void;
  /** Tells whoever listens. */
  noteFailure(failure: Failure): void;
}

export interface MapChildRequest {
  readonly parent: Execution;
  readonly label: string;
  readonly mapRunArn: string;
  readonly machine: Machine;
  readonly input: Json;
}
