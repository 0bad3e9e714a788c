import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../../cli/main.ts';
import type { Output } from '../../../cli/output.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
let folder: string;

const retains = "schedule: { cron: '30 2 * * ? *', timezone: Europe/Rome }\nretain: { daily: 7 }\n";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'policies-'));
  const policies = {
    nightly:
      "schedule: { cron: '30 2 * * ? *', timezone: Europe/Rome, flexibleMinutes: 15 }\ndescription: Every night\n",
    often: "schedule: { cron: '0/15 * * * ? *', timezone: Australia/Lord_Howe }\n",
    over: "schedule: { cron: '0 3 * * ? 2020' }\n",
    rated: 'schedule: { cron: rate(12 hours) }\n',
    retired: `${retains}retire: { mode: enforce, cron: '30 9 * * ? *' }\n`,
    reported: `${retains}retire: {}\n`,
    hoarded: `${retains}retire: { mode: enforce, steps: [deprecate, disable] }\n`,
    abrupt: `${retains}retire: { mode: enforce, steps: [deregister] }\n`,
    monthly: `${retains}share: { accounts: ['123456789012'] }\nretire: { mode: enforce, cron: 0 12 1 * ? * }\n`,
    fortnightly: `${retains}share: { accounts: ['123456789012'] }\nretire: { mode: enforce, cron: '0 12 1,15 * ? *' }\n`,
    spelled:
      'schedule: { cron: rate(12 hours) }\ncopies: [{ region: eu-wset-3 }, { region: us-gov-west-1 }, { region: xy-qqqqq-1 }, { region: us-eats-9 }]\n',
    amiss: `${retains}copies: [{ region: eu-wset-3 }]\n`.replace('retain', 'retian'),
    kept: `${retains.replace('7 }', '7, last: 4, atLeast: 12 }')}retire: {}\ncopies: [{ region: eu-west-1, retain: { last: 1, atLeast: 2 } }, { region: eu-west-2, retain: { within: 2d, atLeast: 9 } }, { region: eu-west-3, retain: { last: 3, atLeast: 3 } }]\n`,
    reckless: `${retains}retire: { mode: enforce, maxPercentPerRun: 100, maxPerRun: 5000 }\n`,
    careful: `${retains}retire: { mode: enforce, maxPercentPerRun: 100 }\n`,
    greedy:
      "schedule: { cron: rate(12 hours), onTagged: false }\nselect: { tags: { Name: '*', 'ami-lifecycle:policy': '*' } }\n",
    naming: [
      'schedule: { cron: rate(12 hours) }',
      'retain: { daily: 7 }\nretire: { mode: enforce }',
      'copies: [{ region: eu-west-2, kmsKeyId: alias/ami }, { region: eu-west-3 }]',
      "share: { accounts: ['123456789012'], organizationArns: ['arn:aws:organizations::123456789012:organization/o-abc'] }",
      'archive: { bucket: my-archive, when: { monthly: 1 } }',
      'notify: { topicArn: "arn:aws:sns:eu-west-1:123456789012:people" }\n',
    ].join('\n'),
    given:
      "schedule: { cron: rate(12 hours) }\ncopies: [{ region: eu-west-1 }, { region: eu-west-2, kmsKeyId: alias/aws/ebs }, { region: eu-west-3, kmsKeyId: alias/ami }]\nshare: { accounts: ['123456789012'] }\n",
    open: 'schedule: { cron: rate(12 hours) }\ncopies: [{ region: eu-west-1, kmsKeyId: alias/ami }]\nshare: { public: true }\n',
    unretired: `${retains}retire: { cron: 61 9 * * ? * }\n`,
    silver: "schedule: { cron: rate(12 hours) }\nselect: { tags: { 'ami-lifecycle:policy': gold } }\n",
    alias: 'schedule: *nowhere\n',
    wrong: 'schedule: { cron: 61 3 * * ? * }\n',
  };
  for (const [name, text] of Object.entries(policies)) writeFileSync(join(folder, `${name}.yml`), text);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs the command in this process, and hands back what it wrote. */
async function ran(...argv: string[]) {
  const written: { out: string[]; error: string[] } = { out: [], error: [] };
  const output: Output = {
    print: (text) => written.out.push(text),
    complain: (text) => written.error.push(text),
    style: (_format, text) => text,
    styleError: (_format, text) => text,
  };
  const code = await run(argv, output);
  return {
    code,
    out: written.out.join('\n').replaceAll(`${folder}/`, ''),
    error: written.error.join('\n').replaceAll(`${folder}/`, ''),
  };
}

