import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { firstDifference, loadRecordings, recordingsFolder, replay } from './recording.ts';

const recordings = loadRecordings(recordingsFolder());

describe('The recorded executions', () => {
  it('are read from the folder that ASL_RECORDED names', () => {
    expect(recordingsFolder({ ASL_RECORDED: '/somewhere/else' })).toBe('/somewhere/else');
  });

  it('are none where they are not to be had, unless they are required', () => {
    const empty = mkdtempSync(join(tmpdir(), 'no-recordings-'));
    expect(loadRecordings(empty, {})).toEqual([]);
    expect(() => loadRecordings(empty, { RECORDED: 'required' })).toThrow(
      /RECORDED=required, but there is no .*executions\.json/,
    );
  });
});

describe('The comparison with a recording', () => {
  it('takes a masked value for anything', () => {
    expect(firstDifference({ at: 'timestamp', id: '<uuid:1>' }, { at: 1, id: 'x' })).toBeUndefined();
    const arn = 'arn:<partition>:lambda:<region>:111111111111:function:lambda_function_name';
    expect(firstDifference(arn, 'arn:aws:lambda:us-east-1:111122223333:function:f')).toBeUndefined();
  });

  it('parses a payload that was recorded parsed', () => {
    expect(firstDifference({ output: { a: 1 } }, { output: '{"a":1}' })).toBeUndefined();
    expect(firstDifference({ output: { a: 1 } }, { output: '{"a":2}' })).toBe('/output/a: expected 1 but was 2');
  });

  it('finds a value, a key, a length and a type that differ', () => {
    expect(firstDifference({ a: 'x' }, { a: 'y' })).toBe('/a: expected "x" but was "y"');
    expect(firstDifference({ a: 1 }, { a: 1, b: 2 })).toBe('/b: expected undefined but was 2');
    expect(firstDifference([1, 2], [1])).toBe('/1: expected 2 but was undefined');
    expect(firstDifference([], {})).toBe('/: expected [] but was {}');
    expect(firstDifference('arn:<region>:a', 'arn:x:b')).toBe('/: expected "arn:<region>:a" but was "arn:x:b"');
  });
});

for (const recording of recordings) {
  describe(recording.id, () => {
    it('runs in the engine as it ran on AWS', async () => {
      const events = await replay(recording);
      expect(events.map(({ type }) => type)).toEqual(recording.events.map(({ type }) => type));
      expect(firstDifference(recording.events, events)).toBeUndefined();
    });
  });
}
