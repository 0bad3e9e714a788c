import { EvaluationFailure } from './errors.ts';
import {
  compileExpression,
  type Evaluation,
  type Expression,
  ExpressionSyntaxError,
  type JsonType,
  jsonType,
  type Scope,
  unexpectedType,
} from './expressions.ts';
import { isJsonArray, isJsonObject, type Json } from './json.ts';
import type { FunctionWorld } from './jsonata-functions.ts';

/** A field that holds JSON with expressions at any depth. */
export interface Template {
  readonly location: string;
  /** The value, when no expression is in it. */
  readonly constant: Json | undefined;
  /** Every expression in it. */
  readonly expressions: readonly Expression[];
  /** The keys of the object, when the field is one. */
  readonly keys?: readonly string[];
  /** The text of the expression, when the whole field is one. */
  readonly source: string | undefined;
  readonly evaluate: (scope: Scope) => Evaluation<Json>;
}

/** Reports an expression that cannot be parsed. */
export type SyntaxReport = (location: string, message: string) => void;

const expressionPattern = /^\{%[\s\S]*%\}$/;

export function isExpression(value: Json | undefined): value is string {
  return typeof value === 'string' && expressionPattern.test(value);
}

export function compileTemplate(value: Json, location: string, world: FunctionWorld, report: SyntaxReport): Template {
  if (typeof value === 'string') {
    if (isExpression(value)) return expressionTemplate(value, location, world, report);
    refuseHalfExpression(value, location, report);
  }
  if (isJsonArray(value)) {
    const children = value.map((item, index) => compileTemplate(item, `${location}[${index}]`, world, report));
    return compound(value, location, children, (values) => values);
  }
  if (isJsonObject(value)) {
    const keys = Object.keys(value);
    const children = Object.entries(value).map(([key, item]) =>
      compileTemplate(item, `${location}/${key}`, world, report),
    );
    return { ...compound(value, location, children, (values) => objectOf(keys, values)), keys };
  }
  return constantTemplate(value, location);
}

/** AWS refuses these: an expression has nothing before its {% and nothing after its %}, not even a space. */
function refuseHalfExpression(text: string, location: string, report: SyntaxReport): void {
  if (text.startsWith('{%') === text.endsWith('%}') && !expressionPattern.test(text.trim())) return;
  report(location, `'${text}' is no whole expression: an expression must begin with {% and end with %}`);
}

function constantTemplate(value: Json, location: string): Template {
  return { location, constant: value, expressions: [], source: undefined, evaluate: () => value };
}

function expressionTemplate(text: string, location: string, world: FunctionWorld, report: SyntaxReport): Template {
  const source = text.slice(2, -2).trim();
  try {
    const expression = compileExpression(source, location, world);
    return { location, constant: undefined, expressions: [expression], source, evaluate: expression.evaluate };
  } catch (error) {
    if (!(error instanceof ExpressionSyntaxError)) throw error;
    report(location, `the JSONata expression '${source}' cannot be parsed: ${error.message}`);
    return constantTemplate(null, location);
  }
}

function compound(
  value: Json,
  location: string,
  children: readonly Template[],
  assemble: (values: Json[]) => Json,
): Template {
  const expressions = children.flatMap((child) => child.expressions);
  if (expressions.length === 0) return constantTemplate(value, location);
  const evaluate = (scope: Scope): Evaluation<Json> => {
    const values: Json[] = [];
    const outcome = fill(children, scope, values, 0);
    return outcome instanceof Promise ? outcome.then(() => assemble(values)) : assemble(values);
  };
  return { location, constant: undefined, expressions, source: undefined, evaluate };
}

/** One after the other and in order, so that the first wrong field is the one reported; without a promise if it can. */
function fill(children: readonly Template[], scope: Scope, values: Json[], from: number): Evaluation<void> {
  for (let index = from; index < children.length; index++) {
    const value = children[index]?.evaluate(scope) ?? null;
    if (value instanceof Promise) {
      return value.then((settled) => {
        values.push(settled);
        return fill(children, scope, values, index + 1);
      });
    }
    values.push(value);
  }
}

function objectOf(keys: readonly string[], values: readonly Json[]): Json {
  return Object.fromEntries(keys.map((key, index) => [key, values[index] ?? null]));
}

/** Evaluates a field that must be of one type. */
export function evaluateAs(template: Template, type: JsonType, scope: Scope): Evaluation<Json> {
  const value = template.evaluate(scope);
  return value instanceof Promise
    ? value.then((settled) => checked(template, type, settled))
    : checked(template, type, value);
}

function checked(template: Template, type: JsonType, value: Json): Json {
  if (jsonType(value) !== type) throw unexpectedType(template.source ?? '', template.location, type, value);
  return value;
}

export async function evaluateString(template: Template, scope: Scope): Promise<string> {
  const value = await evaluateAs(template, 'string', scope);
  return typeof value === 'string' ? value : '';
}

export async function evaluateBoolean(template: Template, scope: Scope): Promise<boolean> {
  return (await evaluateAs(template, 'boolean', scope)) === true;
}

/** Evaluates a field that takes a whole number within bounds, e.g. seconds. */
export async function evaluateInteger(
  template: Template,
  scope: Scope,
  { minimum, maximum }: { minimum: number; maximum: number },
): Promise<number> {
  const value = await evaluateNumber(template, scope);
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return value;
  throw new EvaluationFailure(
    `The ${template.location} field must be an integer between ${minimum} and ${maximum} but was: ${value}`,
    template.location,
  );
}

export async function evaluateNumber(template: Template, scope: Scope): Promise<number> {
  const value = await evaluateAs(template, 'number', scope);
  return typeof value === 'number' ? value : 0;
}
