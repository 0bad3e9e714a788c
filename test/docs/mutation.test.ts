import { describe, expect, it } from 'vitest';
import { mutationPage, ofKind, reportSchema, unexplained } from '../../scripts/mutation.ts';

const [rule, first, second] = ['shared/domain/a.ts', 'engine/b.ts', 'engine/c.ts'] as const;

/** A report in which the same change of the same line was noticed, or not, in each file. */
function reportOf(statuses: Readonly<Record<string, string>>): ReturnType<typeof reportSchema.parse> {
  const location = { start: { line: 1, column: 8 }, end: { line: 1, column: 14 } };
  const files = Object.entries(statuses).map(([file, status]) => [
    file,
    { source: 'return a  < b;', mutants: [{ mutatorName: 'm', replacement: 'a >= b', location, status }] },
  ]);
  return reportSchema.parse({ files: Object.fromEntries(files) });
}

const change = 'a < b → a >= b';

describe('The page of mutation testing', () => {
  it.each([rule, first, 'shared/runtime/d.ts'])('asks for a reason for every survivor, here of %s', (file) => {
    const report = reportOf({ [file]: 'Survived' });
    expect(unexplained(report, [])).toEqual([`no test notices, nor is it explained: ${file}: ${change} (line 1)`]);
    expect(unexplained(report, ofKind('Both are the same.', { [file]: [change] }))).toEqual([]);
  });

  it.each(['NoCoverage', 'Survived'])('takes what is %s for a survivor', (status) => {
    expect(unexplained(reportOf({ [rule]: status }), [])).toHaveLength(1);
  });

  it.each(['Killed', 'Timeout'])('wants no reason for what was noticed: %s', (status) => {
    const report = reportOf({ [first]: status });
    expect(unexplained(report, [])).toEqual([]);
    expect(unexplained(report, ofKind('Stale.', { [first]: [change] }))).toEqual([
      `explained, but did not survive: ${first}: ${change}`,
    ]);
  });

  it('does not take a reason in one file for another', () => {
    const report = reportOf({ [first]: 'Survived', [second]: 'Survived' });
    expect(unexplained(report, ofKind('Of one.', { [first]: [change] }))).toHaveLength(1);
  });

  it('says a reason once, with the places below it where there are several', () => {
    const survived = { [rule]: 'Survived', [first]: 'Survived', [second]: 'Survived' };
    const explanations = [
      { file: rule, mutants: [change], why: 'Of a rule.' },
      ...ofKind('Of a kind.', { [first]: [change], [second]: [change] }),
    ];
    const page = mutationPage(reportOf(survived), explanations, [rule, first, second]);
    expect(page).toContain(`### The rules\n\n- \`${rule}\`: \`${change}\`. Of a rule.\n`);
    expect(page).toContain(
      `### The engine's core\n\n- Of a kind.\n  - \`${first}\`: \`${change}\`\n  - \`${second}\`: \`${change}\`\n`,
    );
    expect(page).toContain(`| \`${first}\` | 0.0 % | 0 | 1 | 0 | 0 |`);
  });
});
