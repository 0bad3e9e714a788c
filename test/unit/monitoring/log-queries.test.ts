import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { logQueries } from '../../../monitoring/log-queries.ts';
import type { Contract } from '../../../shared/domain/contract.ts';
import { LifecycleError } from '../../../shared/domain/errors.ts';
import { lambdaContext } from '../../lambda-context.ts';

// The logger returns to the level of its environment at every call, so it must be there before the logger is made.
vi.hoisted(() => {
  process.env.POWERTOOLS_LOG_LEVEL = 'INFO';
});
const { asTask } = await import('../../../shared/runtime/as-task.ts');

const about = { executionId: 'run-1', instanceId: 'i-1', imageId: 'ami-1', region: 'eu-west-1', policyName: 'gold' };
const contract = { input: z.looseObject({}), output: z.looseObject({}), errors: [] } satisfies Contract<
  unknown,
  unknown
>;

/** What Step Functions writes of an event of an execution. */
const ofStepFunctions = ['execution_arn', 'type', 'details.error', 'details.cause'];

const ofFunctions: string[] = [];
beforeAll(async () => {
  const note = (chunk: unknown): boolean => {
    ofFunctions.push(...fieldsOf(z.record(z.string(), z.unknown()).parse(JSON.parse(String(chunk)))));
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(note);
  vi.spyOn(process.stderr, 'write').mockImplementation(note);
  await asTask(contract, async () => ({}))(about, lambdaContext);
  const fails = asTask(contract, async () => {
    throw new LifecycleError('NameTaken', 'The name is taken.', {});
  });
  await fails(about, lambdaContext).catch(() => undefined);
});
afterAll(() => {
  vi.restoreAllMocks();
});

const fieldsOf = (line: object, above = ''): string[] =>
  Object.entries(line).flatMap(([key, value]) => [
    `${above}${key}`,
    ...(typeof value === 'object' && value !== null ? fieldsOf(value, `${above}${key}.`) : []),
  ]);

const words =
  'fields filter sort limit stats by as asc desc in like and count latest bin ispresent times example m 5m'.split(' ');

/** The fields that a query names; a name behind `as`, and what is in quotes, is not one. */
function namesIn(query: string): string[] {
  const bare = query.replaceAll(/"[^"]*"/g, '').replaceAll(/\bas \w+/g, '');
  return [...bare.matchAll(/[@\w][\w.]*/g)]
    .map(([name]) => name)
    .filter((name) => !words.includes(name) && !/^\d/.test(name));
}

describe('A saved query', () => {
  it.each(logQueries)('names what is in the log: $question', ({ of, query }) => {
    // Of what a task answers, the name of the field is its contract's: the tasks are asked below.
    const named = namesIn(query).filter((name) => !name.startsWith('@') && !name.startsWith('outcome.'));
    const known = of === 'functions' ? ofFunctions : ofStepFunctions;
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('of what a task answers names what some task does', async () => {
    const [inspect, record, retire] = await Promise.all([
      import('../../../functions/inspect-instance/task.ts'),
      import('../../../functions/record-capture/task.ts'),
      import('../../../functions/retire-image/task.ts'),
    ]);
    const schemas = [inspect, record, retire].map(({ contract: { output } }) => JSON.stringify(z.toJSONSchema(output)));
    const answers = new Set(
      logQueries.flatMap(({ query }) => namesIn(query)).filter((name) => name.startsWith('outcome.')),
    );
    const missing = [...answers].filter((name) => !schemas.some((schema) => schema.includes(`"${name.slice(8)}":`)));
    expect(missing).toEqual([]);
    expect(answers.size).toBeGreaterThan(4);
  });

  it('of a field that nobody writes is found', () => {
    expect(namesIn('filter execution = "x" | stats count(*) as times by instance_id')).toEqual([
      'execution',
      'instance_id',
    ]);
    expect(ofFunctions).toEqual(
      expect.arrayContaining(['executionId', 'policy', 'instanceId', 'imageId', 'error.name']),
    );
    expect(ofFunctions).not.toContain('instance_id');
  });
});
