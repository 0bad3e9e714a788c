import * as z from 'zod';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { isLifecycleError } from '../../shared/domain/errors.ts';
import { type Holding, holdingOf, holdingSchema } from '../../shared/domain/holdings.ts';
import type { Image, OwnSnapshot } from '../../shared/domain/image.ts';
import { endsWithInstance, isFormerRegion, type Judgement, judgeLineage } from '../../shared/domain/judgement.ts';
import { orphanStage } from '../../shared/domain/orphans.ts';
import {
  actionCounts,
  blastRadius,
  type Decision,
  decide,
  decideWithoutEvidence,
  inOrder,
  isRecent,
  isSharedOtherwise,
  isStepDown,
  type PlanItem,
  type PlanLine,
  partsOf,
  regionsKey,
  type ShareItem,
} from '../../shared/domain/plan.ts';
import { type NamedPolicy, namedPolicySchema } from '../../shared/domain/policy.ts';
import { secondsBetween } from '../../shared/domain/polling.ts';
import { tagKeys } from '../../shared/domain/tags.ts';
import { mayBeShared, type UsageReport } from '../../shared/domain/usage-report.ts';
import { copyingInto, mergedUses, type Uses } from '../../shared/domain/uses.ts';

/** A snapshot without an image may belong to one that is being made; no capture takes as long as this. */
const leftoverSeconds = 7 * 86_400;

const mode = z.enum(['report', 'enforce']);

