import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { projectDirectory } from '../../cli/simulation/project.ts';
import { contract as planRetirement } from '../../functions/plan-retirement/task.ts';
import { contract as wakeArchive } from '../../functions/wake-archive/task.ts';
import { archiveKey, recordKey } from '../../shared/domain/archive.ts';

const page = readFileSync(join(projectDirectory, 'docs/way-back.md'), 'utf8');

/** What a command of the page starts a workflow with. */
function inputOf(workflow: string): unknown {
  const [, input = 'null'] =
    new RegExp(`stateMachine:ami-lifecycle-prod-${workflow} [^']*--input '([^']*)'`).exec(page) ?? [];
  return JSON.parse(input);
}

it('The way back starts workflows with inputs that they take', () => {
  expect(
    wakeArchive.input.pick({ bucket: true, key: true, region: true, name: true }).parse(inputOf('restore-image')),
  ).toEqual(inputOf('restore-image'));
  expect(planRetirement.input.shape.event.parse(inputOf('retire-images'))).toEqual(inputOf('retire-images'));
});

it('The way back names objects and records as they are named', () => {
  const key = archiveKey('<prefix>', '<image id>');
  expect(page).toContain(`\`${key}\``);
  expect(page).toContain(`\`${recordKey(key)}\``);
});
