import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { AccountFolderProblem } from './account-folder-invalid.ts';
import { readJsonFile } from './json-file.ts';
import { printedInstanceAttributes, printedReservation, printedSpotRequest } from './printed-instance.ts';
import { printedAutoScalingGroup, printedLaunchConfiguration, printedLaunchTemplateVersion } from './printed-launch.ts';
import { printedImage, printedSnapshot, printedVolume } from './printed-storage.ts';
import type { Tally } from './tally.ts';

export const instancesFile = 'describe-instances.json';

interface PrintedFile<Entry> {
  name: string;
  command: string;
  /** The one list in what the command prints. */
  key: string;
  entry: z.ZodType<Entry>;
}

const ec2 = <Entry>(command: string, key: string, entry: z.ZodType<Entry>): PrintedFile<Entry> => ({
  name: `${command}.json`,
  command: `aws ec2 ${command}`,
  key,
  entry,
});
const autoScaling = <Entry>(command: string, key: string, entry: z.ZodType<Entry>): PrintedFile<Entry> => ({
  ...ec2(command, key, entry),
  command: `aws autoscaling ${command}`,
});

const files = {
  reservations: ec2('describe-instances', 'Reservations', printedReservation),
  volumes: ec2('describe-volumes', 'Volumes', printedVolume),
  images: ec2('describe-images', 'Images', printedImage),
  snapshots: ec2('describe-snapshots', 'Snapshots', printedSnapshot),
  launchTemplateVersions: ec2(
    'describe-launch-template-versions',
    'LaunchTemplateVersions',
    printedLaunchTemplateVersion,
  ),
  spotRequests: ec2('describe-spot-instance-requests', 'SpotInstanceRequests', printedSpotRequest),
  autoScalingGroups: autoScaling('describe-auto-scaling-groups', 'AutoScalingGroups', printedAutoScalingGroup),
  launchConfigurations: autoScaling(
    'describe-launch-configurations',
    'LaunchConfigurations',
    printedLaunchConfiguration,
  ),
};

/** `describe-instance-attribute` answers for one instance, so this file is a list of its answers, made by hand. */
const attributesFile = {
  name: 'describe-instance-attributes.json',
  command: 'aws ec2 describe-instance-attribute --attribute disableApiStop --instance-id …',
};

/** Reads every file of the folder; a file that is absent is undefined. Faults go to `problems`, oddities to `tally`. */
export function readPrintedFiles(directory: string, problems: AccountFolderProblem[], tally: Tally) {
  const present = namesIn(directory, problems);
  noteIgnoredFiles(present, tally);
  return {
    reservations: readList(files.reservations),
    volumes: readList(files.volumes),
    images: readList(files.images),
    snapshots: readList(files.snapshots),
    launchTemplateVersions: readList(files.launchTemplateVersions),
    spotRequests: readList(files.spotRequests),
    autoScalingGroups: readList(files.autoScalingGroups),
    launchConfigurations: readList(files.launchConfigurations),
    attributes: readAttributes(),
  };

  function readList<Entry>({ name, command, key, entry }: PrintedFile<Entry>): Entry[] | undefined {
    const value = contentOf(name, command);
    if (value === undefined) return undefined;
    const file = join(directory, name);
    const frame = z.looseObject({ [key]: z.array(z.unknown()) });
    if (!frame.safeParse(value).success) {
      const problem = `has no list ${key}; it is ${describeValue(value)}`;
      problems.push({ file, path: '', problem, mend: wholeOutput(command, name) });
      return undefined;
    }
    const read = z.object({ [key]: z.array(entry), NextToken: z.string().optional() }).safeParse(value);
    if (!read.success) {
      problems.push(...read.error.issues.map((issue) => problemOf(issue, file, wholeOutput(command, name))));
      return undefined;
    }
    const { NextToken, [key]: list } = read.data;
    if (NextToken !== undefined) tally.note('holds one page of several; save it again without --max-items', name);
    return Array.isArray(list) ? list : undefined;
  }

  function readAttributes() {
    const { name, command } = attributesFile;
    const value = contentOf(name, command);
    if (value === undefined) return undefined;
    const read = z.array(printedInstanceAttributes).safeParse(Array.isArray(value) ? value : [value]);
    if (read.success) return read.data;
    const mend = `make it a list of what \`${command}\` prints, one entry for each instance`;
    problems.push(...read.error.issues.map((issue) => problemOf(issue, join(directory, name), mend)));
    return undefined;
  }

  function contentOf(name: string, command: string): unknown {
    const file = join(directory, name);
    // Its absence is worth a word of its own only where the folder itself is there.
    const isNeeded = name === instancesFile && problems.length === 0;
    if (!present.includes(name) && !isNeeded) return undefined;
    const read = readJsonFile(file, command);
    if ('value' in read) return read.value;
    problems.push(read.problem);
    return undefined;
  }
}

export type PrintedFiles = ReturnType<typeof readPrintedFiles>;

function namesIn(directory: string, problems: AccountFolderProblem[]): string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    const problem = `is no folder that can be read (${error instanceof Error ? error.message : String(error)})`;
    problems.push({ file: directory, path: '', problem, mend: `name the folder that holds ${instancesFile}` });
    return [];
  }
}

function noteIgnoredFiles(present: readonly string[], tally: Tally): void {
  const known = new Set([...Object.values(files).map(({ name }) => name), attributesFile.name]);
  for (const name of present) {
    if (name.endsWith('.json') && !known.has(name)) tally.note('is ignored: no file of that name is read', name);
  }
}

const wholeOutput = (command: string, name: string): string =>
  `save the whole output, without --query: ${command} --output json > ${name}`;

function problemOf({ path, message }: z.core.$ZodIssue, file: string, mend: string): AccountFolderProblem {
  const problem = message
    .replace(/^Invalid (?:input|option): /, '')
    .replace(', received undefined', ', but it is missing');
  return { file, path: jsonPath(path), problem: `is not as AWS prints it: ${problem}`, mend };
}

const jsonPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, key) => text + (typeof key === 'number' ? `[${key}]` : `${text && '.'}${String(key)}`),
    '',
  );

function describeValue(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value !== 'object' || value === null) return `the bare value ${JSON.stringify(value).slice(0, 40)}`;
  const keys = Object.keys(value);
  return keys.length === 0 ? 'an empty object' : `an object with ${keys.slice(0, 3).join(', ').slice(0, 80)}`;
}
