import { beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../../cli/input-error.ts';
import { run } from '../../../cli/main.ts';
import { type Explanation, explain } from '../../../cli/simulation/explain.ts';
import { type KnownInstance, knownInstances } from '../../../cli/simulation/known-instances.ts';
import type { Observer } from '../../../cli/simulation/observer.ts';
import { printExplanation } from '../../../cli/simulation/print-explanation.ts';
import { simulateLives } from '../../../cli/simulation/simulate.ts';
import { namedPolicySchema } from '../../../shared/domain/policy.ts';
import { web } from '../simulator/world.ts';
import { collected, requestFor, retiring } from './retiring-account.ts';

const idle: KnownInstance = {
  instanceId: 'i-00000000000000999',
  name: 'idle',
  withoutPolicy: 'it has no tag ami-lifecycle:policy',
};
const server: KnownInstance = { instanceId: web, name: 'shop', withoutPolicy: null };
const night = (day: string): string => `gold/${web}/${day}T0300Z`;

let observer: Observer;

beforeAll(async () => {
  ({ observer } = await simulateLives(requestFor(retiring(), 8)));
});

function explained(subject: string): Explanation {
  return explain(subject, observer, [server, idle]);
}

function printed(explanation: Explanation): string {
  const { output, lines } = collected();
  printExplanation(explanation, output);
  return lines.join('\n');
}

/** What happened, with the day of it. */
function story({ images }: Explanation, index = 0): string[] {
  return (images[index]?.events ?? []).map(({ at, what }) => `${at.slice(8, 10)} ${what}`);
}

describe('The life of an image', () => {
  it('goes from its capture to its end, with every verdict when it changed', () => {
    const life = explained(night('20261128'));
    expect(story(life)).toEqual([
      '28 asked for',
      '28 available',
      expect.stringMatching(/^28 (copied|shared)$/),
      expect.stringMatching(/^28 (copied|shared)$/),
      '28 kept',
      '29 kept',
      '30 not wanted',
      '30 deprecated',
      '01 not wanted',
      '01 deregistered',
    ]);
    const verdicts = life.images[0]?.events.filter(({ lastAt }) => lastAt !== null);
    expect(verdicts).toMatchObject([
      { reasons: ['daily 1 of 2', 'newest of its lineage'], noLonger: [] },
      { reasons: ['daily 2 of 2'], noLonger: ['newest of its lineage'] },
      { reasons: ['no rule keeps it', 'no longer wanted'], noLonger: ['daily'] },
      { reasons: ['no rule keeps it', expect.stringMatching(/^deprecated since 2026-11-30T/)], noLonger: [] },
    ]);
  });

  it('tells whom it is shared with, where its copy is, and where its archive is', () => {
    const text = printed(explained(night('20261130')));
    expect(text).toMatch(/2026-11-30 \d\d:\d\d:\d\d {2}shared {8}with 123456789012$/m);
    expect(text).toMatch(/copied {8}to eu-west-1 as ami-[0-9a-f]{17}$/m);
    expect(text).toMatch(/2026-12-01 \d\d:\d\d:\d\d {2}archived {6}to s3:\/\/archives\/ami-[0-9a-f]{17}\.bin$/m);
  });

  it('is told by its name for the image and its copy, and by its id for it alone', () => {
    const { images } = explained(night('20261128'));
    expect(images.map(({ region }) => region)).toEqual(['eu-south-1', 'eu-west-1']);
    const [image, copy] = images;
    expect(copy?.origin).toBe(`eu-south-1/${image?.imageId}`);
    expect(explained(copy?.imageId ?? '').images).toEqual([copy]);
  });

  it('is printed with each reason on a line of its own', () => {
    const lines = printed(explained(night('20261129'))).split('\n');
    const kept = lines.findIndex((line) => line.startsWith('  2026-11-29 12:00:00  kept'));
    expect(lines.slice(kept, kept + 4)).toEqual([
      '  2026-11-29 12:00:00  kept          daily 1 of 2',
      '                                     newest of its lineage',
      '  2026-11-30 12:00:00  kept          daily 2 of 2',
      '                                     (no longer: newest of its lineage)',
    ]);
  });
});

describe('The life of an instance', () => {
  it('is that of all its images in the order of their slots, each before its copy', () => {
    const { kind, images, missed } = explained(web);
    expect([kind, missed]).toEqual(['instance', []]);
    expect(images).toHaveLength(16);
    expect(images.map(({ slot }) => slot)).toEqual(images.map(({ slot }) => slot).toSorted());
    expect(images.slice(0, 4).map(({ region }) => region)).toEqual([
      'eu-south-1',
      'eu-west-1',
      'eu-south-1',
      'eu-west-1',
    ]);
  });

  it('that has none is told with the reason', () => {
    const life = explained(idle.instanceId);
    expect(life).toEqual({
      subject: idle.instanceId,
      kind: 'instance',
      images: [],
      missed: [],
      withoutPolicy: idle.withoutPolicy,
    });
    expect(printed(life)).toContain('under no policy: it has no tag ami-lifecycle:policy');
  });

  it('is found by its name, if no other has it', () => {
    expect(explained('shop')).toEqual(explained(web));
    const twice = [server, { ...idle, name: 'shop' }];
    expect(() => explain('shop', observer, twice)).toThrow(
      `'shop' is the name of 2 instances; name one of ${web}, ${idle.instanceId}`,
    );
  });

  it('tells captures whose image was made, but not shared, as not complete', async () => {
    const { share, ...rest } = retiring();
    const request = requestFor({ ...rest, share: { public: true } }, 2);
    for (const volume of request.loaded.contents.volumes ?? []) volume.Encrypted = true;
    const { observer: other } = await simulateLives(request);
    const explanation = explain(web, other, [server]);
    expect(share).toBeDefined();
    expect(explanation.missed).toMatchObject([{ outcome: 'incomplete', reason: 'ShareRefused', count: 2 }]);
    expect(printed(explanation)).toMatch(/not complete under gold, 2 times from 20261127T0300Z to .*: ShareRefused: /);
  });

  it('says why captures made no image', async () => {
    const request = requestFor({ ...retiring(), capture: { consistency: 'crash' } }, 2);
    const [described] = request.loaded.contents.instances;
    described?.Tags?.push({ Key: 'ami-lifecycle:skip', Value: 'vendor' });
    const { observer: other } = await simulateLives(request);
    const slots = ['20261127T0300Z', '20261128T0300Z'];
    const explanation = explain(web, other, [server]);
    expect(explanation.missed).toEqual([
      { policy: 'gold', outcome: 'skipped', reason: 'skip-tag', message: '', slots, count: 2 },
    ]);
    expect(printed(explanation)).toContain(
      'no image under gold, skipped 2 times from 20261127T0300Z to 20261128T0300Z: skip-tag',
    );
  });
});

it('What is neither an image nor an instance is refused with the nearest that there are', () => {
  const ask = (subject: string): string => {
    try {
      explained(subject);
      return '';
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return error.message;
    }
  };
  expect(ask(`${web.slice(0, -1)}f`)).toMatch(new RegExp(`is no image and no instance .*; did you mean ${web}`));
  expect(ask(night('20261228'))).toContain(night('20261128'));
  expect(ask('x')).toContain('name an instance or an image of this system, by its id or its name');
});

describe('What a plan has and its run does not do', () => {
  const withheldFrom = async (retire: Readonly<Record<string, unknown>>) => {
    const { observer: other } = await simulateLives(requestFor(retiring(retire), 6));
    const { images } = explain(night('20261128'), other, [server]);
    return images[0]?.events
      .filter(({ what }) => what === 'withheld')
      .map(({ at, reasons }) => [at.slice(0, 10), ...reasons]);
  };

  it('is told once for all the runs of a policy that only reports', async () => {
    expect(await withheldFrom({ mode: 'report' })).toEqual([
      ['2026-11-30', 'deprecate, until 2026-12-02', 'mode: report'],
    ]);
  });

  it('is told with the sentence of the cap that refused it', async () => {
    expect(await withheldFrom({ maxPerRun: 1 })).toEqual([
      [
        '2026-11-30',
        'deprecate, until 2026-12-02',
        expect.stringMatching(/^its run was refused: \d images would take a step, and /),
      ],
    ]);
  });
});

describe('Why an instance is under no policy', () => {
  const gold = namedPolicySchema.parse(retiring());
  const why = (policyTag: string | undefined, policies = [gold], isAllSelected = false) => {
    const Tags = policyTag === undefined ? [] : [{ Key: 'ami-lifecycle:policy', Value: policyTag }];
    return knownInstances([{ InstanceId: web, Tags }], policies, isAllSelected)[0]?.withoutPolicy;
  };

  it('is that it has no tag, or one that names none', () => {
    expect(why(undefined)).toBe('it has no tag ami-lifecycle:policy, and no policy selects it by other tags');
    expect(why('glod')).toMatch(/^its tag ami-lifecycle:policy names glod, of which there is no policy/);
    const byTeam = { ...gold, select: { tags: { team: 'a' } } };
    expect(why('gold', [byTeam])).toBe('its tag ami-lifecycle:policy names gold, which select by other tags');
  });

  it('is nothing where one selects it, or all are taken as tagged', () => {
    expect(why('gold')).toBeNull();
    expect(why(undefined, [gold], true)).toBeNull();
  });
});

describe('simulate --explain', () => {
  const sample = ['simulate', '--sample', '--days', '1', '--explain'];

  it('prints a life instead of the report, as JSON too', async () => {
    const { output, lines } = collected();
    expect(await run([...sample, 'gold/i-0c20ed590cbae2fb6/20261028T0200Z', '--json'], output)).toBe(0);
    expect(JSON.parse(lines.join('\n'))).toMatchObject({ kind: 'image', images: [{ policy: 'gold' }, {}] });
  });

  it('ends with 2 where there is no such thing', async () => {
    const { output, lines } = collected();
    expect(await run([...sample, 'i-0e15acddca53bef85'], output)).toBe(2);
    expect(lines).toEqual([
      "error: --explain: 'i-0e15acddca53bef85' is no image and no instance of this simulation; did you mean i-0e15acddca53bef84?",
    ]);
  });
});