function check(...names: string[]) {
  return ran('policies', 'check', '--at', '2027-03-26T12:00:00Z', ...names.map((name) => join(folder, `${name}.yml`)));
}

describe('policies check', () => {
  it('prints the next five runs in the zone of the policy and in UTC, and warns of clock changes in the year ahead', async () => {
    const { code, out, error } = await check('nightly');
    expect(out).toBe(
      [
        'ok nightly (nightly.yml)',
        '   Every night',
        '   cron(30 2 * * ? *) in Europe/Rome, within 15 minutes',
        '   next runs  2027-03-27 02:30:00 +01:00   2027-03-27 01:30:00 UTC',
        '              2027-03-29 02:30:00 +02:00   2027-03-29 00:30:00 UTC',
        '              2027-03-30 02:30:00 +02:00   2027-03-30 00:30:00 UTC',
        '              2027-03-31 02:30:00 +02:00   2027-03-31 00:30:00 UTC',
        '              2027-04-01 02:30:00 +02:00   2027-04-01 00:30:00 UTC',
        '   warning: at 02:30 on 2027-03-28 Europe/Rome skips the hour: what is due then does not run',
        '   warning: at 02:30 on 2027-10-31 Europe/Rome has the hour twice: what is due then runs the first time only',
        '   warning: at 02:30 on 2028-03-26 Europe/Rome skips the hour: what is due then does not run',
        '',
      ].join('\n'),
    );
    expect(error).toBe('');
    expect(code).toBe(0);
  });

  it('prints the next retirement runs of a policy that retires, in its zone', async () => {
    const { code, out } = await check('retired');
    expect(out).toContain(
      [
        '   retires    2027-03-27 09:30:00 +01:00   2027-03-27 08:30:00 UTC',
        '              2027-03-28 09:30:00 +02:00   2027-03-28 07:30:00 UTC',
        '   warning: ',
      ].join('\n'),
    );
    expect((await check('nightly')).out).not.toContain('retires');
    expect(code).toBe(0);
  });

  it('refuses a retirement schedule that is none', async () => {
    const { code, error } = await check('unretired');
    expect(error).toBe("error: unretired.yml:3:11: retire.cron: minutes '61' is out of range; write 0-59 or *");
    expect(code).toBe(2);
  });

  it('prints what a policy names and does not make', async () => {
    const { out } = await check('naming');
    expect(out).toContain(
      [
        '   names      Region   eu-west-2',
        '              Region   eu-west-3',
        '              key      alias/ami in eu-west-2',
        '              bucket   my-archive',
        '              topic    arn:aws:sns:eu-west-1:123456789012:people',
        '              account  123456789012',
        '              organization arn:aws:organizations::123456789012:organization/o-abc',
        '              all of these must be there before it is deployed',
      ].join('\n'),
    );
    expect((await check('nightly')).out).not.toContain('names');
  });

  it('tells for a Region what cannot work there', async () => {
    const at = (region: string) => ran('policies', 'check', '--region', region, join(folder, 'naming.yml'));
    expect((await at('eu-west-1')).code).toBe(0);
    const { code, error } = await at('eu-west-2');
    expect(error).toMatch(/copies\[0\]\.region: is eu-west-2.*\n.*notify\.topicArn: is a topic of eu-west-1/);
    expect(code).toBe(2);
  });

  it('counts the times that a change touches', async () => {
    const { out } = await check('often');
    expect(out).toContain('warning: at 01:30 and 1 more time on 2027-04-04 Australia/Lord_Howe has the hour twice');
    expect(out).toContain('warning: at 02:00 and 1 more time on 2027-10-03 Australia/Lord_Howe skips the hour');
  });

  it('says when a policy never runs again', async () => {
    const { code, out } = await check('over');
    expect(out).toContain('warning: it never runs again: its last date is over');
    expect(code).toBe(0);
  });

  it('says from when a rate counts', async () => {
    const { out } = await check('rated');
    expect(out).toContain('next runs  2027-03-27 00:00:00 +00:00');
    expect(out).toContain('a rate counts from its deployment');
  });

  it('shows the valid ones also when another is wrong, and ends with 2', async () => {
    const { code, out, error } = await check('wrong', 'rated');
    expect(out).toContain('ok rated');
    expect(error).toBe("error: wrong.yml:1:13: schedule.cron: minutes '61' is out of range; write 0-59 or *");
    expect(code).toBe(2);
  });

  it('prints everything as JSON', async () => {
    const { code, out, error } = await ran('policies', 'check', '--json', '--at', '2027-03-26', folder);
    const report: unknown = JSON.parse(out);
    expect(report).toMatchObject({
      policies: [
        { name: 'abrupt' },
        { name: 'careful' },
        { name: 'fortnightly' },
        { name: 'given' },
        { name: 'greedy' },
        { name: 'hoarded' },
        { name: 'kept' },
        { name: 'monthly' },
        {
          name: 'naming',
          names: {
            regions: ['eu-west-2', 'eu-west-3'],
            keys: [{ key: 'alias/ami', region: 'eu-west-2' }],
            buckets: ['my-archive'],
            topics: ['arn:aws:sns:eu-west-1:123456789012:people'],
            accounts: ['123456789012'],
            organizations: ['arn:aws:organizations::123456789012:organization/o-abc'],
          },
        },
        {
          name: 'nightly',
          file: 'nightly.yml',
          schedule: 'cron(30 2 * * ? *)',
          timezone: 'Europe/Rome',
          nextRuns: expect.arrayContaining([{ local: '2027-03-29T02:30:00+02:00', utc: '2027-03-29T00:30:00Z' }]),
          warnings: [expect.stringContaining('2027-03-28'), expect.stringContaining('2027-10-31')],
        },
        { name: 'often' },
        { name: 'open' },
        { name: 'over', nextRuns: [] },
        { name: 'rated' },
        { name: 'reckless' },
        { name: 'reported', retirement: { mode: 'report', schedule: 'cron(0 12 * * ? *)' } },
        { name: 'retired', retirement: { mode: 'enforce' }, warnings: [expect.anything(), expect.anything()] },
        { name: 'silver' },
        { name: 'spelled' },
      ],
      problems: [
        { file: 'alias.yml' },
        { file: 'amiss.yml', line: 2, path: 'retian' },
        { file: 'unretired.yml', line: 3, column: 11, path: 'retire.cron' },
        { file: 'wrong.yml', line: 1, column: 13, path: 'schedule.cron', mend: 'write 0-59 or *' },
      ],
      warnings: [{ file: 'amiss.yml', line: 3, path: 'copies[0].region' }],
    });
    expect(error).toBe('');
    expect(code).toBe(2);
  });
});

