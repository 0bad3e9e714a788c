import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectDirectory } from '../../../cli/simulation/project.ts';
import { metricCatalogue, metricOf } from '../../../shared/domain/metrics.ts';

const files = globSync(['functions/*/task.ts', 'shared/runtime/as-task.ts'], { cwd: projectDirectory });
const written = files.flatMap((file) => {
  const text = readFileSync(join(projectDirectory, file), 'utf8');
  return [...text.matchAll(/meter\.(count|seconds|gigabytes)\('(\w+)'/g)].map(([, unit, name]) => ({ unit, name }));
});

describe('The catalogue of metrics', () => {
  it('holds what functions write, and nothing else', () => {
    expect(new Set(written.map(({ name }) => name))).toEqual(new Set(Object.keys(metricCatalogue)));
  });

  it('gives each the unit that it is written in', () => {
    for (const { unit, name = '' } of written) expect(metricOf(name).unit.toLowerCase()).toContain(unit);
  });

  it('refuses a name that it does not hold', () => {
    expect(() => metricOf('Captures')).toThrow(/No metric is called Captures/);
  });
});
