import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLifecycleError } from '../../shared/domain/errors.ts';
import { damaged, damages, hostileValues, secret } from './damage.ts';
import { fitting } from './fitting.ts';
import { type Ending, functionNames, shipped } from './shipped.ts';

const events = 10_000;
/** What one line of a log may come to, whatever the event was: CloudWatch cuts at 256 KB, and people long before. */
const longestLine = 16_000;

describe.each(functionNames)('%s', (name) => {
  it('ends whatever event it is given in an answer, or in an error of its own that tells why', {
    timeout: 600_000,
  }, async () => {
    const { contract, call } = await shipped(name);
    const valid = fitting(contract.input, 25);
    const legal = new Set<string>(['InputInvalid', ...contract.errors]);
    let parsed = 0;
    let mutated = 0;
    const hostile = fc.oneof(
      { weight: 9, arbitrary: fc.record({ start: fc.nat(valid.length - 1), steps: damages }) },
      { weight: 1, arbitrary: fc.record({ garbage: fc.oneof(fc.constantFrom(...hostileValues), fc.jsonValue()) }) },
    );
    await fc.assert(
      fc.asyncProperty(hostile, async (drawn) => {
        const isMutation = 'start' in drawn;
        const event = isMutation ? damaged(valid[drawn.start], drawn.steps, valid) : drawn.garbage;
        const ending = await call(event);
        const isRefused = isUnfit(ending.error);
        if (isMutation) mutated++;
        if (isMutation && !isRefused) parsed++;
        judge(ending, legal);
        if (isRefused) judgeRefusal(ending);
        else if (ending.error === undefined) contract.output.parse(ending.output);
      }),
      { numRuns: events, seed: 20_261_121 },
    );
    expect(parsed / mutated, 'the share of damaged events that the task itself was tried with').toBeGreaterThan(0.2);
  });
});

/** Not to be mixed up with what AWS would not look for: that has been through the task. */
function isUnfit(error: unknown): boolean {
  return isLifecycleError(error, 'InputInvalid') && error.message.startsWith('The input does not fit: ');
}

function judge({ error, lines }: Ending, legal: ReadonlySet<string>): void {
  if (error !== undefined && !(isLifecycleError(error) && legal.has(error.name))) throw error;
  for (const line of lines) {
    expect(line.length).toBeLessThan(longestLine);
    expect(line.trimEnd()).not.toMatch(/\n/);
  }
}

/** Readable: a path and a problem, on one line; and no value, which is none of the log's business. */
function judgeRefusal({ error, lines }: Ending): void {
  const message = error instanceof Error ? error.message : '';
  expect(message).toMatch(/^The input does not fit: \S+.*: ./);
  expect(message.length).toBeLessThanOrEqual(1024);
  expect(message).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
  expect(message).not.toContain(secret);
  expect(lines.join('')).not.toContain(secret);
}
