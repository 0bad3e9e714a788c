import type { DefinitionProblem } from './errors.ts';
import { isJsonArray, isJsonObject, type Json, type JsonObject } from './json.ts';
import type { FunctionWorld } from './jsonata-functions.ts';
import { compileTemplate, isExpression, type Template } from './templates.ts';

/** What loading carries along: where problems go and what the definition may use. */
export interface LoadContext {
  readonly stateMachine: string;
  readonly world: FunctionWorld;
  readonly integrations: ReadonlySet<string>;
  readonly problems: DefinitionProblem[];
}

/** Reads the fields of one state (or one machine) and reports everything that is wrong with them. */
export interface Fields {
  /** The prefix of the locations of its fields: empty, or `Choices[0]/`. */
  readonly at: string;
  has(name: string): boolean;
  raw(name: string): Json | undefined;
  report(name: string | undefined, message: string): void;
  /** Reports every field that is not in `known`. */
  allowOnly(known: readonly string[]): void;
  string(name: string): string | undefined;
  requiredString(name: string): string;
  object(name: string): JsonObject | undefined;
  /** The objects of an array, each with its own reader; reports anything else. */
  list(name: string): readonly Fields[];
  inner(name: string): Fields | undefined;
  template(name: string): Template | undefined;
  /** Either an expression or a literal that `isLegal` accepts. */
  templateOr(name: string, expected: string, isLegal: (literal: Json) => boolean): Template | undefined;
  number(name: string, expected: string, isLegal: (value: number) => boolean): number | undefined;
}

export function readFields(object: JsonObject, state: string | undefined, context: LoadContext, at = ''): Fields {
  const has = (name: string): boolean => Object.hasOwn(object, name);
  const raw = (name: string): Json | undefined => (has(name) ? object[name] : undefined);
  const report = (name: string | undefined, message: string): void => {
    const field = name === undefined ? undefined : `${at}${name}`;
    context.problems.push({
      stateMachine: context.stateMachine,
      ...(state === undefined ? {} : { state }),
      ...(field === undefined ? {} : { field }),
      message,
    });
  };
  const reportAt = (location: string, message: string): void => {
    report(location.slice(at.length), message);
  };
  const template = (name: string): Template | undefined => {
    const value = raw(name);
    return value === undefined ? undefined : compileTemplate(value, `${at}${name}`, context.world, reportAt);
  };
  const string = (name: string): string | undefined => {
    const value = raw(name);
    if (value === undefined || typeof value === 'string') return value;
    report(name, 'must be a string');
    return undefined;
  };
  const objectField = (name: string): JsonObject | undefined => {
    const value = raw(name);
    if (value === undefined || isJsonObject(value)) return value;
    report(name, 'must be an object');
    return undefined;
  };

  return {
    at,
    has,
    raw,
    report,
    allowOnly(known) {
      for (const name of Object.keys(object)) {
        if (!known.includes(name)) report(name, `is not supported here; the fields are ${known.join(', ')}`);
      }
    },
    string,
    requiredString(name) {
      if (!has(name)) report(name, 'is missing');
      return string(name) ?? '';
    },
    object: objectField,
    list(name) {
      const value = raw(name);
      if (value === undefined) return [];
      if (!isJsonArray(value)) {
        report(name, 'must be an array');
        return [];
      }
      return value.flatMap((item, index) => {
        if (isJsonObject(item)) return [readFields(item, state, context, `${at}${name}[${index}]/`)];
        report(`${name}[${index}]`, 'must be an object');
        return [];
      });
    },
    inner(name) {
      const value = objectField(name);
      return value && readFields(value, state, context, `${at}${name}/`);
    },
    template,
    templateOr(name, expected, isLegal) {
      const value = raw(name);
      if (value !== undefined && !isExpression(value) && !isLegal(value)) {
        report(name, `must be ${expected} or a JSONata expression`);
        return undefined;
      }
      return template(name);
    },
    number(name, expected, isLegal) {
      const value = raw(name);
      if (value === undefined) return undefined;
      if (typeof value === 'number' && isLegal(value)) return value;
      report(name, `must be ${expected}`);
      return undefined;
    },
  };
}

export function isPositiveInteger(value: Json): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value > 0;
}

export function isWholeNumber(value: Json): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}
