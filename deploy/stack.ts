import { InputError } from '../cli/input-error.ts';
import { type LoadedPolicy, loadPolicies } from '../cli/policies/load.ts';
import { alarmResources } from '../monitoring/alarms.ts';
import { dashboardResource } from '../monitoring/dashboard.ts';
import { queryResources } from '../monitoring/log-queries.ts';
import type { Fragment, Value } from './cloudformation.ts';
import { functionList, functionRoles } from './functions.ts';
import { stateMachineResources } from './state-machines.ts';
import { eventRuleResources, scheduleResources } from './triggers.ts';

/** What osls hands to a function that computes part of serverless.yml. */
interface Variables {
  resolveVariable: (variable: string) => Promise<unknown>;
}

export function functions(): { [key: string]: Value } {
  return functionList();
}

/**
 * All that follows from the policies, read once: osls tells what is wrong with them for every variable that it cannot
 * resolve. Roles of functions, schedules, alarms, the dashboard.
 */
export async function ofPolicies(variables: Variables): Promise<Fragment> {
  const loaded = await policiesOf(variables);
  return together([
    functionRoles(loaded.map(({ policy }) => policy)),
    scheduleResources(loaded),
    alarmResources(loaded),
    dashboardResource(loaded),
  ]);
}

export function stateMachines(): Fragment {
  return stateMachineResources();
}

export function eventRules(): Fragment {
  return eventRuleResources();
}

export function logQueries(): Fragment {
  return queryResources();
}

/** @throws with every problem of every file, as `ami-lifecycle policies check --region` names them */
async function policiesOf({ resolveVariable }: Variables): Promise<LoadedPolicy[]> {
  const folder = String(await resolveVariable('param:policies'));
  const region = String(await resolveVariable('self:provider.region'));
  try {
    return loadPolicies(folder, { region }).policies;
  } catch (error) {
    // osls prints the stack where there is one; what is wrong with a file is not to be found in it.
    if (error instanceof InputError) delete error.stack;
    throw error;
  }
}

function together(fragments: readonly Fragment[]): Fragment {
  return {
    Resources: Object.assign({}, ...fragments.map(({ Resources }) => Resources)),
    Outputs: Object.assign({}, ...fragments.map(({ Outputs }) => Outputs)),
  };
}
