import type { NamedPolicy } from '../shared/domain/policy.ts';
import { type Fragment, sub, type Value } from './cloudformation.ts';
import { functionFolders, readFunctionFile, statementsUnder } from './function-files.ts';
import { functionRoleId, keyOf } from './names.ts';
import { allow, role, type Statement, traces } from './role.ts';
import { zipPath } from './zip-path.ts';

/** The functions as serverless.yml lists them, by key. */
export function functionList(): { [key: string]: Value } {
  return Object.fromEntries(
    functionFolders().map((folder) => {
      const { handler, timeout, memorySize, environment } = readFunctionFile(folder);
      return [
        keyOf(folder),
        {
          handler,
          timeout,
          memorySize,
          ...(environment === undefined ? {} : { environment }),
          // Given as a name or GetAtt, osls would add a DependsOn that says the same again.
          role: sub(`\${${functionRoleId(folder)}.Arn}`),
          package: { artifact: zipPath(folder) },
        },
      ];
    }),
  );
}

/** One role for each function: its logs, its traces, and what its function.yml says. */
export function functionRoles(policies: readonly NamedPolicy[]): Fragment {
  const roles = functionFolders().map((folder) => {
    const statements = [ownLogs(keyOf(folder)), traces, ...statementsUnder(readFunctionFile(folder), policies)];
    return role(functionRoleId(folder), 'lambda', statements);
  });
  return { Resources: Object.assign({}, ...roles) };
}

/** The log group is the stack's, so a function need not make it. */
function ownLogs(key: string): Statement {
  return allow(
    ['logs:CreateLogStream', 'logs:PutLogEvents'],
    sub(
      `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:/aws/lambda/\${self:service}-\${sls:stage}-${key}:*`,
    ),
  );
}
