import { describe, expect, it } from 'vitest';
import type { Output } from '../../cli/output.ts';
import { run } from '../../explore/main.ts';

interface Paper extends Output {
  printed: string[];
  complaints: string[];
}

function paper(): Paper {
  const printed: string[] = [];
  const complaints: string[] = [];
  const plain = (_: unknown, text: string): string => text;
  return {
    printed,
    complaints,
    print: (text) => printed.push(text),
    complain: (text) => complaints.push(text),
    style: plain,
    styleError: plain,
  };
}

describe('npm run explore', () => {
  it('replays one run by the words that a breach names it with', async () => {
    const output = paper();

    const code = await run(
      ['--replay', 'capture-of-group-member create-image/ec2:CreateImage@eu-west-1#1 reply-lost'],
      output,
    );

    expect(code).toBe(0);
    expect(output.printed.at(-1)).toBe('No breach.');
    expect(output.printed.join('\n')).toContain('1 of 1 faults struck');
    expect(output.printed.join('\n')).toContain('InvalidAMIName.Duplicate');
  });

  it('tells machines of one run, too', async () => {
    const output = paper();

    const code = await run(['--replay', 'capture-of-group-member inspect-instance#1 killed-before', '--json'], output);

    expect(code).toBe(0);
    expect(JSON.parse(output.printed.join('\n'))).toMatchObject({
      run: 'capture-of-group-member inspect-instance#1 killed-before',
      struck: 1,
      findings: [],
    });
  });

  it('explores a part of one world, and says what it met', async () => {
    const output = paper();

    const code = await run(
      ['--world', 'capture-of-group-member', '--every', '150', '--workers', '0', '--json'],
      output,
    );

    expect(code).toBe(0);
    expect(JSON.parse(output.printed.join('\n'))).toMatchObject({
      worlds: [{ world: 'capture-of-group-member', workflow: 'capture-images', breaches: 0, pairs: 0 }],
      missed: { single: [], pairs: [] },
      breaches: [],
    });
  });

  it.each([
    [['--world', 'capture-by-shedule'], "there is no world 'capture-by-shedule'; did you mean 'capture-by-schedule'?"],
    [
      ['--replay', 'archive store-image#1 kiled-before'],
      "there is no fault 'kiled-before'; did you mean 'killed-before'?",
    ],
    [['--replay', 'archive store-image killed-before'], "'store-image killed-before' is no placement; write it as "],
    [
      ['--replay', 'capture-of-group-member creat-image#1 killed-after'],
      "nothing of 'creat-image#1 killed-after' happens in the world 'capture-of-group-member'; did you mean 'create-image#1 killed-after'?",
    ],
    [
      ['--replay', 'capture-of-group-member create-image#1 killed-before*all + check-image#1 killed-after'],
      '1 of the faults struck nowhere, as the run went another way',
    ],
    [['--replay', 'archive', '--every', '3'], "option '--every <n>' cannot be used with option '--replay <run>'"],
    [['--only', '1,2'], "option '--only' is of one world: name it with '--world-seed'"],
    [['--days', '30'], "option '--days' is of random worlds: add '--worlds' or '--world-seed'"],
    [['--worlds', '1', '--days', '10'], 'It is a whole number from 18 to 3660: the last days of a world are quiet'],
    [['--worlds', '1', '--days', '100000000000'], 'It is a whole number from 18 to 3660'],
    [['--worlds', '2', '--world-seed', '3'], "cannot be used with option '--world-seed <n>'"],
    [['--world-seed', '3', '--days', '18', '--only', '999'], 'nothing in this world has the number 999'],
    [['--write', 'no/such/directory/page.md'], "There is no directory 'no/such/directory'."],
  ])('says what is wrong with %j', async (argv, complaint) => {
    const output = paper();

    expect(await run(argv, output)).toBe(2);
    expect(output.complaints.join('\n')).toContain(complaint);
  });
});
