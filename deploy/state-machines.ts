import { folderOf, readWorkflow, type Workflow, workflowNames } from '../cli/simulation/workflows.ts';
import { arn, attribute, type Fragment, type Resource, ref, type Value } from './cloudformation.ts';
import { rightsOf, stateMachineName } from './machine-rights.ts';
import { functionId, logicalName, machineVersionPlaceholder, stateMachineId, versionPlaceholder } from './names.ts';
import { role } from './role.ts';

/** Every workflow as a Standard state machine, with a role and a log group of its own. */
export function stateMachineResources(): Fragment {
  const fragments = workflowNames().map((name) => resourcesOf(readWorkflow(name)));
  return {
    Resources: Object.assign({}, ...fragments.map(({ Resources }) => Resources)),
    Outputs: Object.assign({}, ...fragments.map(({ Outputs }) => Outputs)),
  };
}

function resourcesOf(workflow: Workflow): Fragment {
  const { name } = workflow;
  const id = stateMachineId(name);
  return {
    Resources: {
      [id]: {
        Type: 'AWS::StepFunctions::StateMachine',
        ...lintSettings(workflow),
        Properties: {
          StateMachineName: stateMachineName(name),
          StateMachineType: 'STANDARD',
          RoleArn: attribute(`${id}Role`, 'Arn'),
          DefinitionString: JSON.stringify(workflow.definition),
          DefinitionSubstitutions: substitutionsOf(workflow),
          // Failures, with what they worked on: an execution's whole history is Step Functions' own to show, for 90 days,
          // and logged it would cost more than the run. No input holds a secret.
          LoggingConfiguration: {
            Level: 'ERROR',
            IncludeExecutionData: true,
            Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: attribute(`${id}LogGroup`, 'Arn') } }],
          },
          TracingConfiguration: { Enabled: true },
        },
      },
      [`${id}LogGroup`]: {
        Type: 'AWS::Logs::LogGroup',
        Properties: {
          // The policy of CloudWatch Logs, which is limited in length, has room for one prefix, not for every group.
          LogGroupName: `/aws/vendedlogs/states/${stateMachineName(name)}`,
          RetentionInDays: 90,
        },
      },
      ...role(`${id}Role`, 'states', rightsOf(workflow), arn('states', `stateMachine:${stateMachineName(name)}*`)),
    },
    Outputs: {
      [`${logicalName(name)}StateMachineArn`]: { Description: `Starts ${name}`, Value: ref(id) },
    },
  };
}

/** The very names that a simulation fills in, here with published versions. */
function substitutionsOf({ functionKeys, workflowKeys }: Workflow): Value {
  return Object.fromEntries([
    ...functionKeys.map((key) => [key, ref(versionPlaceholder(functionId(folderOf(key))))]),
    ...workflowKeys.map((key) => [key, ref(machineVersionPlaceholder(stateMachineId(folderOf(key))))]),
  ]);
}

/** cfn-lint takes no expression for a Map's concurrency, which Step Functions does; asl-validator judges definitions, too. */
function lintSettings({ definition }: Workflow): Pick<Resource, 'Metadata'> {
  const isComputed = /"MaxConcurrency":"\{%/.test(JSON.stringify(definition));
  return isComputed ? { Metadata: { 'cfn-lint': { config: { ignore_checks: ['E3601'] } } } } : {};
}
