import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../../../cli/main.ts';
import { loadPolicies } from '../../../cli/policies/load.ts';
import { pushPolicies } from '../../../cli/policies/push.ts';
import { deployCommandOf, printPush } from '../../../cli/policies/push-command.ts';
import { failureOf } from '../../../cli/policies/push-failure.ts';
import { type DeployedStack, deployedStack, type PolicySchedule } from '../../../shared/aws/deployed-stack.ts';

const folder = mkdtempSync(join(tmpdir(), 'push-'));
afterAll(() => rmSync(folder, { recursive: true }));

const gold =
  "schedule: { cron: '0 3 * * ? *', timezone: Europe/Rome, flexibleMinutes: 15 }\ncapture: { consistency: crash }\n";
let folders = 0;
const deployCommand = deployCommandOf({ stage: 'test', region: 'eu-west-1', policies: 'policies' });

function policies(texts: Readonly<Record<string, string>>) {
  const files = Object.entries(texts).map(([name, text]) => {
    const file = join(mkdtempSync(join(folder, `${folders++}-`)), `${name}.yml`);
    writeFileSync(file, text);
    return file;
  });
  return loadPolicies(files).policies;
}

/** A stack as it is after a deploy of these policies. */
async function deployed(texts: Readonly<Record<string, string>>) {
  const parameters = new Map<string, string>();
  const schedules = new Map<string, PolicySchedule>();
  const done: string[] = [];
  const others: { stages: ReadonlyMap<string, readonly string[]> | undefined } = { stages: new Map() };
  const stack: DeployedStack = {
    policies: async () => new Map(parameters),
    otherStages: async () => others.stages,
    putPolicy: async (name, text) => {
      done.push(name);
      parameters.set(name, text);
    },
    schedule: async (name) => schedules.get(name),
    putSchedule: async (name, schedule) => {
      done.push(name);
      schedules.set(name, schedule);
    },
  };
  const nowhere = { expression: '', timezone: '', flexibleMinutes: 0, input: '', isEnabled: true };
  for (const { policy } of policies(texts)) {
    parameters.set(policy.name, JSON.stringify(policy));
    for (const kind of ['capture', 'retirement']) schedules.set(`${policy.name}-${kind}`, nowhere);
  }
  await pushPolicies(stack, policies(texts), { dryRun: false, deployCommand });
  done.length = 0;
  return { stack, parameters, schedules, done, others };
}

const push = (stack: DeployedStack, texts: Readonly<Record<string, string>>, dryRun = false) =>
  pushPolicies(stack, policies(texts), { dryRun, deployCommand });

