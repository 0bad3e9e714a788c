import { innerMachines, type Machine, type State } from './definition.ts';
import { isFunctionName } from './expression-names.ts';
import type { LoadContext } from './load-fields.ts';
import { templatesOf } from './state-templates.ts';
import type { Template } from './templates.ts';

type Names = ReadonlySet<string>;

/**
 * Finds variables that may be unset where they are read, as some path to the state does not assign them; and assignments
 * in an inner scope to a name of an outer one, which AWS refuses. Inner scopes see the outer variables, but the children of
 * a DISTRIBUTED Map do not.
 */
export function checkVariables(machine: Machine, context: LoadContext): void {
  check(machine, new Set(), new Set(), context);
}

function check(machine: Machine, atStart: Names, outerNames: Names, context: LoadContext): void {
  const atEntry = assignedAtEntry(machine, atStart);
  const ownNames = new Set([...machine.states.values()].flatMap(assignedNames));
  const report = (state: string, field: string | undefined, message: string): void => {
    context.problems.push({
      stateMachine: context.stateMachine,
      state,
      ...(field === undefined ? {} : { field }),
      message,
    });
  };
  for (const state of machine.states.values()) {
    for (const name of assignedNames(state)) {
      if (outerNames.has(name))
        report(state.name, 'Assign', `$${name} belongs to an outer scope, which an inner one cannot write`);
    }
    const assigned = atEntry.get(state.name) ?? new Set();
    for (const { template } of templatesOf(state)) {
      for (const { names, location } of template.expressions) {
        for (const name of names.variables) {
          if (!assigned.has(name) && !isFunctionName(name) && name !== 'eval') {
            report(state.name, location, `$${name} may be unset: not every path to this state assigns it`);
          }
        }
      }
    }
    const isDistributed = state.type === 'Map' && state.distributed !== undefined;
    for (const inner of innerMachines(state)) {
      if (isDistributed) check(inner, new Set(), new Set(), context);
      else check(inner, assigned, new Set([...outerNames, ...ownNames]), context);
    }
  }
}

/** The variables that every path to a state has assigned, per state; the greatest solution, found by iteration. */
function assignedAtEntry(machine: Machine, atStart: Names): ReadonlyMap<string, Names> {
  const atEntry = new Map<string, Names>([[machine.startAt, atStart]]);
  const pending = [machine.startAt];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const state = machine.states.get(name);
    if (!state) continue;
    for (const { target, assign } of edgesOf(state)) {
      const leaving = new Set([...(atEntry.get(name) ?? []), ...namesAssignedBy(assign)]);
      const known = atEntry.get(target);
      const merged = known ? new Set([...known].filter((variable) => leaving.has(variable))) : leaving;
      if (known && merged.size === known.size) continue;
      atEntry.set(target, merged);
      pending.push(target);
    }
  }
  return atEntry;
}

function edgesOf(state: State): readonly { target: string; assign: Template | undefined }[] {
  const own = state.next === undefined ? [] : [{ target: state.next, assign: state.assign }];
  if (state.type === 'Choice') return [...state.rules.map(({ next, assign }) => ({ target: next, assign })), ...own];
  const catchers = 'catchers' in state ? state.catchers : [];
  return [...own, ...catchers.map(({ next, assign }) => ({ target: next, assign }))];
}

function assignedNames(state: State): readonly string[] {
  const rules = state.type === 'Choice' ? state.rules : [];
  const catchers = 'catchers' in state ? state.catchers : [];
  return [state.assign, ...rules.map((rule) => rule.assign), ...catchers.map((catcher) => catcher.assign)].flatMap(
    namesAssignedBy,
  );
}

function namesAssignedBy(assign: Template | undefined): readonly string[] {
  return assign?.keys ?? [];
}
