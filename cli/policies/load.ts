import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { isPossible, parseSchedule, type Schedule, ScheduleError } from '../../engine/schedule.ts';
import { type NamedPolicy, notAvailableYet, policyNamePattern, policySchema } from '../../shared/domain/policy.ts';
import { mostParameterBytes, parameterBytes, policyText } from '../../shared/domain/policy-text.ts';
import { InputError, type InputProblem } from '../input-error.ts';
import { explainIssue, type FieldProblem, valueAt } from './explain-issue.ts';
import { misfits } from './home-region.ts';
import { withoutConsequences } from './mistyped-keys.ts';
import { isKnownRegion, regionMeantBy } from './regions.ts';
import { parseYamlFile } from './yaml-file.ts';

/** A policy that is valid, its schedule included. */
export interface LoadedPolicy {
  /** As the user named it. */
  file: string;
  policy: NamedPolicy;
  schedule: Schedule;
  /** When to look for what to retire; absent where the policy retires nothing. */
  retireSchedule?: Schedule;
}

export interface ReadPolicies {
  policies: LoadedPolicy[];
  problems: InputProblem[];
  /** Regions that nobody knows in policies that have problems besides; of the others more is doubted than that. */
  doubts: InputProblem[];
}

interface Destination {
  /** The Region that the policies are deployed to, or simulated in: what cannot work there is a problem. */
  region?: string;
}

/**
 * Loads policies, all or none.
 * @param sources files, or folders whose *.yml and *.yaml files are taken
 * @throws InputError with every problem of every file
 */
export function loadPolicies(
  sources: string | readonly string[],
  destination: Destination = {},
): { policies: LoadedPolicy[] } {
  const { policies, problems } = readPolicies(typeof sources === 'string' ? [sources] : sources, destination);
  if (problems.length > 0) throw new InputError(problems);
  return { policies };
}

/** As `loadPolicies`, but hands back the valid ones beside the problems of the others. */
export function readPolicies(sources: readonly string[], { region }: Destination = {}): ReadPolicies {
  const result: ReadPolicies = { policies: [], problems: [], doubts: [] };
  const files = sources.flatMap((source) => filesOf(source, result.problems));
  const fileOfName = new Map<string, string>();
  for (const file of new Set(files)) {
    const name = basename(file, extname(file));
    const namesake = fileOfName.get(name);
    if (namesake !== undefined) {
      const problem = `is a second policy '${name}' beside ${namesake}`;
      result.problems.push({ file, problem, mend: 'rename one of the two: a policy is named after its file' });
      continue;
    }
    fileOfName.set(name, file);
    readPolicy(file, name, region, result);
  }
  return result;
}

function filesOf(source: string, problems: InputProblem[]): string[] {
  try {
    if (!statSync(source).isDirectory()) return [source];
    const names = readdirSync(source).filter((name) => /\.ya?ml$/.test(name));
    if (names.length === 0) {
      problems.push({ file: source, problem: 'holds no policy', mend: 'a policy is a file such as gold.yml' });
    }
    return names.sort().map((name) => join(source, name));
  } catch (error) {
    problems.push({ file: source, ...unreadable(error) });
    return [];
  }
}

function unreadable(error: unknown): { problem: string; mend: string } {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  if (code === 'ENOENT') return { problem: 'does not exist', mend: 'name a policy file, or a folder of them' };
  return { problem: `cannot be read (${code})`, mend: 'name a policy file that you may read' };
}

function readPolicy(file: string, name: string, region: string | undefined, result: ReadPolicies): void {
  const found: InputProblem[] = [];
  if (!policyNamePattern.test(name)) {
    const problem = `'${name}' cannot name a policy`;
    found.push({ file, problem, mend: 'rename the file: a to z, digits and hyphens, at most 32 characters' });
  }
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    result.problems.push(...found, { file, ...unreadable(error) });
    return;
  }
  const yaml = parseYamlFile(file, text);
  found.push(...yaml.problems);
  if (!yaml.isUsable) {
    result.problems.push(...found);
    return;
  }
  const { problems, policy, schedule, retireSchedule } = judge(yaml.data);
  const located = ({ path, ...rest }: FieldProblem): InputProblem => ({
    file,
    ...(path.length === 0 ? {} : { ...yaml.locate(path), path: pathText(path) }),
    ...rest,
  });
  found.push(...problems.map(located));
  if (policy && region !== undefined) found.push(...misfits(policy, region).map(located));
  if (found.length === 0 && policy) found.push(...tooLong(file, { name, ...policy }));
  found.sort((left, right) => (left.line ?? 0) - (right.line ?? 0));
  if (found.length === 0 && policy && schedule) {
    result.policies.push({
      file,
      policy: { name, ...policy },
      schedule,
      ...(retireSchedule ? { retireSchedule } : {}),
    });
  }
  result.problems.push(...found);
  if (found.length > 0) result.doubts.push(...unknownRegions(yaml.data).map(located));
}