describe('A push', () => {
  it('of what is there already changes nothing', async () => {
    const { stack, done } = await deployed({ gold });
    const { changes, refusals } = await push(stack, { gold });
    expect([changes.map(({ change }) => change), refusals, done]).toEqual([['none', 'none', 'none'], [], []]);
  });

  it('changes the parameter first, and of the schedules those that differ', async () => {
    const { stack, parameters, schedules, done } = await deployed({ gold });
    await push(stack, { gold: gold.replace('0 3 ', '30 4 ').replace('15', '0') });
    expect(done).toEqual(['gold', 'gold-capture']);
    expect(parameters.get('gold')).toContain('30 4 * * ? *');
    expect(schedules.get('gold-capture')).toEqual({
      expression: 'cron(30 4 * * ? *)',
      timezone: 'Europe/Rome',
      flexibleMinutes: 0,
      input: '{"policy":"gold","scheduledAt":"<aws.scheduler.scheduled-time>"}',
      isEnabled: true,
    });
  });

  it('that is a rehearsal says the same, and changes nothing', async () => {
    const changed = { gold: gold.replace('Rome', 'Paris') };
    const rehearsed = await deployed({ gold });
    const carriedOut = await deployed({ gold });
    const report = await push(rehearsed.stack, changed, true);
    expect(report).toEqual(await push(carriedOut.stack, changed));
    expect([rehearsed.done, carriedOut.done]).toEqual([[], ['gold', 'gold-capture', 'gold-retirement']]);
  });

  it('puts a policy to sleep that is gone, and wakes it when it is back', async () => {
    const { stack, parameters, schedules } = await deployed({ gold, web: gold });
    const { changes } = await push(stack, { gold });
    expect(changes.filter(({ policy }) => policy === 'web').map(({ change }) => change)).toEqual(
      Array(3).fill('disable'),
    );
    expect(schedules.get('web-capture')?.isEnabled).toBe(false);
    expect(schedules.get('web-retirement')?.isEnabled).toBe(false);
    expect(JSON.parse(parameters.get('web') ?? '')).toMatchObject({ schedule: { onTagged: false } });
    expect((await push(stack, { gold })).changes.every(({ change }) => change === 'none')).toBe(true);

    await push(stack, { gold, web: gold });
    expect(schedules.get('web-capture')?.isEnabled).toBe(true);
    expect(JSON.parse(parameters.get('web') ?? '')).toMatchObject({ schedule: { onTagged: true } });
  });

  const retiring = 'retain: { daily: 7 }\nretire: {}\n';
  it.each([
    ['a new policy', { gold, web: gold }, 'web is not part of the stack yet'],
    ['the first that stops', { gold: gold.replace('crash', 'stop') }, 'only where a policy stops instances'],
    [
      'the first copy under a key',
      { gold: `${gold}copies: [{ region: eu-west-3, kmsKeyId: alias/ami }]\n` },
      'only where a policy copies under a key',
    ],
    [
      'another archive',
      { gold: `${gold}${retiring}archive: { bucket: my-archive, prefix: gold/, when: { monthly: 1 } }\n` },
      'the right to s3://my-archive/gold/',
    ],
    ['a capture every week', { gold: gold.replace('* * ? *', '? * SUN *') }, 'the alarm gold-no-capture'],
    [
      'a capture less often than CloudWatch looks back',
      { gold: gold.replace('* * ? *', '1 * ? *') },
      'the alarm gold-no-capture',
    ],
    ['the first to retire', { gold: `${gold}${retiring}` }, 'the alarm gold-evidence-incomplete'],
    [
      'instances by other tags',
      {
        gold: `${gold.replace('schedule: {', 'schedule: { onTagged: false,')}select: { tags: { environment: prod } }\n`,
      },
      'the right to instances tagged environment=prod',
    ],
  ])('is refused as a whole where it needs a deploy: %s', async (_, texts, sentence) => {
    const { stack, done } = await deployed({ gold });
    const { changes, refusals } = await push(stack, texts);
    expect(refusals.join('\n')).toContain(sentence);
    for (const refusal of refusals)
      expect(refusal).toContain('`npx serverless deploy --stage test --region eu-west-1`');
    expect([changes, done]).toEqual([[], []]);
  });

  it.each([
    ['the policy', () => 'by hand'],
    ['its schedule', (text: string) => text.replace('0 3 * * ? *', 'at dawn')],
  ])('is refused where nobody can read %s in force, and so which alarm it has', async (_, byHand) => {
    const { stack, parameters, done } = await deployed({ gold });
    parameters.set('gold', byHand(parameters.get('gold') ?? ''));
    expect((await push(stack, { gold })).refusals.join()).toContain('the alarm gold-no-capture');
    expect(done).toEqual([]);
  });

  it('changes the hour of a capture, and when nothing is retired any more: no alarm is wrong for that', async () => {
    const { stack } = await deployed({ gold: `${gold}${retiring}` });
    expect((await push(stack, { gold: gold.replace('0 3 ', '30 22 ') })).refusals).toEqual([]);
  });

  it.each([true, false])('is refused where a schedule was deleted by hand, in a rehearsal too: %s', async (dryRun) => {
    const { stack, schedules, done } = await deployed({ gold, web: gold });
    schedules.delete('gold-retirement');
    const { changes, refusals } = await push(stack, { gold: gold.replace('Rome', 'Paris'), web: gold }, dryRun);
    expect(refusals).toEqual([
      expect.stringMatching(
        /^The schedule gold-retirement was deleted, .*: move \S+gold\.yml away, run `npx serverless deploy --stage test/,
      ),
    ]);
    expect([changes, done]).toEqual([[], []]);
  });

  it.each([true, false])(
    'is refused where another stage has a policy of that name, in a rehearsal too: %s',
    async (dryRun) => {
      const { stack, done, others } = await deployed({ gold, web: gold });
      others.stages = new Map([
        ['gold', ['dev', 'old']],
        ['silver', ['dev']],
      ]);
      const { changes, refusals } = await push(stack, { gold: gold.replace('Rome', 'Paris'), web: gold }, dryRun);
      expect(refusals).toEqual(
        ['dev', 'old'].map((stage) =>
          expect.stringContaining(
            `gold is a policy of the stage ${stage} in this Region, too (/ami-lifecycle/${stage}/policies/gold)`,
          ),
        ),
      );
      expect(refusals[0]).toMatch(/give one of them another name \(here that of \S+gold\.yml\), and deploy it\.$/);
      expect([changes, done]).toEqual([[], []]);
    },
  );

  it('puts a policy to sleep though another stage has one of that name', async () => {
    const { stack, others } = await deployed({ gold, web: gold });
    others.stages = new Map([['web', ['dev']]]);
    expect((await push(stack, { gold })).refusals).toEqual([]);
  });

  it('by who may not see other stages is done, and says what is not known', async () => {
    const { stack, done, others } = await deployed({ gold });
    others.stages = undefined;
    const lines: string[] = [];
    const output = { print: lines.push.bind(lines), complain: lines.push.bind(lines), style: plain, styleError: plain };
    printPush(await push(stack, { gold: gold.replace('0 3 ', '30 4 ') }), false, output);
    expect(lines[0]).toMatch(/^notice: Whether another stage .* is not known: you may not do ssm:GetParametersByPath/);
    expect(done).toEqual(['gold', 'gold-capture']);
  });

  it('names the whole command of a deploy, with the folder of the policies', () => {
    expect(deployCommandOf({ stage: 'prod', region: 'eu-west-1', policies: 'ours' })).toBe(
      'npx serverless deploy --stage prod --region eu-west-1 --param="policies=ours"',
    );
  });

  it.each([
    [named('CredentialsProviderError', 'Could not load'), 'eu-west-1', /^There are no AWS credentials in this shell/],
    [coded('connect ECONNREFUSED ::1:9', 'ECONNREFUSED'), 'eu-west-1', /^connect ECONNREFUSED ::1:9\.$/],
    [coded('', 'ECONNREFUSED'), 'eu-west-1', /^ECONNREFUSED\.$/],
    [coded('getaddrinfo', 'ENOTFOUND'), 'us-east-9', /^AWS is not found in us-east-9 .*: did you mean us-east-1\?$/],
    [coded('getaddrinfo', 'ENOTFOUND'), 'eu-west-1', /^AWS is not found in eu-west-1 .*is there a network\?$/],
    [named('AccessDeniedException', 'Not you.'), 'eu-west-1', /^AccessDeniedException: Not you\.$/],
  ])('says what kept AWS from answering: %s', (error, region, sentence) => {
    expect(failureOf(error, region)).toMatch(sentence);
  });

  it('to a stack that is not there says so', async () => {
    const { stack } = await deployed({});
    expect((await push(stack, { gold })).refusals).toEqual([expect.stringContaining('There is no stack')]);
  });

  it('prints what it did, in columns', async () => {
    const { stack } = await deployed({ gold });
    const lines: string[] = [];
    const output = { print: lines.push.bind(lines), complain: lines.push.bind(lines), style: plain, styleError: plain };
    printPush(await push(stack, { gold: gold.replace('Rome', 'Paris') }, true), true, output);
    expect(lines.join('\n').split('\n')).toEqual([
      'Policy  What                 State',
      'gold    policy               to be updated',
      'gold    capture schedule     to be updated',
      'gold    retirement schedule  to be updated',
    ]);
  });

  it('without a stage is wrong usage, and of a bad policy wrong input', async () => {
    const lines: string[] = [];
    const output = { print: lines.push.bind(lines), complain: lines.push.bind(lines), style: plain, styleError: plain };
    const nowhere = ['policies', 'push', '--region', 'eu-west-1', '--policies', join(folder, 'nowhere')];
    expect(await run(nowhere, output)).toBe(2);
    expect(await run([...nowhere, '--stage', 'test'], output)).toBe(2);
    expect(lines.join('\n')).toMatch(/--stage[\s\S]*nowhere/);
  });
});

const plain = (_: unknown, text: string): string => text;

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

function coded(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}

describe('A stack on AWS', () => {
  const sent: [command: string, input: unknown][] = [];
  const target = {
    Arn: 'machine',
    RoleArn: 'role',
    Input: '{"policy":"gold"}',
    RetryPolicy: { MaximumRetryAttempts: 185 },
  };
  const ofOthers = [
    '/ami-lifecycle/dev/policies/gold',
    '/ami-lifecycle/old/policies/gold',
    '/ami-lifecycle/dev/version',
  ];
  let refusal: Error | undefined;
  const answers: Readonly<Record<string, object>> = {
    GetParametersByPathCommand: { Parameters: [{ Name: '/ami-lifecycle/test/policies/gold', Value: '{}' }] },
    GetParametersByPathCommandRecursive: {
      Parameters: ['/ami-lifecycle/test/policies/gold', ...ofOthers].map((Name) => ({ Name, Value: '{}' })),
    },
    GetScheduleCommand: {
      Arn: 'arn',
      Name: 'gold-capture',
      GroupName: 'ami-lifecycle-test',
      State: 'ENABLED',
      ScheduleExpression: 'cron(0 3 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Rome',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
      Description: 'kept',
      Target: target,
    },
  };
  const answering =
    (_next: unknown, { commandName = '' }: { commandName?: string }) =>
    async (args: { input: object }) => {
      sent.push([commandName, args.input]);
      if (refusal) throw refusal;
      const key = 'Recursive' in args.input ? `${commandName}Recursive` : commandName;
      return { response: {}, output: { $metadata: {}, ...answers[key] } };
    };
  const settings = { region: 'eu-west-1', credentials: { accessKeyId: 'none', secretAccessKey: 'none' } };
  const clients = { ssm: new SSMClient(settings), scheduler: new SchedulerClient(settings) };
  clients.ssm.middlewareStack.add(answering as never, { step: 'initialize', priority: 'low' });
  clients.scheduler.middlewareStack.add(answering as never, { step: 'initialize', priority: 'low' });
  const stack = deployedStack('test', 'eu-west-1', clients);

  it('has the parameters and schedules that serverless.yml names', async () => {
    expect([...(await stack.policies())]).toEqual([['gold', '{}']]);
    expect(await stack.schedule('gold-capture')).toEqual({
      expression: 'cron(0 3 * * ? *)',
      timezone: 'Europe/Rome',
      flexibleMinutes: 15,
      input: '{"policy":"gold"}',
      isEnabled: true,
    });
  });

  it('tells which other stages have policies, as far as the caller may see them', async () => {
    expect([...((await stack.otherStages()) ?? [])]).toEqual([['gold', ['dev', 'old']]]);
    refusal = named('AccessDeniedException', 'Not you.');
    expect(await stack.otherStages()).toBeUndefined();
    refusal = named('ThrottlingException', 'Not now.');
    await expect(stack.otherStages()).rejects.toThrow('Not now.');
    refusal = undefined;
  });

  it('keeps of a schedule all that no policy decides', async () => {
    const schedule = {
      expression: 'rate(6 hours)',
      timezone: 'UTC',
      flexibleMinutes: 0,
      input: '{}',
      isEnabled: false,
    };
    await stack.putSchedule('gold-capture', schedule);
    expect(sent.at(-1)).toEqual([
      'UpdateScheduleCommand',
      {
        GroupName: 'ami-lifecycle-test',
        Name: 'gold-capture',
        Description: 'kept',
        ScheduleExpression: 'rate(6 hours)',
        ScheduleExpressionTimezone: 'UTC',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { ...target, Input: '{}' },
        State: 'DISABLED',
      },
    ]);
  });

  it('replaces a parameter under its whole name', async () => {
    await stack.putPolicy('gold', '{"name":"gold"}');
    expect(sent.at(-1)).toEqual([
      'PutParameterCommand',
      { Name: '/ami-lifecycle/test/policies/gold', Value: '{"name":"gold"}', Type: 'String', Overwrite: true },
    ]);
  });
});