describe('a policy that is legal, and hardly meant', () => {
  it('is warned of where it selects by the name of another', async () => {
    const { code, out } = await check('silver');
    expect(out).toContain("warning: it selects instances tagged 'gold', though its name is 'silver'");
    expect(code).toBe(0);
  });

  it('is warned of where its retirement takes nothing away, or nothing for good', async () => {
    expect((await check('reported')).out).toContain(
      'warning: mode: report: its runs write the plan, and retire and archive nothing; sharing follows the policy all the same, and what is wanted again comes back',
    );
    expect((await check('hoarded')).out).toContain('warning: its steps do not end with deregister');
    expect((await check('retired')).out).not.toMatch(/mode: report|deregister/);
  });

  it('is warned of where there is no way back', async () => {
    expect((await check('abrupt')).out).toContain('warning: deregister is its only step');
  });

  it('is warned of where it looks too seldom to take away what is shared', async () => {
    expect((await check('monthly')).out).toContain('warning: retire.cron runs less often than every 15 days');
    expect((await check('fortnightly')).out).not.toContain('less often');
  });

  it('is warned of where a Region is named like none', async () => {
    const { out } = await check('spelled');
    expect(out.match(/warning: .*/g)).toEqual([
      'warning: copies to eu-wset-3, which is no Region that this version knows: did you mean eu-west-3?',
      'warning: copies to xy-qqqqq-1, which is no Region that this version knows',
      'warning: copies to us-eats-9, which is no Region that this version knows: did you mean us-east-1?',
    ]);
  });

  it('is warned of a Region also beside mistakes', async () => {
    const { code, error } = await check('amiss');
    expect(error.split('\n')).toEqual([
      'error: amiss.yml:2:1: retian: is no key of a policy; did you mean retain?',
      'warning: amiss.yml:3:12: copies[0].region: eu-wset-3 is no Region that this version knows: did you mean eu-west-3?',
    ]);
    expect(code).toBe(2);
  });

  it('is warned of where everybody may have its images', async () => {
    expect((await check('open')).out).toContain('warning: share.public: everybody in the world may launch');
    expect((await check('given')).out).not.toContain('everybody');
  });

  it('is warned of where the least that stays is more than all its rules keep', async () => {
    const { out } = await check('kept');
    expect(out.match(/warning: .*atLeast.*/g)).toEqual([
      'warning: retain.atLeast: 12 is more than all its rules together keep, which is 11 at most: the newest 12 stay, and the rules decide nothing',
      'warning: copies[0].retain.atLeast: 2 is more than all its rules together keep, which is 1 at most: the newest 2 stay, and the rules decide nothing',
    ]);
  });

  it('is warned of where nothing stops a run that takes too much', async () => {
    expect((await check('reckless')).out).toContain(
      'warning: maxPercentPerRun: 100 and maxPerRun: 5000 stop hardly anything',
    );
    expect((await check('careful')).out).not.toContain('maxPercentPerRun');
  });

  it('is warned of where it selects whatever has a tag', async () => {
    const { out } = await check('greedy');
    expect(out.match(/warning: it selects.*/g)).toEqual([
      'warning: it selects every instance that has the tag Name and ami-lifecycle:policy, whatever its value is',
    ]);
  });

  it('is warned of where its copies cannot be shared as it says', async () => {
    const { out } = await check('given');
    expect(out.match(/warning: copies to \S+ have no key of your own/g)).toEqual([
      'warning: copies to eu-west-1 have no key of your own',
      'warning: copies to eu-west-2 have no key of your own',
    ]);
    expect((await check('open')).out).toContain('warning: copies to eu-west-1 are encrypted, as they have a kmsKeyId');
  });

  it('is warned of where it stops its instances more often than a capture takes', async () => {
    expect((await check('often')).out).toContain('it interrupts its instances again before an hour is over');
    expect((await check('rated')).out).not.toContain('interrupts');
  });
});

