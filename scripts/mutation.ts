import * as z from 'zod';
import packageJson from '../package.json' with { type: 'json' };
import { markdownTable } from './markdown.ts';

const placeSchema = z.object({ line: z.int(), column: z.int() });
const mutantSchema = z.object({
  mutatorName: z.string(),
  replacement: z.string().optional(),
  location: z.object({ start: placeSchema, end: placeSchema }),
  status: z.enum(['Killed', 'Survived', 'NoCoverage', 'Timeout', 'CompileError', 'RuntimeError', 'Ignored', 'Pending']),
});
const fileSchema = z.object({ source: z.string(), mutants: z.array(mutantSchema) });

/** What we read of Stryker's report: https://github.com/stryker-mutator/mutation-testing-elements, `report-schema`. */
export const reportSchema = z.object({ files: z.record(z.string(), fileSchema) });

type Report = z.output<typeof reportSchema>;
type MutatedFile = z.output<typeof fileSchema>;
type Mutant = z.output<typeof mutantSchema>;

/** Mutants of a file that no test can tell from the code, each as `code → what it becomes`, and why not. */
export interface Explanation {
  file: string;
  mutants: readonly string[];
  why: string;
}

/** A kind of mutants that survive for one reason, wherever they are: by file. */
export function ofKind(why: string, mutantsOf: Readonly<Record<string, readonly string[]>>): Explanation[] {
  return Object.entries(mutantsOf).map(([file, mutants]) => ({ file, mutants, why }));
}

/** The parts that are mutated; every survivor in them must be explained. */
export const mutatedParts = [
  { title: 'The rules', folder: 'shared/domain/' },
  { title: 'The edge to Lambda', folder: 'shared/runtime/' },
  { title: "The engine's core", folder: 'engine/' },
];

/**
 * The text of docs/mutation.md.
 * @param files the paths of all that could be mutated, so that the page names what was not
 */
export function mutationPage(report: Report, explanations: readonly Explanation[], files: readonly string[]): string {
  return [
    '# Mutation testing',
    `Written by \`node scripts/write-mutation.ts\` from what \`npm run mutate\` found with Stryker ${packageJson.devDependencies['@stryker-mutator/core']} and vitest ${packageJson.devDependencies.vitest}; never edited by hand.`,
    'Stryker changes the code in one place (a condition turned round, a `<` made `<=`, a text emptied, a call left out) and runs the tests that reach it. A change that no test notices *survives*. The score is the part that did not. Only `test/unit/domain`, `runtime` and `engine` are asked, so that a rule is held by its own tests; stories, state machines and explorations would catch more.',
    'Repeat it with `npm run mutate -- --force`, which takes half an hour of two cores, or for some files with `npm run mutate -- --mutate shared/domain/plan.ts`; each run adds to `reports/mutation.json`.',
    'Left out, and counted as *static*: what is evaluated once, while a file loads, such as schemas, catalogues of texts and constants. They would need every test once more in a new process.',
    ...mutatedParts.flatMap(({ title, folder }) =>
      partSection(title, filesOf(report, folder), missing(report, folder, files)),
    ),
    '## Survivors, and why',
    'No test can tell these changes from the code; `scripts/write-mutation.ts` fails where one has no reason here.',
    ...mutatedParts.flatMap(({ title, folder }) => survivorSection(title, folder, explanations)),
    '',
  ].join('\n\n');
}

/** What is wrong with the explanations: a survivor that has none, and one of what did not survive. */
export function unexplained(report: Report, explanations: readonly Explanation[]): string[] {
  const known = new Set(explanations.flatMap(({ file, mutants }) => mutants.map((mutant) => `${file}: ${mutant}`)));
  const survived = new Set<string>();
  const lines: string[] = [];
  for (const { folder } of mutatedParts) {
    for (const [path, file] of filesOf(report, folder)) {
      for (const mutant of file.mutants.filter(isSurvivor)) {
        const name = `${path}: ${change(file, mutant)}`;
        survived.add(name);
        if (!known.has(name))
          lines.push(`no test notices, nor is it explained: ${name} (line ${mutant.location.start.line})`);
      }
    }
  }
  return [
    ...lines,
    ...[...known].filter((name) => !survived.has(name)).map((name) => `explained, but did not survive: ${name}`),
  ];
}

function filesOf(report: Report, folder: string): [string, MutatedFile][] {
  return Object.entries(report.files)
    .filter(([path]) => path.startsWith(folder))
    .sort(([left], [right]) => (left < right ? -1 : 1));
}

function missing(report: Report, folder: string, files: readonly string[]): string[] {
  return files.filter((path) => path.startsWith(folder) && !(path in report.files)).sort();
}

function partSection(title: string, files: readonly [string, MutatedFile][], unmeasured: readonly string[]): string[] {
  if (files.length === 0) return [];
  const all = files.flatMap(([, { mutants }]) => mutants);
  return [
    `## ${title}`,
    markdownTable(
      ['File', 'Score', 'Noticed', 'Survived', 'of them reached by no test', 'Static'],
      [...files.map(([path, { mutants }]) => row(code(path), mutants)), row('**all**', all)],
    ),
    ...(unmeasured.length === 0
      ? []
      : [`Not measured, or nothing to change there: ${unmeasured.map(code).join(', ')}.`]),
  ];
}

/** One line for each reason: with its file where it is of one alone, else with a line for each file below it. */
function survivorSection(title: string, folder: string, explanations: readonly Explanation[]): string[] {
  const byReason = Map.groupBy(
    explanations.filter(({ file }) => file.startsWith(folder)),
    ({ why }) => why,
  );
  if (byReason.size === 0) return [];
  const lines = [...byReason].flatMap(([why, places]) => {
    const ofFile = places.map(({ file, mutants }) => `\`${file}\`: ${mutants.map(code).join(', ')}`);
    return ofFile.length === 1
      ? [`- ${ofFile.join('')}. ${why}`]
      : [`- ${why}`, ...ofFile.map((line) => `  - ${line}`)];
  });
  return [`### ${title}`, lines.join('\n')];
}

function row(name: string, mutants: readonly Mutant[]): string[] {
  const count = (...statuses: Mutant['status'][]): number =>
    mutants.filter(({ status }) => statuses.includes(status)).length;
  const noticed = count('Killed', 'Timeout');
  const survived = mutants.filter(isSurvivor).length;
  const score = noticed + survived === 0 ? '' : `${((100 * noticed) / (noticed + survived)).toFixed(1)} %`;
  return [name, score, ...[noticed, survived, count('NoCoverage'), count('Ignored')].map(String)];
}

function isSurvivor({ status }: Mutant): boolean {
  return status === 'Survived' || status === 'NoCoverage';
}

/** A mutant as people read it: the code, and what it becomes. */
function change({ source }: MutatedFile, { location: { start, end }, replacement = '' }: Mutant): string {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  const last = lines.length - 1;
  const original = lines
    .map((line, index) => line.slice(index === 0 ? start.column - 1 : 0, index === last ? end.column - 1 : undefined))
    .join('\n');
  return `${oneLine(original)} → ${oneLine(replacement)}`;
}

/** In one line, of a long text its beginning and its end. */
function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 120 ? `${line.slice(0, 80)} … ${line.slice(-30)}` : line;
}

/** As code: between two ticks where the text has some of its own. */
function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}
