import type { Mutant } from './mutant.ts';

const judgement = 'shared/domain/judgement.ts';
const retention = 'shared/domain/retention.ts';

/** What may go wrong with the rules by which images stay, each rule for itself. */
export const retentionMutants: readonly Mutant[] = [
  {
    invariant: 6,
    name: 'the rule of the last is ignored',
    world: 'counting rules',
    edits: [{ file: retention, from: "keepNewestOfEach('last', rules.last,", to: "keepNewestOfEach('last', 0," }],
  },
  ...['hourly', 'daily', 'weekly', 'monthly', 'yearly'].map(
    (rule): Mutant => ({
      invariant: 6,
      name: `the ${rule} rule is ignored`,
      world: 'counting rules',
      edits: [
        {
          file: retention,
          from: 'keepNewestOfEach(rule, rules[rule],',
          to: `keepNewestOfEach(rule, rule === '${rule}' ? 0 : rules[rule],`,
        },
      ],
    }),
  ),
  {
    invariant: 6,
    name: 'the oldest goes while a rule has counts left',
    world: 'counting rules',
    edits: [{ file: retention, from: 'options.keepOldest !== false', to: 'options.keepOldest === true' }],
  },
  {
    invariant: 6,
    name: 'the rule of a duration is ignored',
    world: 'within two days',
    edits: [{ file: retention, from: 'rules.within !== undefined', to: "rules.within === ''" }],
  },
  {
    invariant: 6,
    name: 'copies are kept by the rules of what they are copies of',
    world: 'copies that stay longer',
    edits: [
      {
        file: judgement,
        from: 'return policy.copies.find((copy) => copy.region === region)?.retain ?? policy.retain;',
        to: 'return policy.retain;',
      },
    ],
  },
  {
    invariant: 6,
    name: 'no rule keeps anything, in weeks in which anything may happen',
    world: 'random world 2 of 20 days',
    edits: [{ file: judgement, from: 'keptByRules(dated.map(datedOf),', to: 'keptByRules([],' }],
  },
];
