import { readFileSync } from 'node:fs';
import { readWorkflow, workflowNames } from '../cli/simulation/workflows.ts';
import { functionFolders, readFunctionFile } from '../deploy/function-files.ts';
import { reasonedRightsOf, rightsOfEveryMachine } from '../deploy/machine-rights.ts';
import { inProject } from '../deploy/names.ts';
import type { Reasoned } from '../deploy/role.ts';
import { eventRuleRights, scheduleRights } from '../deploy/triggers.ts';
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
    markdownTable(
      ['State machine', 'May', 'On', 'Why'],
      [
        ...workflowNames().flatMap((name) => reasonedRows(code(name), reasonedRightsOf(readWorkflow(name)))),
        ...reasonedRows('each of them', rightsOfEveryMachine),
      ],
    ),
    '## What starts them',
    'Lambda functions are called by state machines alone.',
    markdownTable(
      ['Who', 'May', 'On', 'Why'],
      [
        ...reasonedRows('EventBridge Scheduler', scheduleRights()),
        ...reasonedRows('EventBridge, for its rules', eventRuleRights()),
      ],
    ),
    '## What is not limited',
    [
      '- The tags are the authority. Whoever may set `ami-lifecycle:policy` has an instance stopped and captured, and an image or snapshot retired; whoever may set `ami-lifecycle:stopped-by` has a stopped instance started. Keep tags of `ami-lifecycle:*` to those who may decide that, best by a policy of the organisation: Deny `ec2:CreateTags` and `ec2:DeleteTags` where `aws:TagKeys` is like `ami-lifecycle:*`, but for the roles of this stack and the platform team.',
      '- Whoever may write the parameters of policies decides what is kept, and with whom it is shared; whoever may write the archive bucket decides what is restored.',
      '- Calls that describe know no resources: functions see every instance and image of the account.',
      '- `copy-image` may copy every image of this account, ours or not, and give the copy our tags: of the source, IAM is told the owner, and no tags. It could make copies, and never change or delete what it copies.',
      '- `plan-retirement` and `retire-image` let EC2 read every parameter of Parameter Store and every recipe in their name, as `DescribeImageReferences` needs; the functions themselves cannot. That rests on `aws:CalledVia`, as AWS writes it in its own policy for this call (`AmazonEC2ImageReferencesAccessPolicy`); it is not tried on AWS here.',
      '- `share-image` and `retire-image` may share every image of ours with whomever they like, and `share-image` its snapshots: IAM is told what is shared, and not with whom. That it is the audience of a policy is for their code; that nothing becomes public, for the block on public access of each Region.',
      '- `retire-image` may disable and deregister every image of ours that carries no hold, with its snapshots: of rules, uses, grace and archives IAM knows nothing. What must outlive a mistake of its code is to be held, or to lie in another account.',
      '- `store-image` may overwrite and delete every archive under the prefixes that policies name, as EC2 writes with its rights, and `set-storage-class` may overwrite them: only versioning or Object Lock of the bucket keeps an archive from them.',
      '- Which KMS keys may be used is for the policies of the keys to say; roles ask only that EC2 does it.',
    ].join('\n'),
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

function reasonedRows(who: string, rights: readonly Reasoned[]): string[][] {
  return rights.map(({ statement: { Action, Resource }, why }) => [
    who,
    Action.map(code).join(' '),
    namesOf(Resource).map(code).join(' '),
    why,
  ]);
}

const code = (text: string): string => `\`${text}\``;

/** ARNs without what is the same in all of them. */
function namesOf(resource: unknown): string[] {
  const resources: readonly unknown[] = Array.isArray(resource) ? resource : [resource];
  return resources.map((each) =>
    textOf(each)
      .replace('arn:$' + '{AWS::Partition}:', '')
      .replaceAll('$' + '{AWS::Region}', 'REGION')
      .replaceAll('$' + '{AWS::AccountId}', 'ACCOUNT')
      .replaceAll('$' + '{self:service}-$' + '{sls:stage}', 'STACK')
      .replaceAll('$' + '{self:custom.policyPrefix}', '/ami-lifecycle/STAGE/policies/')
      .replaceAll(/\$\{(\w+)(?:\.Arn)?\}/g, '$1'),
  );
}

/** A text, or what CloudFormation puts in its place: of `Ref` and `Fn::GetAtt` what they name. */
function textOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? Object.values(value).flat().join('.') : String(value);
}

function conditionsOf(condition: unknown): string[] {
  return Object.entries(Object(condition)).flatMap(([operator, keys]) =>
    Object.entries(Object(keys)).map(
      ([key, wanted]) => `${code(key)} ${operator} ${code([wanted].flat().map(textOf).join(', '))}`,
    ),
  );
}
