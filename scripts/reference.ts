import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { projectDirectory } from '../cli/simulation/project.ts';
import { folderOf, readWorkflow, workflowNames } from '../cli/simulation/workflows.ts';
import type { Contract } from '../shared/domain/contract.ts';
import { errorCatalogue } from '../shared/domain/errors.ts';
import { metricMeanings, metricNamespace, metricOf } from '../shared/domain/metrics.ts';
import { notAvailableYet, policyFileSchema } from '../shared/domain/policy.ts';
import { tagKeys, tagMeanings } from '../shared/domain/tags.ts';
import { markdownTable } from './markdown.ts';

/** The text of docs/reference.md. */
export async function reference(): Promise<string> {
  return [
    '# Reference',
    'Written by `npm run docs` from the code; a test keeps it fresh.',
    '## Tags',
    markdownTable(['Tag', 'On', 'Written by', 'Meaning'], tagRows()),
    '## Policy',
    'Every field of a policy file. Those marked *not yet* are refused until their workflow exists.',
    markdownTable(['Field', 'Default', 'Meaning'], policyRows()),
    '## Workflows',
    "One state machine each. Started with the input that the second column names; `event` is EventBridge's own.",
    markdownTable(['Workflow', 'Started by', 'What it does', 'Tasks and workflows'], workflowRows()),
    '## Errors',
    'What a disposition does: `retry`, the workflow tries again; `refuse`, nothing was done, on purpose; `abort`, what was stopped is restarted, and the capture, retirement, archive, restore or rescue fails.',
    markdownTable(['Error', 'Disposition', 'Meaning', 'What to do'], errorRows()),
    '## Metrics',
    `In CloudWatch under \`${metricNamespace}\`; [runbook.md](runbook.md) says what to do where one gives alarm. \`region\` is the Region that a number is about.`,
    markdownTable(['Metric', 'Unit', 'Dimensions', 'Meaning'], metricRows()),
    '## Tasks',
    'One Lambda function each. `AwsThrottled`, `AwsUnavailable` and `AccessDenied` may come from any of them.',
    markdownTable(['Task', 'Further errors'], await taskRows()),
    '',
  ].join('\n\n');
}

function tagRows(): string[][] {
  return Object.entries(tagMeanings).flatMap(([name, meanings]) => {
    const key = Object.entries(tagKeys).find(([keyName]) => keyName === name)?.[1] ?? name;
    return meanings.map(({ on, writer, meaning }) => [`\`${key}\``, on, writer, meaning]);
  });
}

function errorRows(): string[][] {
  return Object.entries(errorCatalogue).map(([name, { disposition, meaning, remedy }]) => [
    `\`${name}\``,
    disposition,
    meaning,
    remedy,
  ]);
}

function metricRows(): string[][] {
  return Object.entries(metricMeanings).map(([name, meaning]) => {
    const { unit, by } = metricOf(name);
    return [`\`${name}\``, unit, by.map((set) => set.join(', ')).join('; or '), meaning];
  });
}

interface FieldSchema {
  description?: string | undefined;
  default?: unknown;
  properties?: Record<string, FieldSchema> | undefined;
  items?: FieldSchema | undefined;
}

const fieldSchema: z.ZodType<FieldSchema> = z.lazy(() =>
  z.object({
    description: z.string().optional(),
    default: z.unknown().optional(),
    properties: z.record(z.string(), fieldSchema).optional(),
    items: fieldSchema.optional(),
  }),
);

function policyRows(): string[][] {
  return fieldRows('', fieldSchema.parse(z.toJSONSchema(policyFileSchema, { io: 'input' })));
}

function fieldRows(path: string, { properties = {}, items }: FieldSchema): string[][] {
  if (items) return fieldRows(`${path}[]`, items);
  return Object.entries(properties).flatMap(([name, field]) => {
    const own = path ? `${path}.${name}` : name;
    const isMissing = notAvailableYet.includes(own.replaceAll('[]', ''));
    const meaning = `${field.description ?? ''}${isMissing ? ' *Not yet.*' : ''}`;
    const row = [`\`${own}\``, field.default === undefined ? '' : `\`${JSON.stringify(field.default)}\``, meaning];
    return [row, ...(isMissing ? [] : fieldRows(own, field))];
  });
}

const workflowSchema = z.object({
  triggers: z.object({
    schedule: z.string().optional(),
    every: z.string().optional(),
    event: z.object({ 'detail-type': z.array(z.string()) }).optional(),
    workflow: z.string().optional(),
    hand: z.string().optional(),
  }),
});

function workflowRows(): string[][] {
  return workflowNames().map((name) => {
    const { definition, functionKeys, workflowKeys } = readWorkflow(name);
    const { Comment } = z.object({ Comment: z.string() }).parse(definition);
    const file = join(projectDirectory, 'statemachines', name, 'workflow.yml');
    const { schedule, every, event, workflow, hand } = workflowSchema.parse(parse(readFileSync(file, 'utf8'))).triggers;
    const starts = [
      schedule,
      every && `every ${every}`,
      event && `event: ${event['detail-type'].join(', ')}`,
      workflow,
      hand === undefined ? undefined : `by hand ${hand}`,
    ];
    return [
      `\`${name}\``,
      starts.filter((start) => start !== undefined).join('; '),
      Comment,
      [...functionKeys, ...workflowKeys].map((key) => `\`${folderOf(key)}\``).join(', '),
    ];
  });
}

async function taskRows(): Promise<string[][]> {
  const directory = join(projectDirectory, 'functions');
  const names = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const everywhere = ['AwsThrottled', 'AwsUnavailable', 'AccessDenied'];
  return Promise.all(
    names.map(async ({ name }) => {
      const { contract }: { contract: Contract<unknown, unknown> } = await import(join(directory, name, 'task.ts'));
      const further = contract.errors.filter((error) => !everywhere.includes(error));
      return [`\`${name}\``, further.map((error) => `\`${error}\``).join(', ')];
    }),
  );
}
