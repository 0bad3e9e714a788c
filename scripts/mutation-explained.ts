import type { Explanation } from './mutation.ts';

const skippedPlace = 'The first place of the array is what the whole pattern matched, which nobody reads';
const alwaysDated = 'Only images whose slot is one get there';

/** The mutants of the rules and of the edge to Lambda that survive because they change nothing that anybody could see. */
export const explained: readonly Explanation[] = [
  {
    file: 'shared/domain/archive.ts',
    mutants: ['[] → ["Stryker was here"]'],
    why: `${skippedPlace}.`,
  },
  {
    file: 'shared/domain/archive.ts',
    mutants: [
      'bucket === undefined → false',
      'key === undefined → false',
      'bucket === undefined || key === undefined → bucket === undefined && key === undefined',
    ],
    why: 'Both groups of the pattern match, or neither does.',
  },
  {
    file: 'shared/domain/errors.ts',
    mutants: [
      "typeof parsed === 'object' && parsed !== null → true",
      "typeof parsed === 'object' && parsed !== null → typeof parsed === 'object' || parsed !== null",
      "typeof parsed === 'object' → true",
      'parsed !== null → true',
    ],
    why: '`in` throws on what is no object, and the text is then taken as it is, as it would be anyway.',
  },
  {
    file: 'shared/domain/judgement.ts',
    mutants: ['of.get(imageId)?.keeps → of.get(imageId).keeps'],
    why: 'Every image that is judged is in the map.',
  },
  {
    file: 'shared/domain/instance.ts',
    mutants: ['\'\' → "Stryker was here!"'],
    why: 'Neither is an instant.',
  },
  {
    file: 'shared/domain/instance.ts',
    mutants: ['[] → ["Stryker was here"]'],
    why: `${skippedPlace}.`,
  },
  {
    file: 'shared/domain/map-results.ts',
    mutants: ['\'\' → "Stryker was here!"', 'issue?.path → issue.path', 'issue?.message → issue.message'],
    why: 'What does not fit has at least one problem; the compiler does not know.',
  },
  {
    file: 'shared/domain/judgement.ts',
    mutants: ['newestFirst(newest, image) < 0 → newestFirst(newest, image) <= 0'],
    why: 'The newest itself is kept, or released with all others: for nothing it waits.',
  },
  {
    file: 'shared/domain/judgement.ts',
    mutants: ['newestFirst(usable, image) < 0 → newestFirst(usable, image) <= 0'],
    why: 'No two images are of the same age: their ids decide.',
  },
  {
    file: 'shared/domain/judgement.ts',
    mutants: [
      'policy.copies.find((copy) => copy.region === region)?.retain → policy.copies.find(copy => copy.region === region).retain',
    ],
    why: 'A Region without a copy was sorted out on the line before.',
  },
  {
    file: 'shared/domain/judgement.ts',
    mutants: ['\'\' → "Stryker was here!"'],
    why: `${alwaysDated}.`,
  },
  {
    file: 'shared/domain/judgement.ts',
    mutants: ['leftSlot > rightSlot → leftSlot >= rightSlot'],
    why: 'They differ there.',
  },
  {
    file: 'shared/domain/ladder.ts',
    mutants: ['[] → ["Stryker was here"]'],
    why: 'No step is called so.',
  },
  {
    file: 'shared/domain/ladder.ts',
    mutants: ['\'deprecate\' → ""'],
    why: 'A policy has at least one step; the compiler does not know.',
  },
  { file: 'shared/domain/naming.ts', mutants: ['[] → ["Stryker was here"]'], why: `${skippedPlace}.` },
  {
    file: 'shared/domain/periods.ts',
    mutants: [
      'known.clear(); → ;',
      'known.size >= mostKnown → true',
      'known.size >= mostKnown → false',
      'known.size >= mostKnown → known.size > mostKnown',
      'known.size >= mostKnown → known.size < mostKnown',
      'alreadyKnown → false',
      'known.set(key, periods); → ;',
    ],
    why: 'What is remembered changes how fast the answer comes, and how much memory it takes; not the answer.',
  },
  {
    file: 'shared/domain/plan.ts',
    mutants: ['\'*\' → ""'],
    why: 'The schema takes no cron with fewer fields.',
  },
  {
    file: 'shared/domain/policy.ts',
    mutants: ['\'custom\' → ""'],
    why: 'The kind of a problem is shown to nobody.',
  },
  {
    file: 'shared/domain/policy.ts',
    mutants: [
      'known !== undefined → false',
      'knownZones.size < 1000 → true',
      'knownZones.size < 1000 → false',
      'knownZones.size < 1000 → knownZones.size <= 1000',
      'knownZones.size < 1000 → knownZones.size >= 1000',
      'knownZones.set(zone, isKnown); → ;',
    ],
    why: 'What is remembered changes how fast the answer comes, not the answer.',
  },
  {
    file: 'shared/domain/policy.ts',
    mutants: ['{ return false; } → {}'],
    why: '`undefined` is no zone either.',
  },
  {
    file: 'shared/domain/rescue.ts',
    mutants: ['[] → ["Stryker was here"]'],
    why: `${skippedPlace}.`,
  },
  {
    file: 'shared/domain/rescue.ts',
    mutants: ['\'\' → "Stryker was here!"'],
    why: 'Neither is the ARN of an execution, nor an instant.',
  },
  {
    file: 'shared/domain/rescue.ts',
    mutants: ['Date.parse(since) <= Date.parse(now) → Date.parse(since) < Date.parse(now)'],
    why: 'Where they are the same moment, it does not matter which of the two is told.',
  },
  {
    file: 'shared/domain/retention.ts',
    mutants: [
      'one.slot < other.slot → one.slot <= other.slot',
      'one.imageId < other.imageId → one.imageId <= other.imageId',
    ],
    why: 'They differ there: no two images have one id.',
  },
  {
    file: 'shared/domain/selection.ts',
    mutants: ['\'\' → "Stryker was here!"'],
    why: 'What is split has at least one part.',
  },
  {
    file: 'shared/domain/naming.ts',
    mutants: ['text === undefined → false'],
    why: '`undefined` is then read as a text, which is no slot either; the compiler does not know.',
  },
  {
    file: 'shared/domain/policy.ts',
    mutants: ['/^arn:[^:]+:kms:([^:]+):/ → /arn:[^:]+:kms:([^:]+):/', '\'\' → "Stryker was here!"'],
    why: 'Neither an id nor an alias of a key has colons; without a key there is no Region of it.',
  },
  {
    file: 'shared/domain/policy.ts',
    mutants: ['policy.share?.accounts → policy.share.accounts'],
    why: 'It stands within the loop over these accounts.',
  },
  {
    file: 'shared/domain/rescue.ts',
    mutants: ['/^(?:[^:]*:){6}[^:/]*/ → /(?:[^:]*:){6}[^:/]*/'],
    why: 'A text with six colons fits from its beginning, and no other fits at all.',
  },
  {
    file: 'shared/domain/tags.ts',
    mutants: ['left < right → left <= right'],
    why: 'No resource has two tags of one key.',
  },
  {
    file: 'shared/runtime/brief.ts',
    mutants: ['\'\' → "Stryker was here!"'],
    why: 'A text without a line of a place is as good as none.',
  },
  {
    file: 'shared/runtime/as-task.ts',
    mutants: ['{ timeoutEarlyInMillis: 0 } → {}'],
    why: 'It saves a timer in every call; Step Functions ends what takes too long before that timer would matter.',
  },
];
