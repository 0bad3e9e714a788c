import { workflowNames } from '../cli/simulation/workflows.ts';
import { type Fragment, ref, stackName } from '../deploy/cloudformation.ts';
import { functionFolders } from '../deploy/function-files.ts';
import { logicalName, stateMachineId } from '../deploy/names.ts';

interface LogQuery {
  /** The question, as a person would ask it. */
  question: string;
  of: 'functions' | 'workflows';
  /** In the language of CloudWatch Logs Insights. */
  query: string;
}

/** The usual questions. Those with EXAMPLE in them are to be edited before they run. */
export const logQueries: readonly LogQuery[] = [
  {
    question: 'What happened to an instance',
    of: 'functions',
    query: `fields @timestamp, function_name, message, policy, imageId, outcome.action, outcome.reason, error.name, error.message
| filter instanceId = "i-EXAMPLE"
| sort @timestamp asc
| limit 1000`,
  },
  {
    question: 'What happened to an image',
    of: 'functions',
    query: `fields @timestamp, function_name, message, policy, instanceId, region, outcome.outcome, error.name, error.message
| filter imageId = "ami-EXAMPLE"
| sort @timestamp asc
| limit 1000`,
  },
  {
    question: 'What did an execution do',
    of: 'functions',
    query: `fields @timestamp, function_name, message, instanceId, imageId, error.name, error.message
| filter executionId like "EXAMPLE"
| sort @timestamp asc
| limit 1000`,
  },
  {
    question: 'Which errors, of which policy',
    of: 'functions',
    query: `filter level = "ERROR"
| stats count(*) as times, latest(message) as example by error.name, policy, function_name
| sort times desc`,
  },
  {
    question: 'Why were instances left alone',
    of: 'functions',
    query: `filter outcome.action = "skip"
| stats count(*) as times, latest(outcome.explanation) as example by policy, outcome.reason
| sort times desc`,
  },
  {
    question: 'Who is throttled, and when',
    of: 'functions',
    query: `filter error.name = "AwsThrottled"
| stats count(*) as times by bin(5m), function_name`,
  },
  {
    question: 'Which instances were down the longest',
    of: 'functions',
    query: `filter ispresent(outcome.downtimeSeconds)
| fields @timestamp, instanceId, policy, outcome.downtimeSeconds, outcome.availableSeconds
| sort outcome.downtimeSeconds desc
| limit 50`,
  },
  {
    question: 'Which runs failed',
    of: 'workflows',
    query: `fields @timestamp, execution_arn, details.error, details.cause
| filter type in ["ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"]
| sort @timestamp desc
| limit 100`,
  },
];

/** Each question, saved beside the log groups that it is asked of. */
export function queryResources(): Fragment {
  const groups = {
    // As osls calls them.
    functions: functionFolders().map((folder) => ref(`${logicalName(folder)}LogGroup`)),
    workflows: workflowNames().map((name) => ref(`${stateMachineId(name)}LogGroup`)),
  };
  const queries = logQueries.map(({ question, of, query }) => [
    `${logicalName(question.replaceAll(/\W+/g, '-').toLowerCase())}Query`,
    {
      Type: 'AWS::Logs::QueryDefinition',
      Properties: { Name: `${stackName}/${question}`, LogGroupNames: groups[of], QueryString: query },
    },
  ]);
  return { Resources: Object.fromEntries(queries) };
}
