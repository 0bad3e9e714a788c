import { createHash } from 'node:crypto';
import * as z from 'zod';
import { machineVersionPlaceholder, versionPlaceholder } from './names.ts';

type Resources = Readonly<Record<string, unknown>>;

const functionVersionSchema = z.object({
  Type: z.literal('AWS::Lambda::Version'),
  Properties: z.object({ FunctionName: z.object({ Ref: z.string() }) }),
});
const stateMachineSchema = z.object({ Type: z.literal('AWS::StepFunctions::StateMachine') });

/**
 * Lets every definition name published versions, of the functions and of the workflows that it starts: an execution
 * ends on the code that it began with. A version's name holds a hash of its content, so it is known only when all is
 * packaged; until then a placeholder stands for it.
 * @param resources a compiled template's
 * @returns the same with versions named, and with those of workflows, which osls does not publish
 */
export function withVersions(resources: Resources): Resources {
  const functions = Object.entries(resources).flatMap(([logicalId, resource]) => {
    const { data } = functionVersionSchema.safeParse(resource);
    return data ? [[versionPlaceholder(data.Properties.FunctionName.Ref), logicalId] as const] : [];
  });
  const named = renamed(resources, functions);
  const machines = Object.entries(named).flatMap(([logicalId, resource]) => {
    const placeholder = machineVersionPlaceholder(logicalId);
    const isStarted = JSON.stringify(named).includes(JSON.stringify({ Ref: placeholder }));
    if (!isStarted || !stateMachineSchema.safeParse(resource).success) return [];
    return [{ logicalId, placeholder, versionId: `${placeholder}${digestOf(resource)}` }];
  });
  const published = machines.map(({ logicalId, versionId }) => [versionId, versionOf(logicalId)]);
  return {
    ...renamed(
      named,
      machines.map(({ placeholder, versionId }) => [placeholder, versionId]),
    ),
    ...Object.fromEntries(published),
  };
}

function renamed(resources: Resources, names: readonly (readonly [from: string, to: string])[]): Resources {
  const text = names.reduce(
    (before, [from, to]) => before.replaceAll(JSON.stringify({ Ref: from }), JSON.stringify({ Ref: to })),
    JSON.stringify(resources),
  );
  return JSON.parse(text);
}

const digestOf = (resource: unknown): string => createHash('sha256').update(JSON.stringify(resource)).digest('hex');

/** Old versions stay, although the next template does not know them; with their machine they all go. */
const versionOf = (machine: string) => ({
  Type: 'AWS::StepFunctions::StateMachineVersion',
  DeletionPolicy: 'Retain',
  UpdateReplacePolicy: 'Retain',
  Properties: { StateMachineArn: { Ref: machine } },
});
