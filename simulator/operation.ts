import { NotSimulated, refuse } from './service-failure.ts';
import type { Call } from './world.ts';

interface OperationDefinition<Input extends object, Output extends object> {
  /** The parameters that are understood; any other is refused as not simulated. */
  parameters: readonly (keyof Input & string)[];
  /** Checks, acts, shapes the answer. Refusals are thrown with `refuse`. */
  act(call: Call, input: Input): Output;
}

/** An operation as the tables hold it: what it takes is checked when it is asked. */
export interface AnyOperation {
  answer(call: Call, input: object): object;
}

export interface Operation<Input extends object, Output extends object>
  extends OperationDefinition<Input, Output>,
    AnyOperation {}

/** The operations of one service by their API name. */
export type OperationTable = Readonly<Record<string, AnyOperation>>;

/** One operation of one service: which parameters it knows, and what it does. */
export function operation<Input extends object, Output extends object>(
  definition: OperationDefinition<Input, Output>,
): Operation<Input, Output> {
  const known = new Set<string>(definition.parameters);
  return {
    ...definition,
    answer(call, input) {
      const sent = asSent(input);
      for (const name of Object.keys(sent)) {
        if (known.has(name) || name === 'DryRun') continue;
        throw new NotSimulated(
          `the parameter '${name}' of ${call.operation}`,
          `add it to ${operationFile(call.service, call.operation)}`,
        );
      }
      if ('DryRun' in sent && sent.DryRun === true) {
        refuse('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
      }
      // The client that sends a command has checked its type; here its input arrives untyped.
      return definition.act(call, sent as Input);
    },
  };
}

/** The file that simulates an operation, present or to be added. */
export function operationFile(service: string, operationName: string): string {
  const words = operationName.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
  return `simulator/${service}/${words}.ts`;
}

/** What is undefined vanishes on the wire; so do lists without members, and with them what holds nothing else. */
function asSent(input: object): Record<string, unknown> {
  const entries = Object.entries(input).map(([name, value]): [string, unknown] => [name, valueAsSent(value)]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function valueAsSent(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(valueAsSent).filter((item) => item !== undefined);
    return items.length > 0 ? items : undefined;
  }
  // Dates, bytes and streams are sent whole.
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const sent = asSent(value);
  return Object.keys(sent).length > 0 ? sent : undefined;
}

/** Ends the operation if a parameter that it cannot do without is missing. */
export function required<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined || value === '') {
    return refuse('MissingParameter', `The request must contain the parameter ${name}`);
  }
  return value;
}
