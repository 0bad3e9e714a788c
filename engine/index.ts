export { type Clock, systemClock, type Timer, type VirtualClock, virtualClock } from './clock.ts';
export { createEngine, type Engine, type ExecutionDescription, type StateMachineOptions } from './engine.ts';
export { DefinitionError, type DefinitionProblem, RequestRefused } from './errors.ts';
export type { ExecutionStatus } from './execution.ts';
export type { Failure } from './failure.ts';
export type { HistoryEvent } from './history.ts';
export type { Json, JsonObject } from './json.ts';
export {
  type EngineOptions,
  type FunctionOutcome,
  functionFailure,
  type Integration,
  type IntegrationOutcome,
  type Invocation,
  type ObjectStore,
} from './options.ts';
export type { StatusChangeEvent } from './status-change.ts';