it('an alias that leads nowhere is a problem of the file, not of the program', async () => {
  const { code, error } = await check('alias');
  expect(error).toContain('alias.yml: has an alias that cannot be followed');
  expect(code).toBe(2);
});

describe('the command', () => {
  it.each<[argv: string[], message: string]>([
    [['polices'], "error: unknown command 'polices'"],
    [['policies', 'check', '--jsn'], "error: unknown option '--jsn'"],
    [
      ['policies', 'check', '--at', '2027-03-26T12:00:00'],
      'It is no instant such as 2026-11-21 or 2026-11-21T12:00:00Z.',
    ],
    [['policies', 'check', '--region', 'eu-wset-1'], 'No Region is named so: did you mean eu-west-1?'],
    [['policies', 'check', '--region', 'Ireland'], 'No Region is named so.'],
    [
      ['policies', 'push', '--stage', 'test', '--region', 'eu-wset-1'],
      'No Region is named so: did you mean eu-west-1?',
    ],
    [
      ['policies', 'check', 'no-such-folder'],
      'error: no-such-folder: does not exist; name a policy file, or a folder of them',
    ],
    [['policies'], 'Usage: ami-lifecycle policies'],
    [['simulate', '--sample', '--from', '2026-02-30'], 'Write a day from 2000 to 2189, such as 2026-11-21.'],
    [['simulate', '--sample', '--select-all', 'glod'], "'glod' is no policy in"],
  ])('refuses %j with 2 and a sentence', async (argv, message) => {
    const { code, error } = await ran(...argv);
    expect(error).toContain(message);
    expect(code).toBe(2);
  });

  it('simulates no policy in a Region where it cannot work', async () => {
    const elsewhere = mkdtempSync(join(folder, 'elsewhere-'));
    writeFileSync(
      join(elsewhere, 'gold.yml'),
      'schedule: { cron: rate(12 hours) }\ncopies: [{ region: eu-south-1 }]\n',
    );
    const { code, error } = await ran('simulate', '--sample', '--policies', elsewhere);
    expect(error).toContain('gold.yml:2:12: copies[0].region: is eu-south-1, the Region where the images are made');
    expect(code).toBe(2);
  });

  it('runs from a shell: the examples are valid where the README deploys them, nothing is coloured in a pipe', () => {
    const { status, stdout, stderr } = shell('policies', 'check', '--region', 'eu-west-1');
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^ok gold \(policies\/gold\.yml\)$/m);
    expect(stdout).toMatch(/^ok web \(policies\/web\.yml\)$/m);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).not.toContain('warning');
    expect(status).toBe(0);
  });

  it('gives a shell its exit code', () => {
    const { status, stdout, stderr } = shell('policies', 'check', join(folder, 'wrong.yml'));
    expect(stderr).toContain('schedule.cron');
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });
});

function shell(...argv: string[]) {
  // The caller's environment may force colours on.
  const { FORCE_COLOR: _, ...environment } = process.env;
  return spawnSync(process.execPath, ['cli/ami-lifecycle.js', ...argv], {
    cwd: root,
    encoding: 'utf8',
    env: environment,
  });
}
