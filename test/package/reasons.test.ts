import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectDirectory } from '../../cli/simulation/project.ts';

const files = globSync(['functions/*/function.yml', 'deploy/resources/*.yml'], { cwd: projectDirectory });

/** Statements without a comment that says why, by their line. */
function unexplained(text: string): number[] {
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    if (!/^\s*- Effect:/.test(line)) return [];
    const comments = lines.slice(0, index).toReversed();
    const end = comments.findIndex((each) => !/^\s*#/.test(each));
    return comments.slice(0, end).some((each) => /^\s*# why: \S/.test(each)) ? [] : [index + 1];
  });
}

describe('A right that stands in YAML', () => {
  it.each(files)('says why it is there: %s', (file) => {
    expect(unexplained(readFileSync(join(projectDirectory, file), 'utf8'))).toEqual([]);
  });

  it('is found where it does not', () => {
    expect(
      unexplained('Statement:\n  # why: it must\n  # indeed\n  - Effect: Allow\n\n  # what\n  - Effect: Deny'),
    ).toEqual([7]);
  });
});
