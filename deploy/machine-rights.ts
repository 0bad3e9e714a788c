import * as z from 'zod';
import { folderOf, type Workflow } from '../cli/simulation/workflows.ts';
import { arn, stackName, sub, type Value } from './cloudformation.ts';
import { functionId } from './names.ts';
import { allow, type Reasoned, type Statement, traces } from './role.ts';

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
  why: string;
}

const right = (actions: readonly string[], to: Value, why: string): Right => ({ actions, to, why });

export const stateMachineName = (folder: string): string => `${stackName}-${folder}`;

/**
 * What a machine may do: what its states do, to what they name.
 * @throws where a state uses an integration whose rights are not known here
 */
export const rightsOf = (workflow: Workflow): Statement[] => [
  ...reasonedRightsOf(workflow).map(({ statement }) => statement),
  ...rightsOfEveryMachine.map(({ statement }) => statement),
];

/** The same, but for the rights that every machine has, with what each is for. */
export function reasonedRightsOf({ name, definition }: Workflow): Reasoned[] {
  const states = statesOf(statesSchema.parse(definition).States);
  return gathered(states.flatMap((state) => rightsOfState(name, state)));
}

/** One statement for all that the same may be done to, for the same reason. */
function gathered(rights: readonly Right[]): Reasoned[] {
  const bySense = Map.groupBy(rights, ({ actions, why }) => JSON.stringify([actions, why]));
  return [...bySense.values()].map((same) => {
    const resources = new Map(same.map(({ to }) => [JSON.stringify(to), to]));
    const [{ actions, why } = { actions: [], why: '' }] = same;
    return { statement: allow(actions, [...resources.values()]), why };
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
      return [
        right(
          ['lambda:InvokeFunction'],
          sub(`\${${functionId(substituted(machine, FunctionName))}.Arn}:*`),
          'call its functions, in every version: an execution under way calls the one that it began with; never the unpublished code',
        ),
      ];
    case 'arn:aws:states:::states:startExecution':
      return [rightToStart(substituted(machine, StateMachineArn))];
    case 'arn:aws:states:::states:startExecution.sync:2':
      return rightsToAwait(substituted(machine, StateMachineArn));
    default:
      throw unknown(machine, integration);
  }
}

const rightToStart = (other: string): Right =>
  right(['states:StartExecution'], machineArn(other), 'hand work over to another workflow');

/** Step Functions learns of the end of the other execution by a rule of its own, which it makes with this role. */
function rightsToAwait(other: string): Right[] {
  return [
    rightToStart(other),
    right(
      ['states:DescribeExecution', 'states:StopExecution'],
      arn('states', `execution:${stateMachineName(other)}:*`),
      'learn how the other execution ended, and stop it where this one is stopped; unused in simulation: its engine looks itself',
    ),
    right(
      ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
      arn('events', 'rule/StepFunctionsGetEventsForStepFunctionsExecutionRule'),
      'keep the rule by which Step Functions hears that the other execution ended; unused in simulation: its engine needs no rule',
    ),
  ];
}

/** The children of a distributed Map are executions of the machine itself, under the name of their Map Run. */
function rightsOfChildren(machine: string): Right[] {
  return [
    right(
      ['states:StartExecution'],
      machineArn(machine),
      'start the children of its distributed Map, which are executions of its own; unused in simulation: its engine begins children itself',
    ),
    right(
      ['states:DescribeExecution', 'states:StopExecution', 'states:RedriveExecution'],
      arn('states', `execution:${stateMachineName(machine)}/*`),
      'follow, stop and redrive those children; unused in simulation: its engine looks after them itself',
    ),
  ];
}

const runs = sub('$' + '{WorkBucket.Arn}/runs/*');

const rightToRead = right(['s3:GetObject'], runs, 'read the items of its Map, and what its children wrote');

function rightsOfReader(machine: string, integration: string): Right[] {
  if (integration !== 'arn:aws:states:::s3:getObject') throw unknown(machine, integration);
  return [rightToRead];
}

function rightsOfWriter(machine: string, integration: string): Right[] {
  if (integration !== 'arn:aws:states:::s3:putObject') throw unknown(machine, integration);
  return [
    rightToRead,
    right(['s3:PutObject'], runs, 'write what became of each item'),
    right(
      ['s3:ListMultipartUploadParts', 's3:AbortMultipartUpload'],
      runs,
      'write results in parts where they are large; unused in simulation: they are written in one piece there',
    ),
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
export const rightsOfEveryMachine: readonly Reasoned[] = [
  {
    statement: allow(
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
    why: 'have its failures delivered to its log group; unused in simulation: nothing is logged there',
  },
  {
    statement: allow(['xray:GetSamplingRules', 'xray:GetSamplingTargets'], '*'),
    why: 'learn which executions are to be traced; unused in simulation: nothing is traced there',
  },
  { statement: traces, why: 'write its traces; unused in simulation: nothing is traced there' },
];
