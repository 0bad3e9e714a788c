import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDirectory } from '../../../cli/simulation/project.ts';
import { at, missing, namedBy, resourcesOf, type Template, text } from '../template.ts';

/** `create-image` → `CreateImage`, said here for itself: the check must not share a mistake with what it checks. */
export const pascal = (folder: string): string =>
  folder
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

/** Every folder of functions/ is one function, set up as all of them are, and there are no others. */
export function misfitFunctions(template: Template, folders: readonly string[]): string[] {
  const functions = new Map(resourcesOf(template, 'AWS::Lambda::Function'));
  const expected = new Map(folders.map((folder) => [`${pascal(folder)}LambdaFunction`, folder]));
  const roles = [...functions.values()].map(({ Properties }) => namedBy(Properties.Role));
  return [
    ...[...expected]
      .filter(([id]) => !functions.has(id))
      .map(([id, folder]) => `functions/${folder} is not deployed: there is no ${id}`),
    ...[...functions.keys()].filter((id) => !expected.has(id)).map((id) => `${id} has no folder in functions/`),
    ...[...functions].flatMap(([id, { Properties }]) => {
      const role = namedBy(Properties.Role);
      const logGroup = `/aws/lambda/${text(Properties.FunctionName)}`;
      const wrong: [isWrong: boolean, finding: string][] = [
        [Properties.Runtime !== 'nodejs24.x', 'does not run on nodejs24.x'],
        [text(Properties.Architectures) !== '["arm64"]', 'is not for arm64'],
        [at(Properties.TracingConfig, 'Mode') !== 'Active', 'is not traced'],
        [at(Properties.Role, 'Ref') !== undefined, 'names its role by Ref, which is no ARN'],
        [role === undefined || template.Resources[role]?.Type !== 'AWS::IAM::Role', 'has no role of this template'],
        [roles.filter((each) => each === role).length > 1, 'shares its role'],
        [!hasLogGroup(template, logGroup), 'has no log group with a retention'],
        [Properties.ReservedConcurrentExecutions !== undefined, 'reserves concurrency, which others then lack'],
        [versionsOf(template, id).length !== 1, 'is not published as a version'],
      ];
      return wrong.filter(([isWrong]) => isWrong).map(([, finding]) => `${id} ${finding}`);
    }),
  ];
}

function hasLogGroup(template: Template, name: string): boolean {
  return resourcesOf(template, 'AWS::Logs::LogGroup').some(
    ([, { Properties }]) => Properties.LogGroupName === name && typeof Properties.RetentionInDays === 'number',
  );
}

/** The versions that are published of a function or a state machine. */
export function versionsOf(template: Template, logicalId: string): string[] {
  return [
    ...resourcesOf(template, 'AWS::Lambda::Version').map(
      ([id, { Properties }]) => [id, Properties.FunctionName] as const,
    ),
    ...resourcesOf(template, 'AWS::StepFunctions::StateMachineVersion').map(
      ([id, { Properties }]) => [id, Properties.StateMachineArn] as const,
    ),
  ]
    .filter(([, of]) => namedBy(of) === logicalId)
    .map(([id]) => id);
}

/** What a handler reads from its environment, its function.yml sets, and what its meter reads, serverless.yml; and nothing else. */
export function misfitEnvironments(template: Template, folders: readonly string[]): string[] {
  return folders.flatMap((folder) => {
    const handler = readFileSync(join(projectDirectory, 'functions', folder, 'handler.ts'), 'utf8');
    const read = new Set(['STACK_NAME', ...[...handler.matchAll(/variables\.(\w+)/g)].map(([, name = '']) => name)]);
    const environment = template.Resources[`${pascal(folder)}LambdaFunction`]?.Properties.Environment;
    const set = new Set(Object.keys(at(environment, 'Variables') ?? {}));
    return [
      ...missing(read, set)
        .filter((name) => name !== 'AWS_REGION')
        .map((name) => `functions/${folder} reads ${name}, which nothing sets`),
      ...missing(set, read).map((name) => `functions/${folder}/function.yml sets ${name}, which nothing reads`),
    ];
  });
}
