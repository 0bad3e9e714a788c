import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../../../cli/input-error.ts';
import { loadPolicies } from '../../../cli/policies/load.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'policies-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** What is wrong with a policy of that text, one line for each problem, the folder's name left out. */
function problemsOf(text: string | Buffer, name = 'gold.yml'): string[] {
  writeFileSync(join(folder, name), text);
  return problemsOfLoading(join(folder, name));
}

function problemsOfLoading(...sources: string[]): string[] {
  try {
    loadPolicies(sources);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.message.replaceAll(`${folder}/`, '').split('\n');
  }
  return [];
}

const valid = 'schedule: { cron: 0 3 * * ? * }\n';

describe('a mistake in a policy is named with its place, its path and its mend', () => {
  it.each<[says: string, yaml: string, problems: string[]]>([
    [
      'a key with a typing error',
      `descrption: x\n${valid}`,
      ['gold.yml:1:1: descrption: is no key of a policy; did you mean description?'],
    ],
    [
      'a key with swapped letters below',
      'schedule:\n  corn: 0 3 * * ? *\n',
      ['gold.yml:2:3: schedule.corn: is no key here; did you mean cron?'],
    ],
    [
      'a mistyped key, whose absence is no second mistake',
      `${valid}retian: { daily: 7 }\nretire: {}\nshare: { acounts: ['123456789012'] }\n`,
      [
        'gold.yml:2:1: retian: is no key of a policy; did you mean retain?',
        'gold.yml:4:10: share.acounts: is no key here; did you mean accounts?',
      ],
    ],
    [
      'a mistyped key beside what is wrong without it, too',
      `${valid}discription: none\nretire: {}\n`,
      [
        'gold.yml:2:1: discription: is no key of a policy; did you mean description?',
        'gold.yml:3:1: retire: needs retain beside it, which says what is kept',
      ],
    ],
    [
      'a mistyped key beside the right one',
      `${valid}retian: { daily: 7 }\nretain: { daily: 0 }\nretire: {}\n`,
      [
        'gold.yml:2:1: retian: is no key of a policy; did you mean retain?',
        'gold.yml:3:11: retain.daily: 0 is too small; at least 1',
      ],
    ],
    [
      'a key in the wrong place',
      `timezone: UTC\n${valid}`,
      ['gold.yml:1:1: timezone: is no key of a policy; it belongs in schedule'],
    ],
    [
      'a key of a longer list of rules where only counts are',
      `${valid}archive: { bucket: abc, when: { within: 10d } }\nretain: { daily: 3 }\nretire: {}\n`,
      [
        'gold.yml:2:33: archive.when.within: is no key here; it belongs in retain; the keys here are last, hourly, daily, weekly, monthly, yearly',
      ],
    ],
    [
      'a key that belongs in a group beside it',
      `${valid}copies: [{ region: eu-west-1, atLeast: 3 }]\n`,
      [
        'gold.yml:2:31: copies[0].atLeast: is no key here; it belongs in copies.retain; the keys here are region, kmsKeyId, withinMinutes, retain',
      ],
    ],
    [
      'a duration without its unit',
      `${valid}retain: { daily: 3, afterTermination: 14 }\nretire: {}\n`,
      ['gold.yml:2:21: retain.afterTermination: must be text, but is 14; write 14d for 14 days'],
    ],
    [
      'a duration without its unit, in quotes',
      `${valid}retain: { daily: 3, afterTermination: '14' }\nretire: {}\n`,
      ["gold.yml:2:21: retain.afterTermination: '14' is no duration such as 14d (h, d, w, m, y)"],
    ],
    [
      'a count with a unit',
      `${valid}retain: { daily: 7d, weekly: '4' }\nretire: { graceDays: 7 days }\n`,
      [
        "gold.yml:2:11: retain.daily: must be a number, but is the text '7d'; write 7",
        "gold.yml:2:22: retain.weekly: must be a number, but is the text '4'; write 4",
        "gold.yml:3:11: retire.graceDays: must be a number, but is the text '7 days'; write 7",
      ],
    ],
    [
      'a count with the unit of another',
      `${valid}retain: { daily: 2w }\nretire: {}\n`,
      ["gold.yml:2:11: retain.daily: must be a number, but is the text '2w'"],
    ],
    [
      'a key of another Region',
      `${valid}copies: [{ region: eu-west-1, kmsKeyId: 'arn:aws:kms:eu-south-1:111122223333:key/1' }]\n`,
      [
        "gold.yml:2:31: copies[0].kmsKeyId: 'arn:aws:kms:eu-south-1:111122223333:key/1' is a key of eu-south-1, and the copy is in eu-west-1: name a key of that Region",
      ],
    ],
    [
      'an account that is named twice',
      `${valid}share: { accounts: ['123456789012', '123456789012'] }\n`,
      ['gold.yml:2:37: share.accounts[1]: names 123456789012 a second time'],
    ],
    [
      'a key that resembles none',
      `${valid}notify: { x: 1, topicArn: 'arn:aws:sns:eu-south-1:123456789012:a' }\n`,
      ['gold.yml:2:11: notify.x: is no key here; the keys here are topicArn'],
    ],
    [
      'text instead of a truth value',
      'schedule:\n  cron: 0 3 * * ? *\n  onTagged: yes\n',
      ["gold.yml:3:3: schedule.onTagged: must be true or false, but is the text 'yes'; write true"],
    ],
    [
      'an account id without quotes',
      `${valid}share: { accounts: [111122223333] }\n`,
      ['gold.yml:2:21: share.accounts[0]: must be text, but is 111122223333; put it in quotes'],
    ],
    [
      'one value where a list belongs',
      `${valid}capture: { excludeDevices: /dev/sdf }\n`,
      ["gold.yml:2:12: capture.excludeDevices: must be a list, but is the text '/dev/sdf'; write ['/dev/sdf']"],
    ],
    [
      'a word that is no choice',
      `${valid}capture: { consistency: stp }\n`,
      ["gold.yml:2:12: capture.consistency: 'stp' is none of stop, reboot, crash; did you mean stop?"],
    ],
    [
      'a number too small',
      'schedule: { cron: 0 3 * * ? *, flexibleMinutes: -1 }\n',
      ['gold.yml:1:32: schedule.flexibleMinutes: -1 is too small; at least 0'],
    ],
    [
      'a number too great',
      'schedule: { cron: 0 3 * * ? *, flexibleMinutes: 1441 }\n',
      ['gold.yml:1:32: schedule.flexibleMinutes: 1441 is too great; at most 1440'],
    ],
    [
      'a broken number',
      `${valid}capture: { timeoutHours: 1.5 }\n`,
      ['gold.yml:2:12: capture.timeoutHours: must be a whole number, but is 1.5'],
    ],
    [
      'a number off the grid',
      `${valid}copies: [{ region: eu-west-1, withinMinutes: 20 }]\n`,
      ['gold.yml:2:31: copies[0].withinMinutes: 20 is no multiple of 15'],
    ],
    ['an empty text', "schedule: { cron: '' }\n", ['gold.yml:1:13: schedule.cron: is empty; at least 1 character']],
    [
      'a key without a value',
      `${valid}notify:\n`,
      ['gold.yml:2:1: notify: must be a group of fields, but is empty; give it a value, or leave the key out'],
    ],
    [
      'a reserved tag',
      `${valid}capture: { tags: { 'aws:x': y } }\n`,
      ['gold.yml:2:20: capture.tags.aws:x: the key must not begin with aws: or ami-lifecycle:, which are reserved'],
    ],
    [
      'a Region that is none',
      `${valid}copies:\n  - region: Ireland\n`,
      ["gold.yml:3:5: copies[0].region: 'Ireland' is no Region name such as eu-west-1"],
    ],
    [
      'a Region named twice',
      `${valid}copies:\n  - region: eu-west-1\n  - region: eu-west-1\n`,
      ['gold.yml:4:5: copies[1].region: names eu-west-1 a second time'],
    ],
    [
      'a rule across fields',
      `${valid}select: { tags: { env: prod } }\n`,
      [
        "gold.yml:1:1: schedule.onTagged: cannot work unless select.tags has ami-lifecycle:policy with the policy's own name: set it to false",
      ],
    ],
    ['no schedule', 'description: x\n', ['gold.yml:1:1: schedule: is missing; add it (When instances are captured)']],
    [
      'a zone that is none',
      'schedule: { cron: 0 3 * * ? *, timezone: Europe/Roma }\n',
      [
        "gold.yml:1:32: schedule.timezone: 'Europe/Roma' is no time zone of the IANA database such as Europe/Rome; did you mean Europe/Rome?",
      ],
    ],
    [
      'a cron out of range',
      'schedule: { cron: 61 3 * * ? * }\n',
      ["gold.yml:1:13: schedule.cron: minutes '61' is out of range; write 0-59 or *"],
    ],
    [
      'a cron as crontab has it',
      "schedule: { cron: '0 3 * * *' }\n",
      [
        "gold.yml:1:13: schedule.cron: expression '0 3 * * *' has 5 fields instead of six; write minutes hours day-of-month month day-of-week year, such as 0 3 * * ? *",
      ],
    ],
    [
      'a cron for 30 February',
      'schedule: { cron: 0 3 30 2 ? * }\n',
      [
        "gold.yml:1:13: schedule.cron: '0 3 30 2 ? *' never comes: its months have no such day; choose a day that exists; L is the last day of a month",
      ],
    ],
    [
      'a rate in the wrong number',
      'schedule: { cron: rate(1 hours) }\n',
      ["gold.yml:1:13: schedule.cron: rate '1 hours' does not agree in number; write rate(1 hour)"],
    ],
    [
      'a field whose workflow is not built, whatever it holds',
      `${valid}drill: { evry: 7 }\n`,
      ['gold.yml:2:1: drill: is not available yet: its workflow is not built; leave the field out'],
    ],
    [
      'a rule that nothing carries out',
      `${valid}copies:\n  - region: eu-west-1\n    retain: { daily: 7 }\n`,
      [
        'gold.yml:4:5: copies[0].retain: has no effect without retire, whose runs do it: add retire, if only retire: {}',
      ],
    ],
    [
      'a rule with a typing error',
      `${valid}retain: { dialy: 7 }\nretire: {}\n`,
      ['gold.yml:2:11: retain.dialy: is no key here; did you mean daily?'],
    ],
    [
      'such a field that is empty',
      `${valid}drill:\n`,
      ['gold.yml:2:1: drill: is not available yet: its workflow is not built; leave the field out'],
    ],
    [
      'a key written twice',
      'schedule:\n  cron: 0 3 * * ? *\n  cron: 0 4 * * ? *\n',
      ["gold.yml:3:3: the key 'cron' stands here a second time; keep one of the two"],
    ],
    ['an empty file', '', ["gold.yml: is empty; write fields, beginning with 'schedule:'"]],
    ['a file of comments', '# nothing yet\n', ["gold.yml: is empty; write fields, beginning with 'schedule:'"]],
    ['a list', '- gold\n', ["gold.yml: is not a policy; write fields, beginning with 'schedule:'"]],
    ['prose', 'Please capture everything.', ["gold.yml: is not a policy; write fields, beginning with 'schedule:'"]],
    [
      'a tab',
      'schedule:\n\tcron: 0 3 * * ? *\n',
      ['gold.yml:2:1: a tab indents this line, which YAML does not take; indent with spaces'],
    ],
    [
      'a cron that begins with a star',
      'schedule:\n  cron: */15 * * * ? *\n',
      ['gold.yml:2:14: YAML takes a value that begins with * for an alias; put the value in quotes'],
    ],
    [
      'two documents',
      `${valid}---\n${valid}`,
      ['gold.yml:2:1: a second document begins here; write one policy in each file'],
    ],
  ])('%s', (_says, yaml, problems) => {
    expect(problemsOf(yaml)).toEqual(problems);
  });

  it('broken YAML', () => {
    const [problem, ...others] = problemsOf('schedule: {cron: [\n');
    expect(problem).toMatch(/^gold\.yml:2:1: not valid YAML: .*; mend the indentation, or put the value in quotes$/);
    expect(others).toEqual([]);
  });

  it('what is no text at all', () => {
    expect(problemsOf(Buffer.from([0xff, 0xfe, 0, 1, 2, 0x80])).join()).toMatch(
      /^gold\.yml.*(?:not valid YAML|is not a policy)/,
    );
  });

  it('a name that no policy can have', () => {
    const mend = 'rename the file: a to z, digits and hyphens, at most 32 characters';
    expect(problemsOf(valid, 'Gold_1.yml')).toEqual([`Gold_1.yml: 'Gold_1' cannot name a policy; ${mend}`]);
  });

  it('all mistakes of a file at once, in the order of its lines', () => {
    const yaml = 'drill: { every: x }\nschedule:\n  cron: 61 3 * * ? *\n  zone: UTC\ncapture: { consistency: no }\n';
    expect(problemsOf(yaml).map((line) => line.split(': ').slice(0, 2).join(' '))).toEqual([
      'gold.yml:1:1 drill',
      'gold.yml:3:3 schedule.cron',
      'gold.yml:4:3 schedule.zone',
      'gold.yml:5:12 capture.consistency',
    ]);
  });
});

