import * as z from 'zod';
import { folderOf, type Workflow } from '../cli/simulation/workflows.ts';
import { arn, stackName, sub, type Value } from './cloudformation.ts';
import { functionId } from './names.ts';
import { allow, type Statement, traces } from './role.ts';

const stateSchema = z.looseObject({
  Type: z.string(),
  Resource: z.string().optional(),
  Arguments: z.unknown().optional(),
  ItemReader: z.looseObject({ Resource: z.string() }).optional(),
  ResultWriter: z.looseObject({ Resource: z.string() }).optional(),
  get ItemProcessor() {
    return statesSchema
      .extend({ ProcessorConfig: z.looseObject({ Mode: z.string().optional() }).optional() })
      .optional();
  },
  get Branches() {
    return z.array(statesSchema).optional();
  },
});
const statesSchema = z.looseObject({ States: z.record(z.string(), stateSchema) });
const calledSchema = z.looseObject({ FunctionName: z.string().optional(), StateMachineArn: z.string().optional() });

type State = z.output<typeof stateSchema>;

interface Right {
  actions: readonly string[];
  to: Value;
}

const right = (actions: readonly string[], to: Value): Right => ({ actions, to });

export const stateMachineName = (folder: string): string => `${stackName}-${folder}`;

/**
 * What a machine may do: what its states do, to what they name.
 * @throws where a state uses an integration whose rights are not known here
 */
export function rightsOf(workflow: Workflow): Statement[] {
  const states = statesOf(statesSchema.parse(workflow.definition).States);
  const rights = states.flatMap((state) => rightsOfState(workflow.name, state));
  return [...gathered(rights), ...logDelivery, traces];
}

/** One statement for all that the same may be done to. */
function gathered(rights: readonly Right[]): Statement[] {
  const byActions = new Map<string, Right[]>();
  for (const right of rights) {
    const actions = right.actions.join();
    byActions.set(actions, [...(byActions.get(actions) ?? []), right]);
  }
  return [...byActions.values()].map((same) => {
    const resources = new Map(same.map(({ to }) => [JSON.stringify(to), to]));
    return allow(same[0]?.actions ?? [], [...resources.values()]);
  });
}

function statesOf(states: Readonly<Record<string, State>>): State[] {
  return Object.values(states).flatMap((state) => [
    state,
    ...(state.ItemProcessor ? statesOf(state.ItemProcessor.States) : []),
    ...(state.Branches ?? []).flatMap((branch) => statesOf(branch.States)),
  ]);
}

function rightsOfState(machine: string, state: State): Right[] {
  return [
    ...(state.Resource === undefined ? [] : rightsOfTask(machine, state.Resource, state.Arguments)),
    ...(state.ItemProcessor?.ProcessorConfig?.Mode === 'DISTRIBUTED' ? rightsOfChildren(machine) : []),
    ...(state.ItemReader ? rightsOfReader(machine, state.ItemReader.Resource) : []),
    ...(state.ResultWriter ? rightsOfWriter(machine, state.ResultWriter.Resource) : []),
  ];
}

function rightsOfTask(machine: string, integration: string, given: unknown): Right[] {
  const { FunctionName, StateMachineArn } = calledSchema.parse(given ?? {});
  switch (integration) {
    case 'arn:aws:states:::lambda:invoke':
      // Of every version, as an execution under way calls the one that it began with; never the unpublished code.
      return [right(['lambda:InvokeFunction'], sub(`\${${functionId(substituted(machine, FunctionName))}.Arn}:*`))];
    case 'arn:aws:states:::states:startExecution':
      return [right(['states:StartExecution'], machineArn(substituted(machine, StateMachineArn)))];
    case 'arn:aws:states:::states:startExecution.sync:2':
      return rightsToAwait(substituted(machine, StateMachineArn));
    default:
      throw unknown(machine, integration);
  }
}

/** Step Functions learns of the end of the other execution by a rule of its own, which it makes with this role. */
function rightsToAwait(other: string): Right[] {
  return [
    right(['states:StartExecution'], machineArn(other)),
    right(
      ['states:DescribeExecution', 'states:StopExecution'],
      arn('states', `execution:${stateMachineName(other)}:*`),
    ),
    right(
      ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
      arn('events', 'rule/StepFunctionsGetEventsForStepFunctionsExecutionRule'),
    ),
  ];
}

/** The children of a distributed Map are executions of the machine itself, under the name of their Map Run. */
function rightsOfChildren(machine: string): Right[] {
  return [
    right(['states:StartExecution'], machineArn(machine)),
    right(
      ['states:DescribeExecution', 'states:StopExecution', 'states:RedriveExecution'],
      arn('states', `execution:${stateMachineName(machine)}/*`),
    ),
  ];
}

const runs = sub('$' + '{WorkBucket.Arn}/runs/*');

function rightsOfReader(machine: string, integration: string): Right[] {
  if (integration !== 'arn:aws:states:::s3:getObject') throw unknown(machine, integration);
  return [right(['s3:GetObject'], runs)];
}

/** The writer loads up results in parts, and reads what its children wrote. */
function rightsOfWriter(machine: string, integration: string): Right[] {
  if (integration !== 'arn:aws:states:::s3:putObject') throw unknown(machine, integration);
  return [
    right(['s3:GetObject'], runs),
    right(['s3:PutObject', 's3:ListMultipartUploadParts', 's3:AbortMultipartUpload'], runs),
  ];
}

/** By its name and not by a reference: a role cannot refer to the machine that refers to it. */
const machineArn = (folder: string): Value => arn('states', `stateMachine:${stateMachineName(folder)}`);

/** Which function or workflow a definition means by a substitution such as `${createImage}`. */
function substituted(machine: string, text: string | undefined): string {
  const [, key] = /^\$\{(\w+)\}$/.exec(text ?? '') ?? [];
  if (key === undefined) {
    throw new Error(
      `statemachines/${machine} calls ${text ?? 'nothing'}; name a function or workflow by a substitution.`,
    );
  }
  return folderOf(key);
}

function unknown(machine: string, integration: string): Error {
  return new Error(
    `statemachines/${machine} uses ${integration}, whose rights are not known; add them to deploy/machine-rights.ts.`,
  );
}

/** Deliveries of logs know no resources; Step Functions sets its own up with the role of the machine. */
const logDelivery = [
  allow(
    [
      'logs:CreateLogDelivery',
      'logs:GetLogDelivery',
      'logs:UpdateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:DescribeResourcePolicies',
      'logs:DescribeLogGroups',
    ],
    '*',
  ),
  allow(['xray:GetSamplingRules', 'xray:GetSamplingTargets'], '*'),
];
