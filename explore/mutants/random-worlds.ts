import { generate, leastDays, type RandomWorld } from '../random/generate.ts';
import { server } from '../servers.ts';

const dayMs = 86_400_000;

/** The shortest world, in which an edited policy shares all that it keeps with somebody else, or with somebody at all. */
function otherAudience(share?: { accounts: string[] }): RandomWorld {
  const world = generate(1, leastDays);
  const atMs = world.beginMs + 3 * dayMs;
  const edit = { fields: { share: { accounts: ['111122223333'] } } };
  return {
    ...world,
    policies: [
      {
        name: 'gold',
        hour: 3,
        fields: { retain: { daily: 30 }, ...(share ? { share } : {}) },
        retire: { mode: 'enforce', graceDays: 1, maxPercentPerRun: 100 },
      },
    ],
    servers: [server('web')],
    happenings: [{ number: 0, atMs, kind: 'edit', policy: 'gold', edit, isDeploy: false }],
  };
}

const byName: Readonly<Record<string, () => RandomWorld>> = {
  'other audience': () => otherAudience({ accounts: ['123456789012'] }),
  'first audience': () => otherAudience(),
};

/** A world that is judged as random ones are: one that a seed draws, or another; undefined where the name is of neither. */
export function randomWorldNamed(name: string): RandomWorld | undefined {
  const [, seed, days] = /^random world (\d+) of (\d+) days$/.exec(name) ?? [];
  return seed === undefined ? byName[name]?.() : generate(Number(seed), Number(days));
}
