import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { run } from '../../cli/main.ts';
import { harmless, processOutput } from '../../cli/output.ts';
import { createStack } from '../../cli/simulation/stack.ts';
import { readWorkflow, workflowNames } from '../../cli/simulation/workflows.ts';
import { table } from '../../cli/table.ts';
import { virtualClock } from '../../engine/clock.ts';
import { pageOf } from '../../scripts/dashboard-page.ts';
import { notificationsIn } from '../../shared/aws/notifications.ts';
import { namedPolicySchema } from '../../shared/domain/policy.ts';
import { policyText } from '../../shared/domain/policy-text.ts';
import { visible } from '../../shared/domain/visible.ts';
import { createAccount } from '../../simulator/account.ts';
import { runAs } from '../../simulator/under-clients.ts';
import { instance, web } from '../unit/simulator/world.ts';
import { listening } from './shipped.ts';

/** What somebody may call a server who means harm, or has a sense of humour. */
const names: readonly string[] = [
  '{% $states.context %}',
  "{% $eval('1') %}",
  '$states.input',
  '$$.x',
  // Such as Serverless, CloudFormation and shells read it.
  '$' + '{AWS::AccountId}',
  '$' + '{self:custom.policyPrefix}',
  '{{resolve:ssm:secret}}',
  '"},{"a":"',
  "' or '1'='1",
  '\\"\\',
  '<script>alert(1)</script>',
  '; rm -rf / #',
  '$(rm -rf /)',
  '`id`',
  '../../etc/passwd',
  'line\nbreak\r\n',
  '\u001b[2J\u001b]0;owned\u0007',
  '\u009b31m',
  '\u202egpj.exe',
  '*',
  '?',
  '__proto__',
  'Ünïcödé 💣',
];

const clock = virtualClock('2026-11-21T03:00:00Z');
const account = createAccount({
  accountId: '123456789012',
  homeRegion: 'us-east-1',
  clock,
  seed: 1,
});
const policy = namedPolicySchema.parse({
  name: 'gold',
  description: names.join(' ').slice(0, 200),
  schedule: { cron: 'rate(1 day)' },
  capture: { consistency: 'crash', tags: Object.fromEntries(names.map((name, index) => [`own-${index}`, name])) },
  notify: { topicArn: 'arn:aws:sns:us-east-1:123456789012:people' },
});

describe('names that people give', () => {
  it('are data all the way through a capture, and arrive on the image as they were', async () => {
    const given = [
      { Key: 'ami-lifecycle:policy', Value: 'gold' },
      ...names.slice(0, 8).map((Value, index) => ({ Key: `theirs-${index}`, Value })),
      { Key: "{% 'key' %}", Value: 'k' },
      { Key: 'Name', Value: names.join('').slice(0, 200) },
    ];
    account.load({
      instances: [instance(web, { Tags: given })],
      volumes: [{ VolumeId: 'vol-00000000000000001', Size: 8, AvailabilityZone: 'us-east-1a', State: 'in-use' }],
    });
    const stack = await createStack({ account, clock, seed: 1, policies: [policy] });
    const arn = stack.capture({ policy: 'gold', scheduledAt: '2026-11-21T03:00:00Z' });
    await clock.run();
    expect(stack.engine.describeExecution(arn)).toMatchObject({ status: 'SUCCEEDED' });
    const [image, ...others] = [...account.region('us-east-1').images.values()].map(({ description }) => description);
    expect(others).toEqual([]);
    const tags = new Map(image?.Tags?.map(({ Key, Value }) => [Key, Value]));
    expect(image?.Name).toBe(`gold/${web}/20261121T0300Z`);
    for (const [key, value] of Object.entries(policy.capture.tags)) expect(tags.get(key)).toBe(value);
    for (const { Key, Value } of given.slice(1)) expect(tags.get(Key)).toBe(Value);
  });

  it('never become part of an expression: no definition puts one together, or evaluates text', () => {
    for (const name of workflowNames()) {
      const expressions = textsIn(readWorkflow(name).definition).filter((text) => text.includes('{%'));
      expect(expressions.length).toBeGreaterThan(5);
      for (const expression of expressions) {
        // One whole expression: what is handed in is a value of it, and is never read as JSONata.
        expect(expression).toMatch(/^\{%.*%\}$/s);
        expect(expression.match(/\{%|%\}/g)).toHaveLength(2);
        expect(expression).not.toMatch(/\$eval\b|\$\{/);
      }
    }
  });

  it('say nothing to Serverless or CloudFormation from within a policy, and are read back as they were', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...names, '$', '{', '\\', '"'), { maxLength: 8 }), (parts) => {
        const odd = { ...policy, description: parts.join('') };
        const text = policyText(odd);
        expect(text).not.toMatch(/\$\{|\{\{/);
        expect(JSON.parse(text)).toEqual(odd);
      }),
      { numRuns: 2000, seed: 20_261_121 },
    );
  });
});

