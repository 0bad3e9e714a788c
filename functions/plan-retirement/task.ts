import * as z from 'zod';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { isLifecycleError } from '../../shared/domain/errors.ts';
import { holdingOf, holdingSchema } from '../../shared/domain/holdings.ts';
import type { Image, OwnSnapshot } from '../../shared/domain/image.ts';
import { endsWithInstance, type Judgement, judgeLineage } from '../../shared/domain/judgement.ts';
import {
  actionCounts,
  blastRadius,
  copyDoubts,
  decide,
  isSharedOtherwise,
  isStepDown,
  type PlanItem,
  type PlanLine,
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
    items: z.strictObject({ bucket: z.string(), key: z.string() }),
    planned: z.int().min(0),
    images: z.int().min(0),
    kept: z.int().min(0),
    /** What there is in each Region of which all is known. */
    holdings: z.array(holdingSchema),
    /** Images that a use keeps, and no rule. */
    inUse: z.int().min(0),
    /** Regions in which nothing is touched, as not all is known there. */
    incomplete: z.array(z.strictObject({ region: parts.region, reason: z.string() })),
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
  imagesIn: (region: string) => { listOf(policyName: string): Promise<Image[]> };
  snapshotsIn: (region: string) => {
    listOf(policyName: string): Promise<OwnSnapshot[]>;
    usedOf(snapshotIds: readonly string[]): Promise<ReadonlySet<string>>;
  };
  usesIn: (region: string) => {
    of(imageIds: readonly string[], depth: { launchTemplateVersions: number }): Promise<Known>;
    copying(): Promise<Uses>;
  };
  objects: { bucket: string; writeJson(key: string, content: unknown): Promise<void> };
}

/** What is known of one Region: its images with what the rules say, and snapshots without an image. */
interface Inventory {
  judgements: Judgement[];
  lineages: number;
  leftoverSnapshotIds: string[];
}

/**
 * Looks at every image of a policy in every one of its Regions, and writes down what is to become of each, and why. Nothing
 * is changed. A Region of which something is not known is left alone; the others go on.
 */
