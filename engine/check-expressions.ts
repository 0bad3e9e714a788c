import { innerMachines, type Machine, type State } from './definition.ts';
import type { Expression } from './expressions.ts';
import type { LoadContext } from './load-fields.ts';
import { type PlacedTemplate, templatesOf } from './state-templates.ts';

const statesFields: ReadonlySet<string> = new Set(['input', 'result', 'errorOutput', 'context', '*']);

/** Refuses expressions that read what Step Functions does not give at their place. */
export function checkExpressions(machine: Machine, context: LoadContext, strict: boolean): void {
  for (const state of machine.states.values()) {
    for (const { template, phase } of templatesOf(state)) {
      for (const expression of template.expressions) {
        for (const message of problemsOf(expression, state, phase, strict)) {
          const field = expression.location;
          context.problems.push({ stateMachine: context.stateMachine, state: state.name, field, message });
        }
      }
    }
    for (const inner of innerMachines(state)) checkExpressions(inner, context, strict);
  }
}

function problemsOf(
  { names }: Expression,
  state: State,
  phase: PlacedTemplate['phase'],
  strict: boolean,
): readonly string[] {
  const problems: string[] = [];
  if (names.usesRoot) problems.push('$$ does not exist in Step Functions; use $states.input');
  for (const field of names.documentFields) problems.push(`'${field}' has no document; use $states.input.${field}`);
  if (strict && names.variables.has('eval')) problems.push('$eval does not exist in Step Functions; $parse reads JSON');
  for (const field of names.statesFields) {
    if (!statesFields.has(field)) problems.push(`$states.${field} does not exist`);
  }
  const hasResult = phase === 'after' && (state.type === 'Task' || state.type === 'Map' || state.type === 'Parallel');
  if (names.statesFields.has('result') && !hasResult) {
    problems.push('$states.result exists only in Assign and Output of a Task, Map or Parallel state');
  }
  if (names.statesFields.has('errorOutput') && phase !== 'caught') {
    problems.push('$states.errorOutput exists only in Assign and Output of a Catch');
  }
  return problems;
}
