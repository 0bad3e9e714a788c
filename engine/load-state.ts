import type { ChoiceState, FailState, Machine, ParallelState, State, WaitState } from './definition.ts';
import { isJsonArray, isJsonObject } from './json.ts';
import { type Fields, isWholeNumber, type LoadContext, readFields } from './load-fields.ts';
import { readAssign, readCatchers, readRetriers } from './load-handlers.ts';
import { mapFields, readMap } from './load-map.ts';
import { readTask, taskFields } from './load-task.ts';
import type { Template } from './templates.ts';
import { parseTimestamp } from './timestamps.ts';

export interface StateFields {
  readonly name: string;
  readonly output: Template | undefined;
  readonly assign: Template | undefined;
  readonly next: string | undefined;
}

const everyState = ['Type', 'Comment', 'QueryLanguage'];
const flowFields = ['Assign', 'Output', 'Next', 'End'];
const fieldsOf: Readonly<Record<State['type'], readonly string[]>> = {
  Pass: flowFields,
  Task: taskFields,
  Choice: ['Choices', 'Default', 'Assign', 'Output'],
  Wait: ['Seconds', 'Timestamp', ...flowFields],
  Map: mapFields,
  Parallel: ['Branches', 'Arguments', 'Retry', 'Catch', ...flowFields],
  Succeed: ['Output'],
  Fail: ['Error', 'Cause'],
};

/** Reads one state, or reports why it cannot be read. */
export function readState(
  name: string,
  fields: Fields,
  context: LoadContext,
  readMachine: (fields: Fields) => Machine,
): State | undefined {
  const type = fields.requiredString('Type');
  if (!isStateType(type)) {
    if (type !== '')
      fields.report('Type', `'${type}' is no type of state; the types are ${Object.keys(fieldsOf).join(', ')}`);
    return undefined;
  }
  fields.allowOnly([...everyState, ...fieldsOf[type]]);
  const common: StateFields = {
    name,
    output: fields.template('Output'),
    assign: readAssign(fields),
    next: readNext(fields, type),
  };
  if (type === 'Task') return readTask(fields, common, context);
  if (type === 'Map') return readMap(fields, common, readMachine);
  if (type === 'Choice') return readChoice(fields, common);
  if (type === 'Wait') return readWait(fields, common);
  if (type === 'Fail') return readFail(fields, common);
  if (type === 'Parallel') return readParallel(fields, common, name, context, readMachine);
  return { ...common, type };
}

function isStateType(type: string): type is State['type'] {
  return Object.hasOwn(fieldsOf, type);
}

function readNext(fields: Fields, type: State['type']): string | undefined {
  if (!fieldsOf[type].includes('Next')) return undefined;
  const next = fields.string('Next');
  const end = fields.raw('End');
  if (end !== undefined && typeof end !== 'boolean') fields.report('End', 'must be true or false');
  if ((next === undefined) === (end !== true)) fields.report('Next', "give either 'Next' or 'End: true'");
  return next;
}

function readChoice(fields: Fields, common: StateFields): ChoiceState {
  const rules = fields.list('Choices').map((rule) => {
    rule.allowOnly(['Condition', 'Next', 'Assign', 'Output', 'Comment']);
    if (!rule.has('Condition')) rule.report('Condition', 'is missing');
    const condition = rule.templateOr('Condition', 'true, false', (value) => typeof value === 'boolean');
    return {
      condition: condition ?? noTemplate,
      next: rule.requiredString('Next'),
      output: rule.template('Output'),
      assign: readAssign(rule),
    };
  });
  if (rules.length === 0) fields.report('Choices', 'must be a non-empty array of rules');
  return { ...common, type: 'Choice', rules, next: fields.string('Default') };
}

/** Stands where a Condition could not be read, in a definition that is refused. */
const noTemplate: Template = {
  location: '',
  constant: false,
  expressions: [],
  source: undefined,
  evaluate: () => false,
};

function readWait(fields: Fields, common: StateFields): WaitState {
  if (fields.has('Seconds') === fields.has('Timestamp'))
    fields.report(undefined, "give either 'Seconds' or 'Timestamp'");
  return {
    ...common,
    type: 'Wait',
    seconds: fields.templateOr(
      'Seconds',
      'a whole number from 0 to 99999999',
      (value) => isWholeNumber(value) && Number(value) <= 99_999_999,
    ),
    timestamp: fields.templateOr(
      'Timestamp',
      'an ISO 8601 instant such as 2026-01-31T23:59:00Z',
      (value) => typeof value === 'string' && parseTimestamp(value) !== undefined,
    ),
  };
}

function readFail(fields: Fields, common: StateFields): FailState {
  const isString = (value: unknown): boolean => typeof value === 'string';
  return {
    ...common,
    type: 'Fail',
    error: fields.templateOr('Error', 'a string', isString),
    cause: fields.templateOr('Cause', 'a string', isString),
  };
}

function readParallel(
  fields: Fields,
  common: StateFields,
  name: string,
  context: LoadContext,
  readMachine: (fields: Fields) => Machine,
): ParallelState {
  const branches = fields.raw('Branches') ?? null;
  const machines = (isJsonArray(branches) ? branches : []).flatMap((branch, index) => {
    if (isJsonObject(branch)) return [readMachine(readFields(branch, name, context, `Branches[${index}]/`))];
    fields.report(`Branches[${index}]`, 'must be an object');
    return [];
  });
  if (machines.length === 0) fields.report('Branches', 'must be a non-empty array of machines');
  return {
    ...common,
    type: 'Parallel',
    arguments: fields.template('Arguments'),
    branches: machines,
    retriers: readRetriers(fields),
    catchers: readCatchers(fields),
  };
}
