import { readFileSync } from 'node:fs';
import { readWorkflow, workflowNames } from '../cli/simulation/workflows.ts';
import { functionFolders, readFunctionFile } from '../deploy/function-files.ts';
import { rightsOf } from '../deploy/machine-rights.ts';
import { inProject } from '../deploy/names.ts';
import { markdownTable } from './markdown.ts';

/** The text of docs/security.md. */
export function security(): string {
  return [
    '# Who may do what, and why',
    'Written by `npm run docs` from the code; a test keeps it fresh.',
    'Every function and every state machine has a role of its own, which one service may take, in the name of this account alone. A simulation judges each call by these roles; `test/simulation/used-rights.test.ts` fails where a right is used by nothing.',
    '## Functions',
    'Besides, each writes its own log and its traces. *Needed where* says which policies a right is there for; without it, it is always there.',
    markdownTable(['Function', 'May', 'On', 'If', 'Needed where', 'Why'], functionFolders().flatMap(functionRows)),
    '## State machines',
    'Besides, each delivers its log and writes its traces.',
    markdownTable(['State machine', 'May', 'On'], workflowNames().flatMap(machineRows)),
    '## What starts them',
    'EventBridge Scheduler and EventBridge may start the state machines that they are for, and the former may put into the queue what it could not start. Lambda functions are called by state machines alone.',
    '## What is not limited',
    '- Calls that describe know no resources: functions see every instance and image of the account.\n- `copy-image` may copy every image that the account may read: IAM knows no condition on the tags of the source.\n- Which KMS keys may be used is for the policies of the keys to say; roles ask only that EC2 does it.',
    '',
  ].join('\n\n');
}

function functionRows(folder: string): string[][] {
  const whys = whysOf(folder);
  return readFunctionFile(folder).iamRoleStatements.map(({ Action, Resource, Condition, onlyWhere, onlyOn }, index) => [
    `\`${folder}\``,
    Action.map(code).join(' '),
    namesOf(Resource).map(code).join(' '),
    [onlyOn ?? '', ...conditionsOf(Condition)].filter((text) => text !== '').join('; '),
    onlyWhere ?? '',
    whys[index] ?? '',
  ]);
}

/** The comment above each statement, in their order. @throws where one says nothing */
function whysOf(folder: string): string[] {
  const text = readFileSync(inProject('functions', folder, 'function.yml'), 'utf8');
  return text
    .split(/^ {2}- Effect: Allow$/m)
    .slice(0, -1)
    .map((before) => {
      const [, comment] = /((?:^ {2}# .*\n)+)$/m.exec(before) ?? [];
      const why = comment
        ?.replaceAll(/^ {2}# /gm, '')
        .trim()
        .replaceAll('\n', ' ');
      if (why === undefined || !why.startsWith('why: ')) {
        throw new Error(`functions/${folder}/function.yml has a statement without a \`# why: …\` above it.`);
      }
      return why.slice('why: '.length);
    });
}

function machineRows(name: string): string[][] {
  return rightsOf(readWorkflow(name))
    .filter(({ Action }) => !Action.some((action) => /^(?:logs|xray):/.test(action)))
    .map(({ Action, Resource }) => [`\`${name}\``, Action.map(code).join(' '), namesOf(Resource).map(code).join(' ')]);
}

const code = (text: string): string => `\`${text}\``;

/** ARNs without what is the same in all of them. */
function namesOf(resource: unknown): string[] {
  const resources: readonly unknown[] = Array.isArray(resource) ? resource : [resource];
  return resources.map((each) => {
    const text = typeof each === 'string' ? each : Object.values(Object(each)).flat().join('.');
    return text
      .replace('arn:$' + '{AWS::Partition}:', '')
      .replaceAll('$' + '{AWS::Region}', 'REGION')
      .replaceAll('$' + '{AWS::AccountId}', 'ACCOUNT')
      .replaceAll('$' + '{self:service}-$' + '{sls:stage}', 'STACK')
      .replaceAll('$' + '{self:custom.policyPrefix}', '/ami-lifecycle/STAGE/policies/')
      .replaceAll(/\$\{(\w+)(?:\.Arn)?\}/g, '$1');
  });
}

function conditionsOf(condition: unknown): string[] {
  return Object.entries(Object(condition)).flatMap(([operator, keys]) =>
    Object.entries(Object(keys)).map(([key, wanted]) => `${code(key)} ${operator} ${code([wanted].flat().join(', '))}`),
  );
}