export const contract = {
  input: z.strictObject({
    executionId: parts.executionId,
    event: z.strictObject({
      policy: z.string().min(1),
      scheduledAt: parts.instant,
      /** `report` writes the plan and touches nothing, whatever the policy says. */
      mode: mode.optional(),
    }),
    now: parts.instant,
  }),
  output: z.strictObject({
    policy: namedPolicySchema,
    mode,
    /** Where every image, verdict and reason is written. */
    plan: z.strictObject({ bucket: z.string(), key: z.string() }),
    /** Images that are shared otherwise than the policy says, and how many. */
    shares: z.strictObject({ bucket: z.string(), key: z.string() }),
    sharesPlanned: z.int().min(0),
    /** What else is to be done, and with how many. */
    items: z.strictObject({ bucket: z.string(), key: z.string() }),
    planned: z.int().min(0),
    images: z.int().min(0),
    kept: z.int().min(0),
    /** What there is in each Region of which all is known. */
    holdings: z.array(holdingSchema),
    /** Images that a use keeps, and no rule. */
    inUse: z.int().min(0),
    /** Images of which EC2 could not say who else uses them, so that it is asked again. */
    failedReports: z.int().min(0),
    /** Regions in which nothing is retired, as not all is known there. */
    incomplete: z.array(z.strictObject({ region: parts.region, reason: z.string() })),
    /** Regions that the policy no longer copies to, with what is left there; where that is denied, with the reason. */
    formerRegions: z.array(
      z.strictObject({ region: parts.region, images: z.int().min(1).nullable(), reason: z.string().nullable() }),
    ),
    /** Why no image may take a step: more would than the policy allows. */
    excess: z.string().nullable(),
    /** What the plan would have and this run does not do, as it only reports or would exceed: `deprecate`, `archive`. */
    withheld: z.record(z.string(), z.int().min(1)),
  }),
  errors: [...awsErrors, 'PolicyNotFound', 'PolicyInvalid'],
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

/** What is known of who uses the images of a Region. */
interface Known {
  uses: Uses;
  reports: ReadonlyMap<string, UsageReport>;
}

interface Ports {
  region: string;
  policies: { find(name: string): Promise<NamedPolicy> };
  instances: { goneOf(instanceIds: readonly string[]): Promise<ReadonlySet<string>> };
  imagesIn: (region: string) => { listOf(policyName: string, homeRegion: string): Promise<Image[]> };
  snapshotsIn: (region: string) => {
    listOf(policyName: string, homeRegion: string): Promise<OwnSnapshot[]>;
    usedOf(snapshotIds: readonly string[]): Promise<ReadonlySet<string>>;
  };
  usesIn: (region: string) => {
    of(images: readonly Image[], depth: { launchTemplateVersions: number }): Promise<Known>;
    mounting(snapshotIds: readonly string[]): Promise<Uses>;
    copying(): Promise<Uses>;
  };
  objects: {
    bucket: string;
    readJsonIfAny(key: string): Promise<unknown>;
    writeJson(key: string, content: unknown): Promise<void>;
  };
}

/** A snapshot without an image. One `used-again` was so before; one `in-use` is mounted, which the plan alone tells. */
interface Leftover {
  region: string;
  snapshotId: string;
  stage: 'due' | 'new' | 'used-again' | 'in-use';
  reasons: readonly string[];
}

/** What is planned for one Region. */
interface RegionPlan {
  lines: PlanLine[];
  items: PlanItem[];
  shares: ShareItem[];
  leftovers: Leftover[];
  lineages: number;
  /** Images made since the last run. */
  recent: number;
  /** Images that a use keeps, and no rule. */
  inUse: number;
  failedReports: number;
  holding: Holding;
  /** What is not known, so that nothing goes; undefined where all is. */
  doubt: string | undefined;
}

/** What holds in all Regions. */
interface Circumstances {
  policy: NamedPolicy;
  now: string;
  copying: { uses: Uses; unknown: readonly string[] };
}

/** What of the plan may be done, and what is held back. */
interface Parts {
  items: PlanItem[];
  shares: ShareItem[];
}

/**
 * Looks at every image of a policy in every one of its Regions, and in those that it copied to before, and writes down what is
 * to become of each, and why. Nothing is changed. In a Region of which something is not known nothing is taken from anybody;
 * the others go on.
 */
export function makePlanRetirement(ports: Ports) {
  const { region: homeRegion, policies, instances, imagesIn, snapshotsIn, usesIn, objects } = ports;

  return async ({ executionId, event, now }: Input): Promise<Output> => {
    const policy = await policies.find(event.policy);
    const regions = [homeRegion, ...policy.copies.map(({ region }) => region)];
    const copying = await copyingInto(regions, (region) => usesIn(region).copying());
    const incomplete: Output['incomplete'] = [];
    const formerRegions: Output['formerRegions'] = [];
    const holdings: Output['holdings'] = [];
    const lines: PlanLine[] = [];
    const items: PlanItem[] = [];
    const shares: ShareItem[] = [];
    const leftovers: Leftover[] = [];
    /** Of the Regions that the policy names: what is left elsewhere is no part of what may go. */
    const named = { total: 0, lineages: 0, recent: 0, inUse: 0, failedReports: 0 };

    for (const region of [...regions, ...(await formerRegionsOf(policy))]) {
      const planned = await planRegion(region, { policy, now, copying });
      for (const line of planned.lines) lines.push(line);
      for (const item of planned.items) items.push(item);
      for (const share of planned.shares) shares.push(share);
      leftovers.push(...planned.leftovers);
      const images = planned.lines.length;
      const { doubt } = planned;
      if (isFormerRegion({ policy, region, homeRegion })) {
        if (doubt !== undefined) formerRegions.push({ region, images: null, reason: doubt });
        else if (images > 0) formerRegions.push({ region, images, reason: null });
        continue;
      }
      if (doubt === undefined) holdings.push(planned.holding);
      else incomplete.push({ region, reason: doubt });
      named.total += images;
      named.lineages += planned.lineages;
      named.recent += planned.recent;
      named.inUse += planned.inUse;
      named.failedReports += planned.failedReports;
    }

    // Every image waits for that answer, wherever it is: without a word people would never learn why.
    for (const region of copying.unknown) {
      const doubted = incomplete.find((each) => each.region === region);
      if (!doubted)
        incomplete.push({ region, reason: `EC2 does not say which images are being copied there; ${alsoWaits}.` });
      else if (regions.length > 1)
        doubted.reason += ` It is also not known which images are being copied there; ${alsoWaits}.`;
    }

    const excess = blastRadius(items, named, policy) ?? null;
    const chosen = event.mode ?? policy.retire?.mode ?? 'enforce';
    const all = { items, shares };
    const { done, withheld } =
      event.mode === 'report'
        ? { done: { items: [], shares: [] }, withheld: all }
        : chosen === 'report' || excess !== null
          ? harmlessOf(all)
          : { done: { items: [...items, ...notesOn(leftovers)], shares }, withheld: { items: [], shares: [] } };
    const withheldCounts = actionCounts(withheld.items, withheld.shares);

    const directory = `runs/${executionId.split(':').at(-1) ?? executionId}`;
    const planKey = `${directory}/plan.json`;
    await objects.writeJson(planKey, {
      policy: policy.name,
      scheduledAt: event.scheduledAt,
      plannedAt: now,
      mode: chosen,
      excess,
      withheld: withheldCounts,
      incomplete,
      formerRegions,
      images: lines,
      leftoverSnapshots: leftovers,
    });
    const sharesKey = `${directory}/shares.json`;
    await objects.writeJson(sharesKey, done.shares);
    const itemsKey = `${directory}/items.json`;
    await objects.writeJson(itemsKey, inOrder(done.items));
    return {
      policy,
      mode: chosen,
      plan: { bucket: objects.bucket, key: planKey },
      shares: { bucket: objects.bucket, key: sharesKey },
      sharesPlanned: done.shares.length,
      items: { bucket: objects.bucket, key: itemsKey },
      planned: done.items.length,
      images: lines.length,
      kept: lines.filter(({ verdict }) => verdict === 'keep').length,
      holdings,
      inUse: named.inUse,
      failedReports: named.failedReports,
      incomplete,
      formerRegions,
      excess,
      withheld: withheldCounts,
    };
  };

  /**
   * Regions that the policy names no more. Every one that it ever named is kept in mind for ever, as what was shared there
   * would stay shared unseen.
   */
  async function formerRegionsOf(policy: NamedPolicy): Promise<string[]> {
    const key = regionsKey(policy.name);
    const known = z.array(parts.region).parse((await objects.readJsonIfAny(key)) ?? []);
    const added = policy.copies.map(({ region }) => region).filter((region) => !known.includes(region));
    if (added.length > 0) await objects.writeJson(key, [...known, ...added]);
    return known.filter((region) => isFormerRegion({ policy, region, homeRegion }));
  }

  /** By itself, so that its images are forgotten before the next Region's are listed and the plan is written. */
  async function planRegion(region: string, { policy, now, copying }: Circumstances): Promise<RegionPlan> {
    let doubt: string | undefined;
    /** What AWS refuses to say is not known. Then nothing goes, so nothing more is asked. */
    const ask = async <Answer>(question: () => Promise<Answer>): Promise<Answer | undefined> => {
      if (doubt !== undefined) return undefined;
      try {
        return await question();
      } catch (error) {
        if (!isLifecycleError(error, 'EvidenceIncomplete') && !isLifecycleError(error, 'AccessDenied')) throw error;
        doubt = error.message;
        return undefined;
      }
    };

    const isFormer = isFormerRegion({ policy, region, homeRegion });
    const images = (await ask(() => imagesIn(region).listOf(policy.name, homeRegion))) ?? [];
    const lineages = Map.groupBy(images, ({ tags }) => tags[tagKeys.source] ?? '');
    const instanceIds = [...lineages.keys()].filter((instanceId) => instanceId !== '');
    const gone =
      endsWithInstance(policy) && !isFormer ? await ask(() => instances.goneOf(instanceIds)) : new Set<string>();
    // Before the rules are asked: what they say of 50,000 images takes memory, as the list of their snapshots does.
    const leftovers =
      policy.retire && !isFormer ? ((await ask(() => leftoversIn(region, images, { policy, now }))) ?? []) : [];
    const judgements = [...lineages].flatMap(([instanceId, lineage]) => {
      // What stays though its instance be gone stays for sure.
      const isSourceGone = gone?.has(instanceId) ?? true;
      return judgeLineage(lineage, { policy, region, homeRegion, now, isSourceGone });
    });
    const known = await ask(() => usesOf(policy, region, judgements));
    const uses = mergedUses(copying.uses, known?.uses ?? new Map());

    const plan: RegionPlan = {
      lines: [],
      items: [],
      shares: [],
      leftovers: [],
      lineages: lineages.size,
      recent: images.filter((image) => policy.retire && isRecent(image, policy.retire, now)).length,
      inUse: 0,
      failedReports: 0,
      holding: holdingOf(region, images, now),
      doubt,
    };
    for (const judgement of judgements) {
      const { image } = judgement;
      const isCandidate = judgement.keeps.length === 0;
      const report = known?.reports.get(image.imageId);
      const evidence = {
        // Who uses what stays anyway is not asked, so it is not said either.
        uses: isCandidate ? (uses.get(image.imageId) ?? []) : [],
        silentRegions: copying.unknown,
        isShared: mayBeShared(image, report),
        report,
      };
      const decision = known ? decide(judgement, evidence, policy, now) : decideWithoutEvidence(judgement);
      addTo(plan, image, { decision, region, policy });
      if (known && evidence.uses.length > 0) plan.inUse++;
      if (decision.step === 'ask-for-report' && report?.state === 'error') plan.failedReports++;
    }
    if (known) {
      plan.leftovers = leftovers;
      plan.items.push(...leftovers.filter(({ stage }) => stage === 'due').map(itemOf));
    }
    return plan;
  }

  /**
   * Snapshots of ours that no image of anybody uses any more, and that nobody mounts: left by a run cut short, or by whoever
   * deregistered the image. Whoever wants one to stay holds it. Those in their grace are left out: of them all is said.
   */
  async function leftoversIn(
    region: string,
    images: readonly Image[],
    { policy, now }: Pick<Circumstances, 'policy' | 'now'>,
  ): Promise<Leftover[]> {
    const known = new Set(images.flatMap(({ snapshotIds }) => snapshotIds));
    const suspects = (await snapshotsIn(region).listOf(policy.name, homeRegion))
      .filter(({ isHeld }) => !isHeld)
      .filter(
        ({ snapshotId, startedAt, orphanedSince }) =>
          orphanedSince !== undefined || (!known.has(snapshotId) && secondsBetween(startedAt, now) > leftoverSeconds),
      );
    const asked = suspects.map(({ snapshotId }) => snapshotId).filter((snapshotId) => !known.has(snapshotId));
    const used = asked.length > 0 ? await snapshotsIn(region).usedOf(asked) : new Set<string>();
    const mounted = asked.length > 0 ? await usesIn(region).mounting(asked) : new Map<string, string[]>();
    return suspects.flatMap(({ snapshotId, orphanedSince }): Leftover[] => {
      if (known.has(snapshotId) || used.has(snapshotId) || mounted.has(snapshotId)) {
        const reasons = mounted.get(snapshotId) ?? [];
        if (orphanedSince !== undefined) return [{ region, snapshotId, stage: 'used-again', reasons }];
        return reasons.length > 0 ? [{ region, snapshotId, stage: 'in-use', reasons }] : [];
      }
      const stage = orphanStage(orphanedSince, policy.retire?.graceDays ?? 0, now);
      return stage === 'waiting' ? [] : [{ region, snapshotId, stage, reasons: [] }];
    });
  }

  /** Only candidates are asked about: what no rule keeps, images in their grace among them. */
  async function usesOf({ retire }: NamedPolicy, region: string, judgements: readonly Judgement[]): Promise<Known> {
    const candidates = judgements.filter(({ keeps }) => keeps.length === 0).map(({ image }) => image);
    if (!retire || candidates.length === 0) return { uses: new Map(), reports: new Map() };
    return usesIn(region).of(candidates, { launchTemplateVersions: retire.launchTemplateVersions });
  }
}

function itemOf({ region, snapshotId }: Leftover): PlanItem {
  return { region, imageId: null, archive: false, step: null, snapshotIds: [snapshotId] };
}

/** What is only written down on snapshots: nothing goes, so no cap counts it. */
function notesOn(leftovers: readonly Leftover[]): PlanItem[] {
  return leftovers.filter(({ stage }) => stage === 'new' || stage === 'used-again').map(itemOf);
}

const alsoWaits = 'what could be taken elsewhere waits for that, too';

/** Writes down what becomes of one image. */
function addTo(
  plan: RegionPlan,
  image: Image,
  { decision, region, policy }: { decision: Decision; region: string; policy: NamedPolicy },
): void {
  const { verdict, reasons, archive, step } = decision;
  const { imageId, name } = image;
  const share = isSharedOtherwise(image, policy);
  const actions = [archive ? 'archive' : '', share ? 'share' : '', step ?? ''].filter((action) => action !== '');
  plan.lines.push({ region, imageId, name, verdict, reasons, actions });
  if (share) plan.shares.push({ region, imageId });
  if (!archive && step === null) return;
  plan.items.push({ region, imageId, archive, step, snapshotIds: isStepDown(step) ? [...image.snapshotIds] : [] });
}

/** What is done though the rest is held back: access is given and taken as the policy says, and what is wanted comes back. */
function harmlessOf({ items, shares }: Parts): { done: Parts; withheld: Parts } {
  const parted = items.map(partsOf);
  return {
    done: { items: parted.flatMap(({ harmless }) => harmless), shares },
    withheld: { items: parted.flatMap(({ other }) => other), shares: [] },
  };
}
