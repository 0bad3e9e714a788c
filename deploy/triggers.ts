import type { LoadedPolicy } from '../cli/policies/load.ts';
import { readWorkflow, workflowNames } from '../cli/simulation/workflows.ts';
import { defaultRetireCron } from '../shared/domain/policy.ts';
import { policyText } from '../shared/domain/policy-text.ts';
import { arn, attribute, type Fragment, type Resource, ref, stackName, type Value } from './cloudformation.ts';
import { logicalName, policyId, stateMachineId } from './names.ts';
import { allow, type Reasoned, role, type Statement } from './role.ts';

/** A run that could not be started within the hour is a letter in the queue, not a surprise in the afternoon. */
const retryPolicy = { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 3600 };

/** Everything that EventBridge Scheduler starts, and the policies that it is started for. */
export function scheduleResources(policies: readonly LoadedPolicy[]): Fragment {
  const rights = scheduleRights().map(({ statement }) => statement);
  return {
    Resources: {
      ...role('ScheduleRole', 'scheduler', rights, arn('scheduler', `schedule-group/${stackName}`)),
      ...Object.fromEntries(
        regularWorkflows().map(({ workflow, expression }) => [
          `${logicalName(workflow)}Schedule`,
          scheduleOf({ name: workflow, workflow, expression, input: {} }),
        ]),
      ),
      ...Object.assign({}, ...policies.map(resourcesOfPolicy)),
    },
  };
}

/** Workflows that are started every so often, whatever policies there are. */
function regularWorkflows(): { workflow: string; expression: string }[] {
  return workflowNames().flatMap((workflow) => {
    const { scheduleExpression } = readWorkflow(workflow);
    return scheduleExpression === undefined ? [] : [{ workflow, expression: scheduleExpression }];
  });
}

/** What EventBridge Scheduler may do, and why. */
export function scheduleRights(): Reasoned[] {
  const started = ['capture-images', 'retire-images', ...regularWorkflows().map(({ workflow }) => workflow)];
  return [
    { statement: startOnly(started), why: 'start what is due, by the clock of a policy or of the stack' },
    {
      statement: allow(['sqs:SendMessage'], attribute('UndeliveredStarts', 'Arn')),
      why: 'keep what could not be started; Scheduler writes to the queue with its role, a rule by the policy of the queue',
    },
  ];
}

/** Its parameter, a schedule to capture, and one to look what is to be retired, shared or archived. */
export function resourcesOfPolicy({ policy, schedule, retireSchedule }: LoadedPolicy): {
  [logicalId: string]: Resource;
} {
  const { name } = policy;
  const id = policyId(name);
  const { timezone, flexibleMinutes } = policy.schedule;
  const input = { policy: name };
  return {
    [id]: {
      Type: 'AWS::SSM::Parameter',
      Properties: {
        Name: `\${self:custom.policyPrefix}${name}`,
        Description: 'A policy of AMI Lifecycle; written from its file',
        Type: 'String',
        Value: policyText(policy),
      },
    },
    [`${id}Capture`]: scheduleOf({
      name: `${name}-capture`,
      workflow: 'capture-images',
      expression: schedule.expression,
      timezone,
      flexibleMinutes,
      input,
    }),
    // As in a simulation: also a policy that retires nothing may share, or have ceased to.
    [`${id}Retirement`]: scheduleOf({
      name: `${name}-retirement`,
      workflow: 'retire-images',
      expression: retireSchedule?.expression ?? `cron(${defaultRetireCron})`,
      timezone,
      input,
    }),
  };
}

interface Planned {
  name: string;
  workflow: string;
  expression: string;
  timezone?: string;
  flexibleMinutes?: number;
  /** Besides `scheduledAt`. */
  input: { readonly [key: string]: string };
}

function scheduleOf({ name, workflow, expression, timezone = 'UTC', flexibleMinutes = 0, input }: Planned): Resource {
  return {
    Type: 'AWS::Scheduler::Schedule',
    Properties: {
      Name: name,
      GroupName: ref('ScheduleGroup'),
      ScheduleExpression: expression,
      ScheduleExpressionTimezone: timezone,
      FlexibleTimeWindow:
        flexibleMinutes === 0 ? { Mode: 'OFF' } : { Mode: 'FLEXIBLE', MaximumWindowInMinutes: flexibleMinutes },
      Target: {
        Arn: ref(stateMachineId(workflow)),
        RoleArn: attribute('ScheduleRole', 'Arn'),
        Input: JSON.stringify({ ...input, scheduledAt: '<aws.scheduler.scheduled-time>' }),
        RetryPolicy: retryPolicy,
        DeadLetterConfig: { Arn: attribute('UndeliveredStarts', 'Arn') },
      },
    },
  };
}

/** One rule for each workflow that events start; the event is the execution's input. */
export function eventRuleResources(): Fragment {
  const rights = eventRuleRights().map(({ statement }) => statement);
  const rules = awaited().map(({ name, eventPattern }) => [`${logicalName(name)}Rule`, ruleOf(name, eventPattern)]);
  return {
    Resources: {
      ...role('EventRuleRole', 'events', rights, arn('events', `rule/${stackName}-*`)),
      ...Object.fromEntries(rules),
    },
  };
}

/** Workflows that an event starts. */
function awaited(): { name: string; eventPattern: Value }[] {
  return workflowNames()
    .map(readWorkflow)
    .flatMap(({ name, eventPattern }) => (eventPattern === undefined ? [] : [{ name, eventPattern }]));
}

/** What EventBridge may do, and why. */
export function eventRuleRights(): Reasoned[] {
  const statement = startOnly(awaited().map(({ name }) => name));
  return [
    {
      statement,
      why: 'start what an event calls for: a tag that puts an instance under a policy, a capture that failed',
    },
  ];
}

function ruleOf(workflow: string, pattern: Value): Resource {
  return {
    Type: 'AWS::Events::Rule',
    Properties: {
      Name: `${stackName}-${workflow}`,
      EventPattern: pattern,
      State: 'ENABLED',
      Targets: [
        {
          Id: workflow,
          Arn: ref(stateMachineId(workflow)),
          RoleArn: attribute('EventRuleRole', 'Arn'),
          RetryPolicy: retryPolicy,
          DeadLetterConfig: { Arn: attribute('UndeliveredStarts', 'Arn') },
        },
      ],
    },
  };
}

const startOnly = (workflows: readonly string[]): Statement =>
  allow(
    ['states:StartExecution'],
    workflows.map((name) => ref(stateMachineId(name))),
  );
