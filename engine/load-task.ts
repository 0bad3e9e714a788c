import { type IntegrationPattern, longestTaskSeconds, type TaskResource, type TaskState } from './definition.ts';
import type { Json } from './json.ts';
import { type Fields, isPositiveInteger, type LoadContext } from './load-fields.ts';
import { readCatchers, readRetriers } from './load-handlers.ts';
import type { StateFields } from './load-state.ts';

export const taskFields: readonly string[] = [
  'Resource',
  'Arguments',
  'TimeoutSeconds',
  'HeartbeatSeconds',
  'Retry',
  'Catch',
  'Assign',
  'Output',
  'Next',
  'End',
];

export function readTask(fields: Fields, common: StateFields, context: LoadContext): TaskState {
  const timeoutSeconds = readSeconds(fields, 'TimeoutSeconds');
  const heartbeatSeconds = readSeconds(fields, 'HeartbeatSeconds');
  const [timeout, heartbeat] = [timeoutSeconds?.constant, heartbeatSeconds?.constant];
  if (typeof timeout === 'number' && typeof heartbeat === 'number' && heartbeat >= timeout) {
    fields.report('HeartbeatSeconds', `must be smaller than TimeoutSeconds (${timeout})`);
  }
  return {
    ...common,
    type: 'Task',
    resource: readResource(fields, context),
    arguments: fields.template('Arguments'),
    timeoutSeconds,
    heartbeatSeconds,
    retriers: readRetriers(fields),
    catchers: readCatchers(fields),
  };
}

function readSeconds(fields: Fields, name: string): TaskState['timeoutSeconds'] {
  const isLegal = (value: Json): boolean => isPositiveInteger(value) && Number(value) <= longestTaskSeconds;
  return fields.templateOr(name, `a whole number of seconds from 1 to ${longestTaskSeconds}`, isLegal);
}

const functionPattern = /^arn:aws[a-z-]*:lambda:[a-z0-9-]*:\d*:function:([A-Za-z0-9_-]+)(?::[A-Za-z0-9$_-]+)?$/;
const integrationPattern =
  /^arn:aws[a-z-]*:states:[a-z0-9-]*:\d*:((?:aws-sdk:)?[A-Za-z0-9]+):([A-Za-z0-9]+)(?:\.(waitForTaskToken|sync|sync:2))?$/;

function readResource(fields: Fields, context: LoadContext): TaskResource {
  const arn = fields.requiredString('Resource');
  const functionName = functionPattern.exec(arn)?.[1];
  if (functionName !== undefined) return { kind: 'function', arn, functionName };
  const [, service = '', action = '', suffix] = integrationPattern.exec(arn) ?? [];
  const pattern = toPattern(suffix);
  const key = `${service}:${action}`;
  if (service === '') {
    if (arn !== '') fields.report('Resource', `'${arn}' is neither a Lambda function's ARN nor an integration's`);
  } else if (!isKnown(key, pattern, context)) {
    fields.report(
      'Resource',
      `'${arn}' is not among the integrations given to the engine; add '${key}' to its options`,
    );
  }
  return {
    kind: 'integration',
    service,
    action: suffix === undefined ? action : `${action}.${suffix}`,
    key,
    pattern,
  };
}

function toPattern(suffix: string | undefined): IntegrationPattern {
  return suffix === 'waitForTaskToken' || suffix === 'sync' || suffix === 'sync:2' ? suffix : 'requestResponse';
}

function isKnown(key: string, pattern: IntegrationPattern, context: LoadContext): boolean {
  if (key === 'states:startExecution') return true;
  if (pattern === 'sync' || pattern === 'sync:2') return false;
  return key === 'lambda:invoke' || context.integrations.has(key);
}
