import type { Account } from '../account.ts';
import type { ImageRecord, RegionState } from '../state.ts';
import { slotMsOf } from './lineage.ts';
import { isMadeFrom, isOurs, prefix, tagsOf } from './records.ts';
import type { RetirementRules, RetirementStep } from './retirement.ts';

/** What a policy lets one run do. */
interface Cap {
  /** Images that may take a step. */
  most: number;
  /** Images that may take the same step. */
  ofSameStep: number;
}

interface Run extends Cap {
  images: Set<string>;
  byStep: Map<RetirementStep, Set<string>>;
}

const dayMs = 86_400_000;

/**
 * Counts the images that take a step in a run, which begins with its plan: it is measured when it is made.
 * @param goneLately images that people deregistered a moment ago, so that a plan may have counted them
 */
export function watchCaps(
  account: Account,
  rulesOf: (policyName: string) => readonly RetirementRules[],
  goneLately: () => readonly { region: string; image: ImageRecord }[],
  breach: (found: string) => void,
) {
  const runs = new Map<string, Run>();

  const begin = (policyName: string): Run => {
    const rules = rulesOf(policyName);
    const most = largest(rules.map(({ maxPerRun = Infinity }) => maxPerRun));
    const isShareWatched = rules.length > 0 && rules.every(({ share }) => share !== undefined);
    const ofSameStep = isShareWatched ? ofSameStepIn(imagesOf(policyName), rules) : Infinity;
    const run: Run = { most, ofSameStep, images: new Set(), byStep: new Map() };
    runs.set(policyName, run);
    return run;
  };

  const imagesOf = (policyName: string): Dated[] => {
    const standing = account.regions().flatMap((region) => recordsOf(account.homeRegion, region, policyName));
    const gone = goneLately().filter(({ image }) => tagsOf(image)[`${prefix}policy`] === policyName);
    return [...standing, ...gone].map(({ region, image }) => ({
      lineage: `${region} ${tagsOf(image)[`${prefix}source`]}`,
      atMs: slotMsOf(tagsOf(image)),
    }));
  };

  /** What comes goes: besides the share, as many as were made since the last run, and one for each rule of a lineage. */
  const ofSameStepIn = (images: readonly Dated[], rules: readonly RetirementRules[]): number => {
    const lineages = new Set(images.map(({ lineage }) => lineage)).size;
    return largest(
      rules.map(({ share }) => {
        if (!share) return Infinity;
        const sinceMs = account.clock.now() - share.daysBetweenRuns * dayMs;
        const recent = images.filter(({ atMs }) => atMs > sinceMs).length;
        const ordinary = recent + lineages * share.rulesOfLineage;
        return Math.max(Math.floor((images.length * share.percent) / 100), ordinary);
      }),
    );
  };

  const step = (image: ImageRecord, taken: RetirementStep): void => {
    const policyName = tagsOf(image)[`${prefix}policy`] ?? '';
    const run = runs.get(policyName) ?? begin(policyName);
    const same = (run.byStep.get(taken) ?? new Set()).add(image.id);
    run.byStep.set(taken, same);
    const { size } = run.images.add(image.id);
    if (size > run.most) breach(`${image.id} is number ${size} of ${run.most}.`);
    else if (same.size > run.ofSameStep) {
      breach(`${image.id} is number ${same.size} of ${run.ofSameStep} that may ${taken}.`);
    }
  };

  return { begin, step };
}

interface Dated {
  lineage: string;
  atMs: number;
}

function recordsOf(homeRegion: string, { name, images, imageIndex }: RegionState, policyName: string) {
  return [...imageIndex.under(`tag:${prefix}policy=${policyName}`)].flatMap((id) => {
    const image = images.get(id);
    return image && isOurs(image) && isMadeFrom(homeRegion, name, image) ? [{ region: name, image }] : [];
  });
}

/** Of a policy that is not known nothing is. */
function largest(numbers: readonly number[]): number {
  return numbers.length === 0 ? Infinity : Math.max(...numbers);
}
