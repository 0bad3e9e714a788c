import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectDirectory } from '../../cli/simulation/project.ts';
import { workflowNames } from '../../cli/simulation/workflows.ts';
import { contract } from '../../functions/select-instances/task.ts';
import { alarmSections } from '../../monitoring/alarms.ts';
import { runbookHeadings } from '../package/findings/alarms.ts';

const page = readFileSync(join(projectDirectory, 'docs/runbook.md'), 'utf8');

describe('docs/runbook.md', () => {
  it('has a section for each alarm, and none for an alarm that there is not', () => {
    expect(runbookHeadings()).toEqual([...alarmSections]);
  });

  it('has commands for workflows, outputs and inputs that there are', () => {
    const [, workflow = ''] = /stateMachine:ami-lifecycle-prod-([a-z-]+)/.exec(page) ?? [];
    expect(workflowNames()).toContain(workflow);
    const outputs = [...page.matchAll(/\$\(outputs (\w+)\)/g)].map(([, output = '']) => output);
    expect(outputs).toEqual(['WorkBucketName', 'UndeliveredStartsUrl']);
    const resources = ['work-bucket', 'triggers'].map((name) =>
      readFileSync(join(projectDirectory, `deploy/resources/${name}.yml`), 'utf8'),
    );
    for (const output of outputs) expect(resources.join('\n')).toContain(`\n  ${output}:\n`);
    const [, input = ''] = /--input '([^']+)'/.exec(page) ?? [];
    expect(contract.input.shape.event.safeParse(JSON.parse(input)).error).toBeUndefined();
  });
});
