import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { awsErrors } from '../../../shared/domain/contract.ts';
import { errorCatalogue } from '../../../shared/domain/errors.ts';

/** The errors that an adapter may answer a call with, beside those that every call of AWS may. */
const raisedByAdapters: Readonly<Record<string, readonly string[]>> = {
  create: ['QuotaExceeded'],
  copy: ['QuotaExceeded'],
  start: ['CapacityUnavailable'],
  stop: ['StopRefused'],
  changeLaunchPermissions: ['ShareRefused'],
  changeSnapshotAccounts: ['ShareRefused'],
  find: ['PolicyNotFound', 'PolicyInvalid'],
  of: ['EvidenceIncomplete'],
  copying: ['EvidenceIncomplete'],
  deregisterWithSnapshots: ['ImageHeld'],
  delete: ['ImageHeld'],
  store: ['QuotaExceeded', 'ArchiveFailed'],
  restore: ['QuotaExceeded', 'RestoreFailed'],
  flaw: ['EvidenceIncomplete'],
  holdsOn: ['EvidenceIncomplete'],
  mounting: ['EvidenceIncomplete'],
};

const root = new URL('../../../', import.meta.url);
const textOf = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const taskSchema = z.object({ contract: z.object({ errors: z.array(z.string()) }) });

interface Task {
  name: string;
  declared: string[];
  thrown: string[];
  raised: string[];
  /** What it looks for among the errors of its adapters: it may answer that itself. */
  caught: string[];
  /** What it ends an execution with, which the workflow then throws. */
  ended: string[];
}

const namesAfter = (beginning: RegExp, source: string): string[] =>
  [...source.matchAll(new RegExp(`${beginning.source}\\s*'(\\w+)'`, 'g'))].flatMap(([, name = '']) => name);

async function taskOf(name: string): Promise<Task> {
  const source = textOf(`functions/${name}/task.ts`);
  const ports = /interface Ports \{.*?\n\}/s.exec(source)?.[0] ?? '';
  const { contract } = taskSchema.parse(await import(new URL(`functions/${name}/task.ts`, root).href));
  return {
    name,
    declared: contract.errors.filter((error) => !awsErrors.some((each) => each === error)),
    thrown: namesAfter(/new LifecycleError\(/, source),
    raised: Object.entries(raisedByAdapters).flatMap(([method, errors]) =>
      new RegExp(`\\b${method}\\(`).test(ports) ? errors : [],
    ),
    caught: namesAfter(/isLifecycleError\(error, /, source),
    ended: namesAfter(/\bend\(/, source),
  };
}

const names = readdirSync(new URL('functions/', root), { withFileTypes: true }).filter((entry) => entry.isDirectory());
const tasks = await Promise.all(names.map(({ name }) => taskOf(name)));

/** Names of the catalogue that stand in quotes in a text. */
const namesIn = (text: string): string[] =>
  Object.keys(errorCatalogue).filter((name) => new RegExp(`'${name}'`).test(text));

const sorted = (list: Iterable<string>): string[] => [...new Set(list)].sort();

describe.each(tasks)('the contract of $name', ({ name, declared, thrown, raised, caught }) => {
  const usual = (error: string): boolean => awsErrors.some((each) => each === error);

  it('names every error that the task or its adapters may throw, but for what the task answers itself', () => {
    const expected = [...thrown, ...raised.filter((error) => !caught.includes(error))].filter((error) => !usual(error));
    expect(declared).toEqual(expect.arrayContaining(sorted(expected)));
  });

  it('names no error that neither the task nor its adapters throw', () => {
    expect([...thrown, ...raised]).toEqual(expect.arrayContaining(declared));
  });

  it('names no error twice', () => {
    expect(declared).toEqual([...new Set(declared)]);
  });

  it('is kept to by a test for each of its errors', () => {
    expect(namesIn(textOf(`test/unit/functions/${name}.test.ts`))).toEqual(expect.arrayContaining(declared));
  });
});

describe('the catalogue of errors', () => {
  it('has no entry that nothing can throw', () => {
    const used = tasks.flatMap(({ declared, caught, ended }) => [...declared, ...caught, ...ended]);
    // A handler refuses its input before the task is asked.
    expect(sorted([...awsErrors, ...used, 'InputInvalid'])).toEqual(sorted(Object.keys(errorCatalogue)));
  });

  it('is used by the adapters as this test believes', () => {
    const adapters = readdirSync(new URL('shared/aws/', root)).filter((file) => file.endsWith('.ts'));
    const inAdapters = adapters.flatMap((file) => namesIn(textOf(`shared/aws/${file}`)));
    // What an input names may be such that AWS will not look for it, in whatever call.
    const anywhere = [...awsErrors, 'InputInvalid'];
    expect(sorted(inAdapters)).toEqual(sorted([...anywhere, ...Object.values(raisedByAdapters).flat()]));
  });
});
