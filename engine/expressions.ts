import jsonata from 'jsonata';
import { EvaluationFailure } from './errors.ts';
import { type ExpressionNames, isFunctionName, namesIn, noNames } from './expression-names.ts';
import { type Json, type JsonObject, plainJson } from './json.ts';
import { bindFunctions, type FunctionWorld } from './jsonata-functions.ts';
import { followPath, parseLiteral, parseSimplePath } from './jsonata-paths.ts';

export type Variables = JsonObject;

/** What an expression sees: `$states` and the variables. */
export interface Scope {
  readonly variables: Variables;
  readonly input: Json;
  readonly result?: Json | undefined;
  readonly errorOutput?: Json | undefined;
  /** Built on demand, as few expressions read the context object. */
  readonly context: () => JsonObject;
}

/** Evaluation without JSONata gives a value at once; with JSONata it takes microtasks, never time. */
export type Evaluation<T> = T | Promise<T>;

export interface Expression {
  readonly source: string;
  readonly location: string;
  readonly names: ExpressionNames;
  readonly evaluate: (scope: Scope) => Evaluation<Json>;
}

/** An expression that JSONata cannot parse; the message is JSONata's. */
export class ExpressionSyntaxError extends Error {}

/**
 * Compiles one expression (the text between `{%` and `%}`), once. Its evaluation throws or rejects with EvaluationFailure.
 * @param location the field it stands in, as AWS writes it: `Output/items[0]`
 */
export function compileExpression(source: string, location: string, world: FunctionWorld): Expression {
  const literal = parseLiteral(source);
  if (literal !== undefined) {
    return { source, location, names: noNames, evaluate: () => literal };
  }
  const names = namesOf(source);
  const evaluate = pathEvaluator(source, location) ?? jsonataEvaluator(source, location, names, world);
  return { source, location, names, evaluate };
}

/**
 * What an expression may take before it fails instead of hanging the engine. AWS is stricter (a depth near 100), but counts
 * differently from this JSONata, which adds up the groups of a group-by.
 */
const runaway = { stack: 20_000, timeout: 10_000 };

/**
 * Thousands of engines may load the same definitions in one process, and parsing is what loading takes. What was parsed
 * once is known to be JSONata, and is parsed again only where it is evaluated: an expression belongs to one engine.
 */
function namesOf(source: string): ExpressionNames {
  const known = namesBySource.get(source);
  if (known) return known;
  const names = namesIn(parse(source).ast());
  namesBySource.set(source, names);
  return names;
}

const namesBySource = new Map<string, ExpressionNames>();

function parse(source: string): jsonata.Expression {
  try {
    return jsonata(source, runaway);
  } catch (error) {
    throw new ExpressionSyntaxError(jsonataMessage(error).replace(/^S\d{4}: /, ''));
  }
}

function pathEvaluator(source: string, location: string): Expression['evaluate'] | undefined {
  const path = parseSimplePath(source);
  if (!path) return undefined;
  const { variable, steps } = path;
  const [first, ...rest] = steps;
  if (isFunctionName(variable)) return undefined;
  if (variable !== 'states') {
    return (scope) => defined(followPath(ownValue(scope.variables, variable), steps), source, location);
  }
  if (first === 'input') return (scope) => defined(followPath(scope.input, rest), source, location);
  if (first === 'result') return (scope) => defined(followPath(scope.result, rest), source, location);
  if (first === 'errorOutput') return (scope) => defined(followPath(scope.errorOutput, rest), source, location);
  if (first === 'context') return (scope) => defined(followPath(scope.context(), rest), source, location);
  return undefined;
}

function ownValue(variables: Variables, name: string): Json | undefined {
  return Object.hasOwn(variables, name) ? variables[name] : undefined;
}

function defined(value: Json | undefined, source: string, location: string): Json {
  if (value !== undefined) return value;
  throw new EvaluationFailure(`${subject(source, location)} returned nothing (undefined).`, location);
}

function jsonataEvaluator(
  source: string,
  location: string,
  names: ExpressionNames,
  world: FunctionWorld,
): Expression['evaluate'] {
  let compiled: jsonata.Expression | undefined;
  const needsContext = names.statesFields.has('context') || names.statesFields.has('*');
  return async (scope) => {
    const bindings: Record<string, unknown> = {};
    for (const name of names.variables) {
      if (Object.hasOwn(scope.variables, name)) bindings[name] = scope.variables[name];
    }
    bindings.states = statesValue(scope, needsContext);
    compiled ??= bound(source, world);
    let result: unknown;
    try {
      result = await compiled.evaluate(undefined, bindings);
    } catch (error) {
      throw new EvaluationFailure(thrown(source, location, error), location);
    }
    if (result === undefined) return defined(undefined, source, location);
    try {
      return plainJson(result);
    } catch {
      throw new EvaluationFailure(`${subject(source, location)} returned an unsupported result type.`, location);
    }
  };
}

function bound(source: string, world: FunctionWorld): jsonata.Expression {
  const compiled = parse(source);
  bindFunctions(compiled, source, world);
  return compiled;
}

function statesValue(scope: Scope, needsContext: boolean): JsonObject {
  return {
    input: scope.input,
    ...(scope.result === undefined ? {} : { result: scope.result }),
    ...(scope.errorOutput === undefined ? {} : { errorOutput: scope.errorOutput }),
    ...(needsContext ? { context: scope.context() } : {}),
  };
}

/** AWS ends a sentence before a message that has a JSONata code, and writes a colon before one that has none. */
function thrown(source: string, location: string, error: unknown): string {
  const message = jsonataMessage(error);
  const separator = /^[A-Z]\d{4}: /.test(message) ? '.' : ':';
  return `${subject(source, location)} threw an error during evaluation${separator} ${message}`;
}

function jsonataMessage(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const message = 'message' in error ? String(error.message) : 'unknown error';
  return 'code' in error && typeof error.code === 'string' ? `${error.code}: ${message}` : message;
}

function subject(source: string, location: string): string {
  return `The JSONata expression '${source}' specified for the field '${location}'`;
}

export type JsonType = 'array' | 'boolean' | 'null' | 'number' | 'object' | 'string';

export function jsonType(value: Json): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  return type === 'boolean' || type === 'number' || type === 'string' ? type : 'object';
}

/** The failure of a field whose expression gave a value of the wrong type. */
export function unexpectedType(source: string, location: string, expected: string, value: Json): EvaluationFailure {
  return new EvaluationFailure(
    `${subject(source, location)} returned an unexpected result type. ` +
      `Expected '${expected}', but was '${jsonType(value)}' for value: ${JSON.stringify(value)}`,
    location,
  );
}
