import * as z from 'zod';
import { stackName, type Value } from '../../deploy/cloudformation.ts';
import { functionFolders } from '../../deploy/function-files.ts';
import { functionRoles } from '../../deploy/functions.ts';
import { rightsOf as rightsOfMachine } from '../../deploy/machine-rights.ts';
import { functionId, functionRoleId } from '../../deploy/names.ts';
import type { NamedPolicy } from '../../shared/domain/policy.ts';
import { type Rights, rightsOf } from '../../simulator/iam/rights.ts';
import { stackNames } from './functions.ts';
import { readWorkflow, workflowNames } from './workflows.ts';

interface Place {
  region: string;
  accountId: string;
}

/** The rights that a stack deployed with these policies would give its functions, by their folders. */
export function rightsOfFunctions(place: Place, policies: readonly NamedPolicy[]): Rights {
  return rightsOf(
    functionDocuments(JSON.stringify([place, policies]), () => {
      const { Resources } = functionRoles(policies);
      const resolve = resolver(place);
      return new Map(
        functionFolders().map((folder) => {
          const { Policies } = rolePropertiesSchema.parse(Resources[functionRoleId(folder)]?.Properties);
          return [folder, resolve(Policies[0].PolicyDocument)];
        }),
      );
    }),
  );
}

/** The same of its state machines, by their folders. */
export function rightsOfMachines(place: Place): Rights {
  return rightsOf(
    machineDocuments(JSON.stringify(place), () => {
      const resolve = resolver(place);
      return new Map(
        workflowNames().map((name) => {
          const statements = z.json().parse(rightsOfMachine(readWorkflow(name)));
          return [name, resolve({ Version: '2012-10-17', Statement: statements })];
        }),
      );
    }),
  );
}

type Documents = ReadonlyMap<string, unknown>;

/** Thousands of stacks in a row may be of one world, and then their documents are the same. */
function keptForKey(): (key: string, make: () => Documents) => Documents {
  let kept: { key: string; documents: Documents } | undefined;
  return (key, make) => {
    if (kept?.key !== key) kept = { key, documents: make() };
    return kept.documents;
  };
}

const functionDocuments = keptForKey();
const machineDocuments = keptForKey();

const rolePropertiesSchema = z.object({ Policies: z.tuple([z.object({ PolicyDocument: z.json() })]) });

/** What CloudFormation and osls make of a document, with the names of a simulation: those begin with no stage. */
function resolver({ region, accountId }: Place): (document: Value) => unknown {
  const names: Readonly<Record<string, string>> = {
    'AWS::Partition': 'aws',
    'AWS::Region': region,
    'AWS::AccountId': accountId,
    WorkBucket: stackNames.workBucket,
    'WorkBucket.Arn': `arn:aws:s3:::${stackNames.workBucket}`,
    NotificationTopic: `arn:aws:sns:${region}:${accountId}:ami-lifecycle`,
    ...Object.fromEntries(
      functionFolders().map((folder) => [
        `${functionId(folder)}.Arn`,
        `arn:aws:lambda:${region}:${accountId}:function:${folder}`,
      ]),
    ),
  };
  const named = (name: string): string => {
    const value = names[name];
    if (value === undefined) throw new Error(`A role names ${name}, which cli/simulation/roles.ts does not know.`);
    return value;
  };
  const resolve = (value: Value): unknown => {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== 'object' || value === null) return value;
    const [[key, inner] = ['', null]] = Object.entries(value);
    if (key === 'Ref' && typeof inner === 'string') return named(inner);
    if (key === 'Fn::GetAtt' && Array.isArray(inner)) return named(inner.join('.'));
    if (key === 'Fn::Sub' && typeof inner === 'string') {
      return inner.replaceAll(/\$\{([\w:.]+)\}/g, (_, name: string) => named(name));
    }
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, resolve(each)]));
  };
  return (document) => {
    const text = JSON.stringify(document)
      .replaceAll(`${stackName}-`, '')
      .replaceAll('$' + '{self:custom.policyPrefix}', stackNames.policyPrefix);
    return resolve(z.json().parse(JSON.parse(text)));
  };
}
