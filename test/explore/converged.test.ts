import { describe, expect, it } from 'vitest';
import {
  generate,
  type Happening,
  leastDays,
  type PolicyEdit,
  type PolicyPlan,
  type RandomWorld,
  vault,
} from '../../explore/random/generate.ts';
import { type Life, live } from '../../explore/random/life.ts';
import { server } from '../../explore/servers.ts';

const { beginMs, calmMs, endMs } = generate(1, leastDays);
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const archive = { bucket: vault, prefix: 'gold/', when: { daily: 60 } };

function saying(fields: PolicyPlan['fields']): PolicyPlan {
  return {
    name: 'gold',
    hour: 3,
    fields: { retain: { daily: 1 }, ...fields },
    retire: { mode: 'enforce', graceDays: 1, maxPercentPerRun: 100 },
  };
}

const world: RandomWorld = {
  seed: 1,
  beginMs,
  calmMs,
  endMs,
  policies: [saying({ copies: [{ region: 'eu-west-3', retain: { daily: 1 } }] })],
  servers: [server('web')],
  failedImagesForgetSnapshots: false,
  happenings: [],
};

/** A fifth of the copies takes our tags along, and of a day one is due for archive at most: so it takes some days. */
function copying(): RandomWorld {
  const { calmMs, endMs } = generate(1, leastDays + 7);
  const happenings = Array.from({ length: 500 }, (_, number) => {
    const atMs = calmMs - (number * hourMs) / 2;
    return { number, kind: 'deed', name: 'copy', atMs } as const;
  });
  return { ...world, calmMs, endMs, happenings };
}

const copied = copying();

function lived(...happenings: Happening[]): Promise<Life> {
  return live({ ...world, happenings });
}

function edited(edit: PolicyEdit): Promise<Life> {
  return lived({ number: 0, atMs: beginMs + 4 * dayMs, kind: 'edit', policy: 'gold', edit, isDeploy: true });
}

describe('When faults and people have stopped', () => {
  it('what no rule keeps and nobody takes away is a breach', async () => {
    const between = [beginMs, endMs] as const;
    const fault = { fault: 'access-denied', function: 'plan-retirement', between } as const;
    const happenings = [{ number: 0, atMs: beginMs, kind: 'fault', fault }] as const;
    const { findings } = await live({ ...world, policies: [saying({ archive })], happenings });

    expect(findings.map(({ invariant }) => invariant)).toContain(14);
    expect(findings.map(({ what }) => what).join('\n')).toMatch(
      /gold has 18 available of i-\w+ in eu-west-1, at most 4/,
    );
  });

  it('as many images may be there as were made within the days that a policy names', async () => {
    expect((await edited({ fields: { retain: { last: 2, within: '5d' } } })).findings).toEqual([]);
  });

  it('whom people share an image with since, or no longer, is theirs to say', async () => {
    // All stay, so that what people did is still to be seen in the end.
    const policies = [saying({ retain: { daily: 30 }, share: { accounts: ['123456789012'] } })];
    const names = ['share', 'share', 'share', 'disable', 'enable'] as const;
    const happenings = names.map((name, number) => {
      const atMs = calmMs - (8 - number) * hourMs;
      return { number, kind: 'deed', name, atMs } as const;
    });
    const { findings } = await live({ ...world, policies, happenings });

    expect(findings).toEqual([]);
  });

  it('what is left where a policy no longer copies to is for people to take away', async () => {
    expect((await edited({ fields: { copies: [] } })).findings).toEqual([]);
  });

  it.each([
    ['stays where it is due to be archived, for no role may read its snapshots', { daily: 60 }],
    ['goes by the rules where it is not', { monthly: 1 }],
  ])('a copy that people made at home %s', async (_, when) => {
    const { findings } = await live({ ...copied, policies: [saying({ archive: { ...archive, when } })] });
    expect(findings).toEqual([]);
  });

  it('a copy that people made at home is a breach where nobody takes it away and no archive of it is due', async () => {
    const between = [beginMs, copied.endMs] as const;
    const fault = { fault: 'access-denied', function: 'plan-retirement', between } as const;
    const { findings } = await live({
      ...copied,
      policies: [saying({ archive: { ...archive, when: { monthly: 1 } } })],
      happenings: [...copied.happenings, { number: copied.happenings.length, atMs: beginMs, kind: 'fault', fault }],
    });

    const [, counted] =
      /gold has (\d+) available of i-\w+ in eu-west-1/.exec(findings.map(({ what }) => what).join()) ?? [];
    const captured = Math.ceil((copied.endMs - beginMs) / dayMs);
    expect(Number(counted)).toBeGreaterThan(captured);
  });

  it('an image that people enabled and protect still says the step of ours that the policy no longer takes', async () => {
    const atMs = calmMs - 2 * dayMs;
    // Whom a deed meets is drawn: after so many all are protected.
    const names = [...Array.from({ length: 60 }, () => 'protect'), 'enable'];
    const deeds = names.map((name, number) => ({ number, kind: 'deed', name, atMs: atMs + number * 60_000 }) as const);
    const edit = { retire: { steps: ['deregister'] } };
    const happening = { kind: 'edit', policy: 'gold', edit, isDeploy: true, atMs: atMs + 2 * hourMs } as const;
    const { findings } = await lived(...deeds, { ...happening, number: deeds.length });

    expect(findings).toEqual([]);
  });

  it('a world lives on until a snapshot has gone that people left on the last day before', async () => {
    const atMs = calmMs - dayMs / 4;
    const deeds = [0, 1, 2, 3, 4, 5].map((number) => ({ number, kind: 'deed', name: 'deregister', atMs }) as const);
    const { findings, endedAtMs } = await lived(...deeds);

    expect(findings).toEqual([]);
    // A week until it is old enough, a week of grace, and the day at the end of which it is looked for.
    expect(new Date(endedAtMs).toISOString()).toBe('2026-11-20T00:00:00.000Z');
  });

  it('an image that leaves its snapshots behind though nothing goes wrong is told of within a day', async () => {
    const between = [calmMs + 4 * dayMs, endMs] as const;
    const faults = [
      { fault: 'snapshot-deletion-fails', between },
      { fault: 'access-denied', function: 'delete-snapshots', between },
    ] as const;
    const happenings = faults.map((fault, number) => ({ number, atMs: beginMs, kind: 'fault', fault }) as const);
    const { findings, endedAtMs } = await lived(...happenings);

    expect(findings[0]).toMatchObject({
      invariant: 8,
      what: expect.stringMatching(/^snap-\w+ is left in eu-west-\d without an image/),
    });
    expect(endedAtMs).toBeLessThanOrEqual(calmMs + 6 * dayMs);
  });
});
