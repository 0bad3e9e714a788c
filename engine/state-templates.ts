import type { State } from './definition.ts';
import type { Template } from './templates.ts';

export interface PlacedTemplate {
  readonly template: Template;
  /** Where in the life of the state it is evaluated, which decides what of `$states` it may read. */
  readonly phase: 'before' | 'after' | 'caught';
}

/** Every template of a state (not of the machines inside it). */
export function templatesOf(state: State): readonly PlacedTemplate[] {
  return [
    ...placed('before', beforeTemplates(state)),
    ...placed('after', [state.assign, state.output]),
    ...('catchers' in state
      ? placed(
          'caught',
          state.catchers.flatMap((catcher) => [catcher.assign, catcher.output]),
        )
      : []),
  ];
}

function beforeTemplates(state: State): readonly (Template | undefined)[] {
  if (state.type === 'Task') return [state.arguments, state.timeoutSeconds, state.heartbeatSeconds];
  if (state.type === 'Choice') return state.rules.flatMap((rule) => [rule.condition, rule.assign, rule.output]);
  if (state.type === 'Wait') return [state.seconds, state.timestamp];
  if (state.type === 'Fail') return [state.error, state.cause];
  if (state.type === 'Parallel') return [state.arguments];
  if (state.type !== 'Map') return [];
  return [
    state.items,
    state.itemSelector,
    state.maxConcurrency,
    state.toleratedFailureCount,
    state.toleratedFailurePercentage,
    state.distributed?.itemReader?.arguments,
    state.distributed?.itemReader?.maxItems,
    state.distributed?.itemBatcher?.maxItemsPerBatch,
    state.distributed?.itemBatcher?.batchInput,
    state.distributed?.resultWriter,
  ];
}

function placed(phase: PlacedTemplate['phase'], templates: readonly (Template | undefined)[]): PlacedTemplate[] {
  return templates.flatMap((template) => (template ? [{ template, phase }] : []));
}
