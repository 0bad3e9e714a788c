import { checkExpressions } from './check-expressions.ts';
import { checkVariables } from './check-variables.ts';
import type { Machine, State } from './definition.ts';
import { DefinitionError, type DefinitionProblem } from './errors.ts';
import { depthLimit, isJsonArray, isJsonObject, isTooDeep, type Json, type JsonObject } from './json.ts';
import type { FunctionWorld } from './jsonata-functions.ts';
import { type Fields, isPositiveInteger, type LoadContext, readFields } from './load-fields.ts';
import { readState } from './load-state.ts';

export interface LoadOptions {
  readonly world: FunctionWorld;
  /** Keys of the integrations that the engine was given, e.g. `sns:publish`. */
  readonly integrations: ReadonlySet<string>;
  /** Values for `${key}` in strings, as CloudFormation's DefinitionSubstitutions. */
  readonly substitutions: Readonly<Record<string, string>> | undefined;
  /** Whether to refuse also what AWS accepts at creation and what can then only fail while it runs. */
  readonly strict: boolean;
}

const definitionLimitBytes = 1_048_576;

/** Compiles a definition. Throws a DefinitionError that lists everything outside the subset. */
export function loadMachine(stateMachine: string, definition: unknown, options: LoadOptions): Machine {
  const problems: DefinitionProblem[] = [];
  const context: LoadContext = { stateMachine, world: options.world, integrations: options.integrations, problems };
  const object = toObject(definition, stateMachine);
  const substituted =
    options.substitutions || options.strict ? substitute(object, options.substitutions ?? {}, context) : object;
  const fields = readFields(substituted, undefined, context);
  fields.allowOnly(['Comment', 'QueryLanguage', 'StartAt', 'States', 'TimeoutSeconds', 'Version']);
  const machine = readMachine(fields, context, fields.string('QueryLanguage') ?? 'JSONPath', new Set());
  if (problems.length === 0) {
    checkExpressions(machine, context, options.strict);
    if (options.strict) checkVariables(machine, context);
  }
  if (problems.length > 0) throw new DefinitionError(problems);
  return machine;
}

function toObject(definition: unknown, stateMachine: string): JsonObject {
  const refused = (message: string): DefinitionError => new DefinitionError([{ stateMachine, message }]);
  let text: string;
  try {
    text = JSON.stringify(definition) ?? 'null';
  } catch (error) {
    throw refused(`the definition is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (Buffer.byteLength(text) > definitionLimitBytes) throw refused('the definition exceeds 1 MiB');
  const parsed: unknown = JSON.parse(text);
  const value = parsed as Json;
  if (isTooDeep(value)) throw refused(`the definition is nested deeper than ${depthLimit} levels`);
  if (isJsonObject(value)) return value;
  throw refused('the definition must be an object');
}

function readMachine(fields: Fields, context: LoadContext, language: string, taken: Set<string>): Machine {
  if (fields.at !== '') {
    const config = fields.at === 'ItemProcessor/' ? ['ProcessorConfig'] : [];
    fields.allowOnly(['Comment', 'StartAt', 'States', ...config]);
  }
  const startAt = fields.requiredString('StartAt');
  const timeoutSeconds = fields.number('TimeoutSeconds', 'a positive whole number of seconds', isPositiveInteger);
  const definitions = fields.object('States');
  if (!definitions || Object.keys(definitions).length === 0) fields.report('States', 'must be an object with states');
  const states = new Map<string, State>();
  for (const [name, value] of Object.entries(definitions ?? {})) {
    if (!isJsonObject(value)) {
      fields.report(`States/${name}`, 'must be an object');
      continue;
    }
    const stateFields = readFields(value, name, context);
    checkName(name, stateFields, taken);
    const stateLanguage = stateFields.string('QueryLanguage') ?? language;
    if (stateLanguage !== 'JSONata') {
      stateFields.report('QueryLanguage', `must be 'JSONata' here or on the state machine, but is '${stateLanguage}'`);
    }
    const state = readState(name, stateFields, context, (inner) => readMachine(inner, context, language, taken));
    if (state) states.set(name, state);
  }
  checkTargets({ startAt, states }, Object.keys(definitions ?? {}), fields, context);
  return { startAt, states, timeoutSeconds };
}

function checkName(name: string, fields: Fields, taken: Set<string>): void {
  if (name === '' || name.length > 80) fields.report(undefined, 'a name of a state has 1 to 80 characters');
  if (taken.has(name)) fields.report(undefined, 'the name is used twice; names are unique in the whole state machine');
  taken.add(name);
}

/** The names of the states that may follow, with the fields that say so. */
function targetsOf(state: State): readonly { field: string; target: string }[] {
  const own =
    state.next === undefined ? [] : [{ field: state.type === 'Choice' ? 'Default' : 'Next', target: state.next }];
  if (state.type === 'Choice') {
    return [...state.rules.map((rule, index) => ({ field: `Choices[${index}]/Next`, target: rule.next })), ...own];
  }
  const catchers = 'catchers' in state ? state.catchers : [];
  return [...own, ...catchers.map((catcher, index) => ({ field: `Catch[${index}]/Next`, target: catcher.next }))];
}

function checkTargets(
  machine: Pick<Machine, 'startAt' | 'states'>,
  names: readonly string[],
  fields: Fields,
  context: LoadContext,
): void {
  const { stateMachine, problems } = context;
  const problemsBefore = problems.length;
  if (machine.startAt !== '' && !names.includes(machine.startAt)) {
    fields.report('StartAt', `there is no state '${machine.startAt}'`);
  }
  for (const [state, definition] of machine.states) {
    for (const { field, target } of targetsOf(definition)) {
      if (!names.includes(target))
        problems.push({ stateMachine, state, field, message: `there is no state '${target}'` });
    }
  }
  // Where a target is missing, it is what the unreachable states were meant to be reached by.
  const isWhole = machine.states.size === names.length && problems.length === problemsBefore;
  const reached = new Set([machine.startAt]);
  for (const name of reached) {
    const state = machine.states.get(name);
    if (state) for (const { target } of targetsOf(state)) reached.add(target);
  }
  for (const state of isWhole ? names : []) {
    if (!reached.has(state)) problems.push({ stateMachine, state, message: 'no state leads to it' });
  }
  const canEnd = [...machine.states.values()].some((state) => state.type !== 'Choice' && state.next === undefined);
  if (isWhole && names.length > 0 && !canEnd) fields.report('States', 'there is no state to end in');
}

const placeholder = /\$\{([A-Za-z0-9_]+)\}/g;

function substitute(object: JsonObject, values: Readonly<Record<string, string>>, context: LoadContext): JsonObject {
  const used = new Set<string>();
  const { stateMachine, problems } = context;
  const inString = (text: string): string =>
    text.replace(placeholder, (whole, key: string) => {
      used.add(key);
      const value = Object.hasOwn(values, key) ? values[key] : undefined;
      if (value === undefined) problems.push({ stateMachine, message: `there is no substitution for '${whole}'` });
      return value ?? whole;
    });
  const inValue = (value: Json): Json => {
    if (typeof value === 'string') return inString(value);
    if (isJsonArray(value)) return value.map(inValue);
    return isJsonObject(value) ? inObject(value) : value;
  };
  const inObject = (value: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inValue(item)]));
  const result = inObject(object);
  for (const key of Object.keys(values)) {
    if (!used.has(key)) problems.push({ stateMachine, message: `the substitution '${key}' is not used` });
  }
  return result;
}
