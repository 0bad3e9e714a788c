import { join } from 'node:path';
import { projectDirectory } from '../cli/simulation/project.ts';

/** `create-image` is `CreateImage` among the template's resources, and the name of its state. */
export function logicalName(folder: string): string {
  return folder.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** `create-image` is `createImage` among the functions of serverless.yml and in a definition's substitutions. */
export function keyOf(folder: string): string {
  const name = logicalName(folder);
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** What osls calls a function's resource. */
export const functionId = (folder: string): string => `${logicalName(folder)}LambdaFunction`;

/** Stands for the version of a function that is published now, until versions.ts knows its name: that ends in a hash. */
export const versionPlaceholder = (functionLogicalId: string): string =>
  functionLogicalId.replace(/LambdaFunction$/, 'LambdaVersion');

/** The same for a state machine. */
export const machineVersionPlaceholder = (stateMachineLogicalId: string): string => `${stateMachineLogicalId}Version`;

export const functionRoleId = (folder: string): string => `${logicalName(folder)}Role`;

export const stateMachineId = (folder: string): string => `${logicalName(folder)}StateMachine`;

/** Two policies never get one name: their own are in lower case, so that `Dash` cannot be part of them. */
export const policyId = (policy: string): string => `Policy${policy.replaceAll('-', 'Dash')}`;

export const inProject = (...path: string[]): string => join(projectDirectory, ...path);