describe('a policy that no parameter of Systems Manager holds', () => {
  const withTags = (count: number): string => {
    const tags = Array.from({ length: count }, (_, index) => `tag${index}: ${'x'.repeat(250)}`);
    return `${valid}select: { tags: { ami-lifecycle:policy: gold, ${tags.join(', ')} } }\n`;
  };

  it('is refused with its length', () => {
    expect(problemsOf(withTags(10))).toEqual([]);
    const [problem, ...others] = problemsOf(withTags(20));
    expect(problem).toMatch(
      /^gold\.yml: is too long: it comes to \d{4} bytes of JSON, and a parameter holds 4096; shorten /,
    );
    expect(others).toEqual([]);
  });

  it('is refused by its bytes: few characters of another script may be too many', () => {
    const letters = (letter: string) =>
      `${valid}select: { tags: { ami-lifecycle:policy: gold, ${'abcdefghij'
        .split('')
        .map((key) => `${key}: ${letter.repeat(250)}`)
        .join(', ')} } }\n`;
    expect(problemsOf(letters('x'))).toEqual([]);
    expect(problemsOf(letters('ж'))).toEqual([
      expect.stringMatching(/^gold\.yml: is too long: it comes to \d{4} bytes of JSON/),
    ]);
  });
});

describe('policies are loaded', () => {
  it('with their names, their defaults and their schedules', () => {
    const file = write('gold.yml', 'schedule: { cron: rate(6 hours) }\n');
    const { policies } = loadPolicies(file);
    expect(policies).toHaveLength(1);
    expect(policies[0]).toMatchObject({
      file,
      policy: { name: 'gold', schedule: { timezone: 'UTC' }, capture: { consistency: 'stop' } },
      schedule: { kind: 'rate', expression: 'rate(6 hours)' },
    });
  });

  it('from a folder, its .yml and .yaml files in the order of their names', () => {
    for (const name of ['web.yaml', 'gold.yml', 'policy.schema.json', 'notes.txt']) write(name, valid);
    expect(loadPolicies(folder).policies.map(({ policy }) => policy.name)).toEqual(['gold', 'web']);
  });

  it('once, when a file is named twice', () => {
    const file = write('gold.yml', valid);
    expect(loadPolicies([file, file, folder]).policies).toHaveLength(1);
  });

  it('all or none: problems of several files come together', () => {
    write('gold.yml', valid);
    write('silver.yml', 'schedule: {}\n');
    write('web.yml', '');
    expect(problemsOfLoading(folder).map((line) => line.split(':')[0])).toEqual(['silver.yml', 'web.yml']);
  });

  it('but not under one name twice', () => {
    write('gold.yml', valid);
    write('gold.yaml', valid);
    const [problem] = problemsOfLoading(folder);
    expect(problem).toMatch(/^gold\.yml: is a second policy 'gold' beside gold\.yaml; rename one of the two/);
  });

  it('but not from what does not exist, or from an empty folder', () => {
    mkdirSync(join(folder, 'none'));
    expect(problemsOfLoading(join(folder, 'silver.yml'), join(folder, 'none'))).toEqual([
      'silver.yml: does not exist; name a policy file, or a folder of them',
      'none: holds no policy; a policy is a file such as gold.yml',
    ]);
  });
});
