import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');

describe("The example in the engine's README", () => {
  it('runs as it stands and prints what it says', () => {
    const readme = readFileSync(join(root, 'engine/README.md'), 'utf8');
    const code = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    const folder = mkdtempSync(join(tmpdir(), 'engine-readme-'));
    const file = join(folder, 'example.ts');
    const engine = pathToFileURL(join(root, 'engine/index.ts')).href;
    writeFileSync(file, code.replace('./engine/index.ts', engine));
    try {
      const output = execFileSync(process.execPath, [file], { encoding: 'utf8' });
      const [printed, types] = output.trim().split('\n');
      expect(printed).toBe(/console\.log\(.*\); \/\/ (.*)/.exec(code)?.[1]);
      expect(types).toBe(
        'ExecutionStarted WaitStateEntered WaitStateExited TaskStateEntered LambdaFunctionScheduled ' +
          'LambdaFunctionStarted LambdaFunctionSucceeded TaskStateExited ExecutionSucceeded',
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
