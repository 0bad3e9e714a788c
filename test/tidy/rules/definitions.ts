import { parse } from 'yaml';
import * as z from 'zod';
import { errorCatalogue } from '../../../shared/domain/errors.ts';
import type { Rule, TextFile } from '../files.ts';

const handlerSchema = z.array(z.object({ ErrorEquals: z.array(z.string()) })).default([]);
const stateSchema = z.object({
  Type: z.string(),
  Resource: z.string().optional(),
  Arguments: z.unknown().optional(),
  Retry: handlerSchema,
  Catch: handlerSchema,
});
const argumentsSchema = z.object({ FunctionName: z.string() });
const machineSchema = z.object({ States: z.record(z.string(), z.unknown()) });
const nestedSchema = z.object({ ItemProcessor: z.unknown().optional(), Branches: z.array(z.unknown()).default([]) });

interface NamedState {
  path: string;
  name: string;
  state: z.infer<typeof stateSchema>;
}

/** One name everywhere: folder create-image = substitution ${createImage} = state CreateImage…. */
export const oneName: Rule = (files) => {
  const functions = new Set(files.flatMap(({ path }) => /^functions\/([^/]+)\/task\.ts$/.exec(path)?.[1] ?? []));
  const invoked = statesOf(files).flatMap((named) => ({ ...named, key: invokedKey(named) }));
  const faults = invoked.flatMap(({ path, name, key }) => {
    if (key === undefined) return [];
    const folder = key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const prefix = key.charAt(0).toUpperCase() + key.slice(1);
    if (!functions.has(folder)) {
      return `${path}: state ${name} invokes \${${key}}, but there is no functions/${folder}/; the key is the folder's name in camel case.`;
    }
    return name.startsWith(prefix)
      ? []
      : `${path}: state ${name} invokes \${${key}}; let its name begin with ${prefix}, as the folder's does.`;
  });
  if (invoked.length === 0) return faults;
  const keys = new Set(invoked.map(({ key }) => key));
  const unused = [...functions].filter((folder) => !keys.has(camelCase(folder)));
  return [
    ...faults,
    ...unused.map(
      (folder) =>
        `functions/${folder}/ is invoked by no state; invoke \${${camelCase(folder)}} in a definition, or delete it.`,
    ),
  ];
};

/** Step Functions' own errors, and those that Lambda's service, runtime and sandbox report in a function's name. */
const awsErrorName = /^(?:States|Lambda|Runtime|Sandbox)\.[A-Z]\w*$/;

/** A name in a Retry or Catch that nothing throws matches nothing, and nobody notices. */
export const knownErrors: Rule = (files) =>
  statesOf(files).flatMap(({ path, name, state }) =>
    [...state.Retry, ...state.Catch]
      .flatMap(({ ErrorEquals }) => ErrorEquals)
      .filter((error) => !(error in errorCatalogue) && !awsErrorName.test(error))
      .map(
        (error) =>
          `${path}: state ${name} names the error ${error}, which shared/domain/errors.ts does not list; correct it, or add it there.`,
      ),
  );

const camelCase = (folder: string): string => folder.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

function invokedKey({ state }: NamedState): string | undefined {
  const target = argumentsSchema.safeParse(state.Arguments).data?.FunctionName ?? state.Resource;
  return state.Type === 'Task' ? /^\$\{(\w+)\}$/.exec(target ?? '')?.[1] : undefined;
}

function statesOf(files: readonly TextFile[]): NamedState[] {
  return files
    .filter(({ path }) => /^statemachines\/[^/]+\/definition\.asl\.yaml$/.test(path))
    .flatMap(({ path, text }) => statesOfMachine(path, parse(text)));
}

/** A state that is no state at all throws: it would otherwise slip through every rule. */
function statesOfMachine(path: string, machine: unknown): NamedState[] {
  const { States } = machineSchema.parse(machine);
  return Object.entries(States).flatMap(([name, value]) => {
    const { ItemProcessor, Branches } = nestedSchema.parse(value);
    const inner = ItemProcessor === undefined ? Branches : [ItemProcessor, ...Branches];
    return [{ path, name, state: stateSchema.parse(value) }, ...inner.flatMap((each) => statesOfMachine(path, each))];
  });
}