export function makePlanRetirement(ports: Ports) {
  const { region: homeRegion, policies, instances, imagesIn, snapshotsIn, usesIn, objects } = ports;

  return async ({ executionId, event, now }: Input): Promise<Output> => {
    const policy = await policies.find(event.policy);
    const regions = [homeRegion, ...policy.copies.map(({ region }) => region)];
    const incomplete: Output['incomplete'] = [];
    const copying = await copyingInto(regions, (region) => usesIn(region).copying());
    const holdings: Output['holdings'] = [];
    const lines: PlanLine[] = [];
    const items: PlanItem[] = [];
    let lineages = 0;
    let inUse = 0;

    for (const region of regions) {
      try {
        const planned = await planRegion(policy, region, now, copying);
        for (const line of planned.lines) lines.push(line);
        for (const item of planned.items) items.push(item);
        lineages += planned.lineages;
        inUse += planned.inUse;
        holdings.push(planned.holding);
      } catch (error) {
        if (!isLifecycleError(error, 'EvidenceIncomplete') && !isLifecycleError(error, 'AccessDenied')) throw error;
        incomplete.push({ region, reason: error.message });
      }
    }

    const chosen = event.mode ?? policy.retire?.mode ?? 'enforce';
    const excess = (policy.retire && blastRadius(items, { total: lines.length, lineages }, policy.retire)) ?? null;
    // Access is taken back at once, also where nothing else is touched.
    const isOnlyShared = chosen === 'report' || excess !== null;
    const effective = event.mode === 'report' ? [] : isOnlyShared ? items.flatMap(sharingOnly) : items;
    const withheld =
      event.mode === 'report' ? items : isOnlyShared ? items.map((item) => ({ ...item, share: false })) : [];
    const directory = `runs/${executionId.split(':').at(-1) ?? executionId}`;
    const planKey = `${directory}/plan.json`;
    await objects.writeJson(planKey, {
      policy: policy.name,
      scheduledAt: event.scheduledAt,
      plannedAt: now,
      mode: chosen,
      excess,
      withheld: actionCounts(withheld),
      incomplete,
      images: lines,
      leftoverSnapshots: items.flatMap(({ region, imageId, snapshotIds }) =>
        imageId === null ? snapshotIds.map((snapshotId) => ({ region, snapshotId })) : [],
      ),
    });
    const itemsKey = `${directory}/items.json`;
    await objects.writeJson(itemsKey, effective);
    return {
      policy,
      mode: chosen,
      plan: { bucket: objects.bucket, key: planKey },
      items: { bucket: objects.bucket, key: itemsKey },
      planned: effective.length,
      images: lines.length,
      kept: lines.filter(({ verdict }) => verdict === 'keep').length,
      holdings,
      inUse,
      incomplete,
      excess,
      withheld: actionCounts(withheld),
    };
  };

  /** By itself, so that its images are forgotten before the next Region's are listed and the plan is written. */
  async function planRegion(
    policy: NamedPolicy,
    region: string,
    now: string,
    copying: { uses: Uses; unknown: readonly string[] },
  ) {
    const { judgements, lineages, leftoverSnapshotIds } = await inventory(policy, region, now);
    const known = await usesOf(policy, region, judgements);
    const uses = mergedUses(copying.uses, known.uses);
    const lines: PlanLine[] = [];
    const items: PlanItem[] = [];
    let inUse = 0;
    for (const judgement of judgements) {
      const { image, keeps } = judgement;
      const used = [...(uses.get(image.imageId) ?? []), ...copyDoubts(image, copying.unknown)];
      const report = known.reports.get(image.imageId);
      const { line, item } = entryOf(judgement, used, { report, policy, region, now });
      lines.push(line);
      if (item) items.push(item);
      if (keeps.length === 0 && used.length > 0) inUse++;
    }
    for (const snapshotId of leftoverSnapshotIds) {
      items.push({ region, imageId: null, archive: false, share: false, step: null, snapshotIds: [snapshotId] });
    }
    const images = judgements.map(({ image }) => image);
    return { lines, items, lineages, inUse, holding: holdingOf(region, images, now) };
  }

  async function inventory(policy: NamedPolicy, region: string, now: string): Promise<Inventory> {
    const images = await imagesIn(region).listOf(policy.name);
    const lineages = Map.groupBy(images, ({ tags }) => tags[tagKeys.source] ?? '');
    const instanceIds = [...lineages.keys()].filter((instanceId) => instanceId !== '');
    const gone = endsWithInstance(policy) ? await instances.goneOf(instanceIds) : new Set<string>();
    // Before the rules are asked: what they say of 50,000 images takes memory, as the list of their snapshots does.
    const leftoverSnapshotIds = policy.retire ? await leftovers(policy, region, images, now) : [];
    return {
      judgements: [...lineages].flatMap(([instanceId, lineage]) =>
        judgeLineage(lineage, { policy, region, homeRegion, now, isSourceGone: gone.has(instanceId) }),
      ),
      lineages: lineages.size,
      leftoverSnapshotIds,
    };
  }

  /**
   * Snapshots of ours that no image uses any more, whosever image: what a run left that was cut short, or a person who
   * deregistered the image. Whoever wants one to stay holds it.
   */
  async function leftovers(
    policy: NamedPolicy,
    region: string,
    images: readonly Image[],
    now: string,
  ): Promise<string[]> {
    const known = new Set(images.flatMap(({ snapshotIds }) => snapshotIds));
    const suspects = (await snapshotsIn(region).listOf(policy.name))
      .filter(({ snapshotId, isHeld }) => !known.has(snapshotId) && !isHeld)
      .filter(({ startedAt }) => secondsBetween(startedAt, now) > leftoverSeconds)
      .map(({ snapshotId }) => snapshotId);
    const used = suspects.length > 0 ? await snapshotsIn(region).usedOf(suspects) : new Set<string>();
    return suspects.filter((snapshotId) => !used.has(snapshotId));
  }

  /** Only candidates are asked about: of 50,000 images, that is some hundred. */
  async function usesOf({ retire }: NamedPolicy, region: string, judgements: readonly Judgement[]): Promise<Known> {
    const candidates = judgements.filter(({ keeps }) => keeps.length === 0).map(({ image }) => image.imageId);
    if (!retire || candidates.length === 0) return { uses: new Map(), reports: new Map() };
    return usesIn(region).of(candidates, { launchTemplateVersions: retire.launchTemplateVersions });
  }
}

function entryOf(
  judgement: Judgement,
  used: readonly string[],
  {
    report,
    policy,
    region,
    now,
  }: { report: UsageReport | undefined; policy: NamedPolicy; region: string; now: string },
): { line: PlanLine; item: PlanItem | undefined } {
  const { image, keeps } = judgement;
  // Who uses what stays anyway is not asked, so it is not said either.
  const evidence = { uses: keeps.length === 0 ? used : [], isShared: mayBeShared(image, report), report };
  const { verdict, reasons, archive, step } = decide(judgement, evidence, policy, now);
  const share = isSharedOtherwise(image, policy);
  const actions = [archive ? 'archive' : '', share ? 'share' : '', step ?? ''].filter((action) => action !== '');
  return {
    line: { region, imageId: image.imageId, name: image.name, verdict, reasons, actions },
    item:
      actions.length > 0
        ? {
            region,
            imageId: image.imageId,
            archive,
            share,
            step,
            snapshotIds: isStepDown(step) ? [...image.snapshotIds] : [],
          }
        : undefined,
  };
}

function sharingOnly(item: PlanItem): PlanItem[] {
  return item.share ? [{ ...item, archive: false, step: null, snapshotIds: [] }] : [];
}
