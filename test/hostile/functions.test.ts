import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasCode } from '../../shared/aws/aws-errors.ts';
import { awsErrors } from '../../shared/domain/contract.ts';
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
    for (const error of awsErrors) legal.delete(error);
    let parsed = 0;
    let answered = 0;
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
        judgeLines(ending, event, isRefused);
        if (isRefused) judgeRefusal(ending);
        else if (ending.error === undefined) {
          contract.output.parse(ending.output);
          answered++;
        }
      }),
      { numRuns: events, seed: 20_261_121 },
    );
    expect(parsed / mutated, 'the share of damaged events that the task itself was tried with').toBeGreaterThan(0.15);
    const share = answered / parsed;
    expect(share, 'of those, the share that was answered, and not ended by an error of the task').toBeGreaterThan(0.05);
  });
});

/** Not to be mixed up with what AWS would not look for: that has been through the task. */
function isUnfit(error: unknown): boolean {
  return isLifecycleError(error, 'InputInvalid') && error.message.startsWith('The input does not fit: ');
}

/** What a task says by itself of what EC2 does not show: in this account nothing else is unavailable. */
const notShown = /^EC2 does not show \S+ at present\.$|^The name .* is taken, but its image is not shown\.$/s;
/** What EC2 says of what it does not know. */
const notFound = ['InvalidAMIID.NotFound', 'InvalidInstanceID.NotFound', 'InvalidSnapshot.NotFound'];

function judge({ error }: Ending, legal: ReadonlySet<string>): void {
  if (error === undefined) return;
  const isLegal = isLifecycleError(error) && legal.has(error.name);
  const isAbsent =
    isLifecycleError(error, 'AwsUnavailable') && (notShown.test(error.message) || hasCode(error, ...notFound));
  if (!isLegal && !isAbsent) throw error;
}

/** Fields that name something, or say why something failed: those a line may repeat, cut short. */
const told: ReadonlySet<string> = new Set([
  'Cause',
  'Error',
  'bucket',
  'cause',
  'error',
  'executionId',
  'key',
  'name',
  'policy',
  'policyName',
  'reason',
  'refusal',
]);
/** A text is cut at 2,000 characters (shared/runtime/brief.ts), so a piece that is longer was repeated in whole. */
const piece = 2100;

function judgeLines({ lines }: Ending, event: unknown, isRefused: boolean): void {
  const payload = JSON.stringify(event) ?? '';
  const mayTell = !isRefused && textsUnder(told, event).some((text) => text.includes(secret));
  for (const line of lines) {
    expect(line.length).toBeLessThan(longestLine);
    expect(line.trimEnd()).not.toMatch(/\n/);
    if (!mayTell) expect(line).not.toContain(secret);
    for (let at = 0; at + piece <= payload.length; at += piece / 2) {
      const found = payload.slice(at, at + piece);
      if (line.includes(found)) expect.fail(`A line repeats much of its event: ${line}`);
    }
  }
}

function textsUnder(names: ReadonlySet<string>, value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) =>
    names.has(name) && typeof inner === 'string' ? [inner] : textsUnder(names, inner),
  );
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
