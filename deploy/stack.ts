import { InputError } from '../cli/input-error.ts';
import { type LoadedPolicy, loadPolicies } from '../cli/policies/load.ts';
import { alarmResources } from '../monitoring/alarms.ts';
import { dashboardResource } from '../monitoring/dashboard.ts';
import { queryResources } from '../monitoring/log-queries.ts';
import type { Fragment, Value } from './cloudformation.ts';
import { functionList, functionRoles as rolesUnder } from './functions.ts';
import { stateMachineResources } from './state-machines.ts';
import { eventRuleResources, scheduleResources } from './triggers.ts';

/** What osls hands to a function that computes part of serverless.yml. */
interface Variables {
  resolveVariable: (variable: string) => Promise<unknown>;
}

export function functions(): { [key: string]: Value } {
  return functionList();
}

export async function functionRoles(variables: Variables): Promise<Fragment> {
  const policies = await policiesOf(variables);
  return rolesUnder(policies.map(({ policy }) => policy));
}

export function stateMachines(): Fragment {
  return stateMachineResources();
}

export function eventRules(): Fragment {
  return eventRuleResources();
}

export async function schedules(variables: Variables): Promise<Fragment> {
  return scheduleResources(await policiesOf(variables));
}

export async function alarms(variables: Variables): Promise<Fragment> {
  return alarmResources(await policiesOf(variables));
}

export async function dashboard(variables: Variables): Promise<Fragment> {
  return dashboardResource(await policiesOf(variables));
}

export function logQueries(): Fragment {
  return queryResources();
}

/** @throws with every problem of every file, as `ami-lifecycle policies check` names them */
async function policiesOf({ resolveVariable }: Variables): Promise<LoadedPolicy[]> {
  try {
    return loadPolicies(String(await resolveVariable('param:policies'))).policies;
  } catch (error) {
    // osls prints the stack where there is one; what is wrong with a file is not to be found in it.
    if (error instanceof InputError) delete error.stack;
    throw error;
  }
}