describe('a page of HTML', () => {
  it.each(names)('shows %j as text', (name) => {
    const title = `"><img src=x onerror=alert(1)> ${name}`;
    const alarms = { title, place: { x: 0, y: 0, width: 6, height: 6 }, alarms: [{ name: title, state: undefined }] };
    const page = pageOf({ title, span: { fromMs: 0, untilMs: 1 }, panels: [alarms] });
    expect(page).not.toMatch(/<script|<img/);
    expect(page.match(/&lt;img/g)?.length).toBeGreaterThanOrEqual(3);
  });
});

describe('a mail', () => {
  it.each(names)('goes out with %j in its subject and its text, and nothing acts', async (name) => {
    const before = account.notifications.length;
    await runAs(account, { functionName: 'summarise-run' }, () =>
      notificationsIn('us-east-1').publish(
        'arn:aws:sns:us-east-1:123456789012:people',
        `${name}: 1 failed`,
        `first\n${name}`,
      ),
    );
    const { subject = '', message = '' } = account.notifications[before] ?? {};
    expect(subject).toMatch(/^[!-~][ -~]{0,99}$/);
    expect(message.replaceAll('\n', '')).toBe(visible(message.replaceAll('\n', '')));
    expect(message.startsWith('first\n')).toBe(true);
  });

  it('is not lost for its length', async () => {
    await runAs(account, { functionName: 'summarise-run' }, () =>
      notificationsIn('us-east-1').publish(
        'arn:aws:sns:us-east-1:123456789012:people',
        'Ж'.repeat(5000),
        'Ж'.repeat(300_000),
      ),
    );
    expect(account.notifications.at(-1)?.message).toMatch(/^Ж+… \(300000 characters\)$/);
  });
});

/** Everything that a terminal would obey, but for the end of a line. */
const commands = /(?!\n)[\p{Cc}\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

const ownStyle = new RegExp(`${'\u001b'}\\[(?:1|2|22|31|32|33|39)m`, 'g');
const unstyled = (text: string): string => text.replaceAll(ownStyle, '');

describe('a terminal', () => {
  it('shows a table in which each row is one line, whatever its cells hold', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...names), { minLength: 2, maxLength: 2 }), (row) => {
        const lines = table([{ title: 'Name' }, { title: 'Why' }], [row]);
        expect(lines).toHaveLength(2);
        for (const line of lines) expect(line).not.toMatch(commands);
      }),
    );
  });

  it('keeps our own colours, and shows all other commands instead of obeying them', () => {
    expect(harmless('\u001b[1mbold\u001b[22m \u001b[31mred\u001b[39m\nnext')).toBe(
      '\u001b[1mbold\u001b[22m \u001b[31mred\u001b[39m\nnext',
    );
    expect(harmless('\u001b[2J \u001b[8mhidden \u009b5n \u001b]52;c;aGk=\u0007')).toBe(
      String.raw`\u001b[2J \u001b[8mhidden \u009b5n \u001b]52;c;aGk=\u0007`,
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(unstyled(harmless(text))).not.toMatch(commands);
      }),
      { numRuns: 2000 },
    );
  });

  it.each<[says: string, ...argv: string[]]>([
    ['a report'],
    ['a report for machines', '--json'],
    ['the life of a server', '--explain', web],
  ])('reads of hostile names in %s of the simulation, and obeys none', async (_says, ...more) => {
    const folder = mkdtempSync(join(tmpdir(), 'hostile-names-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const told = instance(web, {
      Tags: [
        { Key: 'ami-lifecycle:policy', Value: 'gold nobody\u001b[2J' },
        { Key: 'Name', Value: names.join('') },
      ],
    });
    writeFileSync(
      join(folder, 'describe-instances.json'),
      JSON.stringify({ Reservations: [{ OwnerId: '123456789012', Instances: [told] }] }),
    );
    writeFileSync(join(folder, 'describe-volumes.json'), JSON.stringify({ Volumes: [] }));
    writeFileSync(
      join(folder, 'gold.yml'),
      `schedule: { cron: rate(12 hours) }\ndescription: ${JSON.stringify(names.join(' ').slice(0, 190))}\n`,
    );
    let code = 0;
    const { lines } = await listening(async () => {
      code = await run(
        ['simulate', '--account', folder, '--policies', folder, '--days', '1', ...more],
        processOutput(),
      );
      return {};
    });
    const printed = lines.join('');
    expect(code, printed).toBeLessThan(2);
    expect(printed.length).toBeGreaterThan(40);
    expect(unstyled(printed)).not.toMatch(commands);
    if (more.includes('--json')) expect(JSON.parse(printed)).toBeTypeOf('object');
  });
});

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
