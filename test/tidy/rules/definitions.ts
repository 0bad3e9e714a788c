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
const argumentsSchema = z.object({ FunctionName: z.string().optional(), StateMachineArn: z.string().optional() });
const machineSchema = z.object({ States: z.record(z.string(), z.unknown()) });
const nestedSchema = z.object({ ItemProcessor: z.unknown().optional(), Branches: z.array(z.unknown()).default([]) });

interface NamedState {
  path: string;
  name: string;
  state: z.infer<typeof stateSchema>;
}

/** One name everywhere: folder create-image = substitution ${createImage} = state CreateImage…; workflows likewise. */
export const oneName: Rule = (files) => {
  const functions = foldersOf(files, /^functions\/([^/]+)\/task\.ts$/);
  const workflows = foldersOf(files, /^statemachines\/([^/]+)\/definition\.asl\.yaml$/);
  const states = statesOf(files);
  const invoked = states.flatMap((named) => targetOf(named, 'FunctionName'));
  const started = states.flatMap((named) => targetOf(named, 'StateMachineArn'));
  const faults = [
    ...invoked.flatMap((target) => faultsOf(target, 'invokes', 'functions', functions)),
    ...started.flatMap((target) => faultsOf(target, 'starts', 'statemachines', workflows)),
  ];
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

function foldersOf(files: readonly TextFile[], pattern: RegExp): ReadonlySet<string> {
  return new Set(files.flatMap(({ path }) => pattern.exec(path)?.[1] ?? []));
}

function faultsOf(
  { path, name, key }: NamedState & { key: string },
  verb: string,
  room: string,
  folders: ReadonlySet<string>,
): string[] {
  const folder = key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const prefix = key.charAt(0).toUpperCase() + key.slice(1);
  if (!folders.has(folder)) {
    return [
      `${path}: state ${name} ${verb} \${${key}}, but there is no ${room}/${folder}/; the key is the folder's name in camel case.`,
    ];
  }
  if (name.startsWith(prefix)) return [];
  return [`${path}: state ${name} ${verb} \${${key}}; let its name begin with ${prefix}, as the folder's does.`];
}

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

/** With the key of what a Task invokes or starts; none for any other state. A function may be its Resource. */
function targetOf(named: NamedState, argument: 'FunctionName' | 'StateMachineArn'): (NamedState & { key: string })[] {
  const { Type, Resource, Arguments } = named.state;
  const given = argumentsSchema.safeParse(Arguments).data?.[argument];
  const key = /^\$\{(\w+)\}$/.exec(given ?? (argument === 'FunctionName' ? Resource : undefined) ?? '')?.[1];
  return Type === 'Task' && key !== undefined ? [{ ...named, key }] : [];
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
