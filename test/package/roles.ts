import { at, type Json, list, type Resource, resourcesOf, type Template, text } from './template.ts';

export interface Right {
  role: string;
  actions: string[];
  resources: Json[];
  conditions: Json | undefined;
}

/** Every statement of every role. */
export function rightsIn(template: Template): Right[] {
  return resourcesOf(template, 'AWS::IAM::Role').flatMap(([role, resource]) => rightsOf(role, resource));
}

export function rightsOf(role: string, { Properties }: Resource): Right[] {
  return list(Properties.Policies).flatMap((policy) =>
    list(at(policy, 'PolicyDocument', 'Statement')).map((statement) => ({
      role,
      actions: list(at(statement, 'Action')).map(text),
      resources: list(at(statement, 'Resource')),
      conditions: at(statement, 'Condition'),
    })),
  );
}
