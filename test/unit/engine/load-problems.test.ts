import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../engine/index.ts';
import { createWorld, machine, part, problemsOf } from './harness.ts';

const end = { Type: 'Succeed' };

const parallel = (branches: unknown): unknown => ({
  ...machine({}),
  StartAt: 'P',
  States: { P: { Type: 'Parallel', Branches: branches, End: true } },
});

describe('A definition that is refused is told what is wrong, where, and nothing that follows from that alone', () => {
  it.each<[says: string, definition: unknown, problems: string[]]>([
    [
      'where there are no states at all',
      { QueryLanguage: 'JSONata', States: {} },
      ["m, field 'StartAt': is missing", "m, field 'States': must be an object with states"],
    ],
    [
      'where Branches is no list',
      parallel('x'),
      ["m, state 'P', field 'Branches': must be a non-empty array of machines"],
    ],
    [
      'where a branch is no machine',
      parallel([1]),
      [
        "m, state 'P', field 'Branches[0]': must be an object",
        "m, state 'P', field 'Branches': must be a non-empty array of machines",
      ],
    ],
    [
      'where a branch has a field of an ItemProcessor',
      parallel([part({ S: end }), part({ T: end }, { ProcessorConfig: {} })]),
      [
        "m, state 'P', field 'Branches[1]/ProcessorConfig': is not supported here; the fields are Comment, StartAt, States",
      ],
    ],
    [
      'where a state could not be read, so that its expressions do not matter yet',
      machine({ S: { ...end, Foo: 1, Output: '{% $eval("1") %}' } }),
      ["m, state 'S', field 'Foo': is not supported here; the fields are Type, Comment, QueryLanguage, Output"],
    ],
    [
      'where an expression stands in a list that does not belong there',
      machine({ W: { Type: 'Wait', Seconds: ['{% 5 %}'], End: true } }),
      ["m, state 'W', field 'Seconds': must be a whole number from 0 to 99999999 or a JSONata expression"],
    ],
    [
      'where an expression has spaces on both sides',
      machine({ S: { ...end, Output: ' {% 1 %} ' } }),
      [
        "m, state 'S', field 'Output': ' {% 1 %} ' is no whole expression: an expression must begin with {% and end with %}",
      ],
    ],
  ])('%s', (_says, definition, problems) => {
    expect(problemsOf(definition)).toEqual(problems);
  });

  it('where it is no JSON, or too large, or too deep', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    const nested: unknown = JSON.parse(`${'['.repeat(3000)}${']'.repeat(3000)}`);
    expect(problemsOf({ cycle }).join(' ')).toMatch(/^m: the definition is no JSON: .*circular/);
    expect(problemsOf({ nested })).toEqual(['m: the definition is nested deeper than 1000 levels']);
  });

  it('where it exceeds 1 MiB, which it may have', () => {
    const ofBytes = (bytes: number): JsonObject => {
      const rest = Buffer.byteLength(JSON.stringify(machine({ S: end }, { Comment: '' })));
      return machine({ S: end }, { Comment: 'x'.repeat(bytes - rest) });
    };
    expect(problemsOf(ofBytes(1_048_576))).toEqual([]);
    expect(problemsOf(ofBytes(1_048_577))).toEqual(['m: the definition exceeds 1 MiB']);
  });
});

describe('A definition that AWS takes', () => {
  const placeholder = '$'.concat('{word}');
  const saying = machine({ S: { ...end, Output: placeholder } });

  it('may have texts like placeholders, where nothing is substituted', async () => {
    expect((await createWorld().run(saying, {}, { strict: false })).output).toBe(placeholder);
  });

  it('has its placeholders replaced, however strictly it is read', async () => {
    expect((await createWorld().run(saying, {}, { strict: false, substitutions: { word: 'x' } })).output).toBe('x');
  });

  it('may leave the Mode of a Map open, which then is inline', async () => {
    const processor = part({ I: { Type: 'Pass', End: true } }, { ProcessorConfig: {} });
    const result = await createWorld().run(
      machine({ M: { Type: 'Map', Items: [1], ItemProcessor: processor, End: true } }),
    );
    expect(result.types).toContain('MapIterationStarted');
  });
});
