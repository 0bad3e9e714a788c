import type { LoadedPolicy } from '../cli/policies/load.ts';
import { readWorkflow, workflowNames } from '../cli/simulation/workflows.ts';
import { defaultRetireCron } from '../shared/domain/policy.ts';
import { policyText } from '../shared/domain/policy-text.ts';
import { arn, attribute, type Fragment, type Resource, ref, stackName, type Value } from './cloudformation.ts';
import { logicalName, policyId, stateMachineId } from './names.ts';
import { allow, role, type Statement } from './role.ts';

/** A run that could not be started within the hour is a letter in the queue, not a surprise in the afternoon. */
const retryPolicy = { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 3600 };

/** Everything that EventBridge Scheduler starts, and the policies that it is started for. */
export function scheduleResources(policies: readonly LoadedPolicy[]): Fragment {
  const regular = workflowNames().flatMap((workflow) => {
    const { scheduleExpression } = readWorkflow(workflow);
    return scheduleExpression === undefined ? [] : [{ workflow, expression: scheduleExpression }];
  });
  const started = ['capture-images', 'retire-images', ...regular.map(({ workflow }) => workflow)];
  return {
    Resources: {
      ScheduleRole: role(
        'scheduler',
        // EventBridge Scheduler writes to the queue with its role; a rule does so by the queue's own policy.
        [...startOnly(started), allow(['sqs:SendMessage'], attribute('UndeliveredStarts', 'Arn'))],
        arn('scheduler', `schedule-group/${stackName}`),
      ),
      ...Object.fromEntries(
        regular.map(({ workflow, expression }) => [
          `${logicalName(workflow)}Schedule`,
          scheduleOf({ name: workflow, workflow, expression, input: {} }),
        ]),
      ),
      ...Object.assign({}, ...policies.map(resourcesOfPolicy)),
    },
  };
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
  const started = workflowNames()
    .map(readWorkflow)
    .flatMap(({ name, eventPattern }) => (eventPattern === undefined ? [] : [{ name, eventPattern }]));
  const names = started.map(({ name }) => name);
  const rules = started.map(({ name, eventPattern }) => [`${logicalName(name)}Rule`, ruleOf(name, eventPattern)]);
  return {
    Resources: {
      EventRuleRole: role('events', startOnly(names), arn('events', `rule/${stackName}-*`)),
      ...Object.fromEntries(rules),
    },
  };
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

const startOnly = (workflows: readonly string[]): Statement[] => [
  allow(
    ['states:StartExecution'],
    workflows.map((name) => ref(stateMachineId(name))),
  ),
];