function unknownRegions(data: unknown): FieldProblem[] {
  const copies = valueAt(data, ['copies']);
  if (!Array.isArray(copies)) return [];
  return copies.flatMap((_, index) => {
    const path = ['copies', index, 'region'];
    const region = valueAt(data, path);
    if (typeof region !== 'string' || !/^[a-z-]+\d$/.test(region) || isKnownRegion(region)) return [];
    return [{ path, problem: `${region} is no Region that this version knows${regionMeantBy(region)}` }];
  });
}

/** A policy is deployed as one parameter of Systems Manager, of the standard tier. */
function tooLong(file: string, policy: NamedPolicy): InputProblem[] {
  const bytes = parameterBytes(policyText(policy));
  if (bytes <= mostParameterBytes) return [];
  const problem = `is too long: it comes to ${bytes} bytes of JSON, and a parameter holds ${mostParameterBytes}`;
  return [{ file, problem, mend: 'shorten its lists and texts, or make two policies of it' }];
}

/** Judges the parts apart, because zod looks at rules across fields only when all fields are well formed. */
function judge(data: unknown) {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    const problem = data === null || data === undefined ? 'is empty' : 'is not a policy';
    const problems: FieldProblem[] = [{ path: [], problem, mend: "write fields, beginning with 'schedule:'" }];
    return { problems };
  }
  const unavailable = unavailableFields(data);
  const { data: policy, error } = policySchema.safeParse(data);
  const parsed = judgeSchedule(data, ['schedule', 'cron']);
  const retires = judgeSchedule({ retire: policy?.retire ?? valueAt(data, ['retire']) }, ['retire', 'cron']);
  const issues = withoutConsequences(error?.issues ?? [], data).filter(
    ({ path }) => !unavailable.some((field) => isWithin(path, field)),
  );
  return {
    policy,
    schedule: parsed.schedule,
    retireSchedule: retires.schedule,
    problems: [
      ...unavailable.map((path) => ({
        path,
        problem: 'is not available yet: its workflow is not built',
        mend: 'leave the field out',
      })),
      ...parsed.problems,
      ...retires.problems,
      ...issues.flatMap((issue) => explainIssue(issue, data)),
    ],
  };
}

/** What is no text, or is not there, is the schema's to judge. */
function judgeSchedule(data: unknown, path: readonly string[]): { schedule?: Schedule; problems: FieldProblem[] } {
  const expression = valueAt(data, path);
  if (typeof expression !== 'string' || expression === '') return { problems: [] };
  try {
    const schedule = parseSchedule(expression);
    if (isPossible(schedule)) return { schedule, problems: [] };
    const mend = 'choose a day that exists; L is the last day of a month';
    return { problems: [{ path, problem: `'${expression}' never comes: its months have no such day`, mend }] };
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    const { field, value, problem, mend } = error;
    return { problems: [{ path, problem: `${field} '${value}' ${problem}`, mend }] };
  }
}

/** The paths in the file of fields that the schema knows and no workflow serves; lists are looked into. */
function unavailableFields(data: object): PropertyKey[][] {
  return notAvailableYet.flatMap((dotted) => {
    let paths: PropertyKey[][] = [[]];
    for (const step of dotted.split('.')) {
      paths = paths.flatMap((path) => {
        const value = valueAt(data, path);
        const parents = Array.isArray(value) ? value.map((_, index) => [...path, index]) : [path];
        return parents.map((parent) => [...parent, step]);
      });
    }
    return paths.filter((path) => valueAt(data, path) !== undefined);
  });
}

function isWithin(path: readonly PropertyKey[], outer: readonly PropertyKey[]): boolean {
  return outer.every((step, index) => path[index] === step);
}

/** `copies[0].region` */
function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? String(step) : `${text}.${String(step)}`;
  }, '');
}
