import * as z from 'zod';
import { archiveAt, isWithin, type LaunchPermission, launchPermissionSchema } from '../../shared/domain/archive.ts';
import {
  isNoted,
  nobody,
  permissionChanges,
  permissionsOf,
  sharedPermissions,
  unsettled,
} from '../../shared/domain/audience.ts';
import { awsErrors, type Contract, parts } from '../../shared/domain/contract.ts';
import { isLifecycleError } from '../../shared/domain/errors.ts';
import type { Image } from '../../shared/domain/image.ts';
import { endsWithInstance, type Judgement, judgeLineage } from '../../shared/domain/judgement.ts';
import { deprecationFrom, isRetiring, pastTense, rungOf, rungTags, rungToNote } from '../../shared/domain/ladder.ts';
import {
  type Decision,
  decide,
  type Evidence,
  isStepDown,
  type PlanStep,
  planSteps,
} from '../../shared/domain/plan.ts';
import { type NamedPolicy, namedPolicySchema, type Step } from '../../shared/domain/policy.ts';
import { foreignTo, type Tags, tagKeys } from '../../shared/domain/tags.ts';
import { isTakenBy, mayBeShared, type UsageReport } from '../../shared/domain/usage-report.ts';
import { copyingInto, mergedUses, type Uses } from '../../shared/domain/uses.ts';

const outcome = z.enum(['deprecated', 'disabled', 'deregistered', 'reinstated', 'noted', 'asked', 'spared', 'gone']);

export const contract = {
  input: z.strictObject({
    executionId: parts.executionId,
    region: parts.region,
    imageId: parts.imageId,
    /** As it was when the run began, which may be days ago. */
    policy: namedPolicySchema,
    /** What the plan said; it is done only if it is still right. */
    step: z.enum(planSteps),
    /** Snapshots of the image when the plan was made. */
    snapshotIds: z.array(parts.snapshotId),
    /** When the step was first tried; `now` is of this attempt, as a grace begins when the step is taken. */
    began: parts.instant,
    now: parts.instant,
  }),
  output: z.strictObject({
    outcome,
    reasons: z.array(z.string()),
    /** Snapshots that are still to go. */
    snapshotIds: z.array(z.string()),
  }),
  errors: [...awsErrors, 'EvidenceIncomplete', 'PolicyInvalid', 'ShareRefused'],
} satisfies Contract<unknown, unknown>;

type Input = z.output<typeof contract.input>;
type Output = z.output<typeof contract.output>;

interface Ports {
  /** Where the images are made. */
  region: string;
  policies: { find(name: string): Promise<NamedPolicy> };
  instances: { goneOf(instanceIds: readonly string[]): Promise<ReadonlySet<string>> };
  imagesIn: (region: string) => {
    describe(imageId: string): Promise<Image | undefined>;
    listOf(policyName: string, homeRegion: string, instanceId: string): Promise<Image[]>;
    writeTags(imageId: string, tags: Tags): Promise<void>;
    removeTags(imageId: string, keys: readonly string[]): Promise<void>;
  };
  retirementIn: (region: string) => {
    deprecate(imageId: string, at: string): Promise<void>;
    cancelDeprecation(imageId: string): Promise<void>;
    disable(imageId: string): Promise<void>;
    enable(imageId: string): Promise<void>;
    deregisterWithSnapshots(imageId: string): Promise<{ snapshotId: string; code: string }[] | undefined>;
    requestUsageReport(imageId: string, at: string): Promise<boolean>;
  };
  sharingIn: (region: string) => {
    launchPermissions(imageId: string): Promise<LaunchPermission[]>;
    changeLaunchPermissions(
      imageId: string,
      changes: { add: readonly LaunchPermission[]; remove: readonly LaunchPermission[] },
    ): Promise<void>;
  };
  usesIn: (region: string) => {
    of(
      images: readonly Image[],
      depth: { launchTemplateVersions: number },
    ): Promise<{ uses: Uses; reports: ReadonlyMap<string, UsageReport> }>;
    copying(): Promise<Uses>;
  };
  snapshotsIn: (region: string) => {
    /** Why those are held that are, by id. */
    holdsOn(snapshotIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  };
  archivesIn: (region: string) => {
    flaw(bucket: string, key: string, imageIds: readonly string[]): Promise<string | undefined>;
  };
  /** Where launch permissions are written down that disabling an image drops. */
  objects: {
    readJsonIfAny(key: string): Promise<unknown>;
    writeJson(key: string, content: unknown): Promise<void>;
    remove(key: string): Promise<void>;
  };
}

/**
 * Takes one step with one image: reads it, its policy and all that speaks for it again, decides again, and acts only if the
 * plan still holds. An image that is wanted after all climbs back up. Repeating it changes nothing.
 */
export function makeRetireImage(ports: Ports) {
  const { region: homeRegion, policies, instances, imagesIn, retirementIn, sharingIn, usesIn, objects } = ports;
  const { snapshotsIn, archivesIn } = ports;

  return async ({ region, imageId, policy: planned, step, snapshotIds, began, now }: Input): Promise<Output> => {
    const images = imagesIn(region);
    const image = await images.describe(imageId);
    if (!image) {
      if (step === 'deregister') await objects.remove(permissionsKey(region, imageId));
      return gone(step, snapshotIds);
    }
    const instanceId = image.tags[tagKeys.source];
    const foreign = foreignTo(image.tags, planned.name, { region, homeRegion });
    if (foreign !== undefined || instanceId === undefined) return answer('spared', [foreign ?? '']);
    // It takes nothing from anybody, so nobody need be asked again.
    if (step === 'ask-for-report') {
      const isUnderWay = await retirementIn(region).requestUsageReport(imageId, began);
      return isUnderWay
        ? answer('asked', [])
        : answer('spared', ['EC2 has no room for a usage report on it at present']);
    }
    const policy = await policyInForce(planned);
    const { judgement, decision, evidence } = await decideAgain(image, instanceId, { region, policy, step, now });
    const { reasons } = decision;
    if (decision.step === 'reinstate') {
      const left = await reinstate(image, region, policy);
      return answer('reinstated', [...reasons, ...left]);
    }
    // A step that was taken, but not written down: the function died in between.
    if (decision.step === 'note-rung') {
      const rung = rungToNote(image, policy, now);
      if (rung !== step) await askBeforehand(image, region, evidence, began);
      const isByHand = rung === 'disable' && rung !== step && (await writtenDown(image, region)) === undefined;
      await images.writeTags(imageId, rungTags(image.tags, { step: rung, since: now, isByHand }));
      return answer(rung === step ? pastTense[rung] : 'noted', reasons);
    }
    // Also where another step was planned: only here is it seen that somebody shared the image by hand.
    if (decision.step === 'ask-for-report') {
      await retirementIn(region).requestUsageReport(imageId, began);
      return answer('asked', reasons);
    }
    const lost = lostOutcome(step, image, { decision, report: evidence.report }, began);
    if (lost) return answer(lost, reasons);
    if (decision.step === null || decision.step !== step) return answer('spared', reasons);
    if (isStepDown(decision.step)) {
      const isWithdrawn = policy.retire?.mode === 'report' && planned.retire?.mode !== 'report';
      if (isWithdrawn) return answer('spared', [...reasons, 'the policy now only reports']);
      if (decision.archive) return answer('spared', [...reasons, 'due for archive, and not archived yet']);
      const obstacle = await obstacleTo(decision.step, judgement, { region, policy });
      if (obstacle) return answer('spared', [...reasons, obstacle]);
    }
    if (decision.step === 'note-source-gone') {
      await images.writeTags(imageId, { [tagKeys.sourceGoneSince]: now });
      return answer('noted', [`its instance ${instanceId} is gone`]);
    }
    return takeStep(decision.step, image, { region, reasons, evidence, began, now, snapshotIds });
  };

  /** One that is gone retires nothing, and shares with nobody. */
  async function policyInForce(planned: NamedPolicy): Promise<NamedPolicy> {
    try {
      return await policies.find(planned.name);
    } catch (error) {
      if (!isLifecycleError(error, 'PolicyNotFound')) throw error;
      const { retire: _retire, share: _share, archive: _archive, ...rest } = planned;
      return rest;
    }
  }

  /** What is looked at only just before a step, as it costs calls of its own. */
  async function obstacleTo(
    step: Step,
    judgement: Judgement,
    { region, policy }: { region: string; policy: NamedPolicy },
  ): Promise<string | undefined> {
    if (step === 'deprecate') return undefined;
    const lost = await lostArchive(judgement, region, policy);
    if (lost || step === 'disable') return lost;
    // Its snapshots would go with it.
    const [held] = await snapshotsIn(region).holdsOn(judgement.image.snapshotIds);
    return held && `its snapshot ${held[0]} is held: ${held[1] || 'no reason given'}`;
  }

  /** People may have deleted an archive since. Without the tag that says otherwise it is due again, where the policy wants one. */
  async function lostArchive(
    { image: { imageId, tags }, isArchiveDue }: Judgement,
    region: string,
    { archive }: NamedPolicy,
  ): Promise<string | undefined> {
    const archivedTo = tags[tagKeys.archivedTo];
    if (archivedTo === undefined) return undefined;
    const at = archiveAt(archivedTo);
    // A restored image has the archive of the one that it was made of.
    const imageIds = [imageId, tags[tagKeys.origin]?.split('/').at(-1) ?? imageId];
    const look = (bucket: string, key: string) => archivesIn(region).flaw(bucket, key, imageIds);
    // The roles see archives only where a policy has its own: elsewhere none need be seen that is due no more.
    const isNeeded = isArchiveDue || isWithin(archive, archivedTo);
    const unseen = (error: unknown): undefined => {
      if (isNeeded || !isLifecycleError(error, 'EvidenceIncomplete')) throw error;
    };
    const flaw = at ? await look(at.bucket, at.key).catch(unseen) : `'${archivedTo}' is no address in S3`;
    if (flaw) await imagesIn(region).removeTags(imageId, [tagKeys.archivedTo]);
    return flaw && `its archive is lost: ${flaw}`;
  }

  async function decideAgain(
    image: Image,
    instanceId: string,
    { region, policy, step, now }: { region: string; policy: NamedPolicy; step: PlanStep; now: string },
  ): Promise<{ judgement: Judgement; decision: Decision; evidence: Evidence }> {
    const lineage = await imagesIn(region).listOf(policy.name, homeRegion, instanceId);
    const others = lineage.filter(({ imageId }) => imageId !== image.imageId);
    const judged = (isSourceGone: boolean): Judgement => {
      const judgements = judgeLineage([...others, image], { policy, region, homeRegion, now, isSourceGone });
      const found = judgements.find((each) => each.image === image);
      if (!found) throw new Error('A judgement of a lineage left one of its images out.');
      return found;
    };
    const isGone = async () => endsWithInstance(policy) && (await instances.goneOf([instanceId])).has(instanceId);
    // What comes back up though its instance be gone does so for sure: nobody who may not answer need be asked.
    const sure = isRetiring(image) ? judged(true) : undefined;
    const judgement = sure && sure.keeps.length > 0 ? sure : judged(await isGone());
    const evidence = judgement.keeps.length === 0 ? await evidenceOn(image, region, policy, step) : noEvidence;
    return { judgement, decision: decide(judgement, evidence, policy, now), evidence };
  }

  async function evidenceOn(image: Image, region: string, policy: NamedPolicy, step: PlanStep): Promise<Evidence> {
    const { imageId } = image;
    const launchTemplateVersions = policy.retire?.launchTemplateVersions ?? 1;
    const regions = [homeRegion, ...policy.copies.map((copy) => copy.region)];
    const { uses, reports } = await usesIn(region).of([image], { launchTemplateVersions });
    const ask = (each: string): Promise<Uses> => usesIn(each).copying();
    // When the plan was made all Regions told. One that is silent now fails the step, as nobody would hear that it waits.
    const copying =
      isStepDown(step) && isTakenBy(step)
        ? { uses: mergedUses(...(await Promise.all(regions.map(ask)))), unknown: [] }
        : await copyingInto(regions, ask);
    const report = reports.get(imageId);
    return {
      uses: [...(uses.get(imageId) ?? []), ...(copying.uses.get(imageId) ?? [])],
      silentRegions: copying.unknown,
      isShared: mayBeShared(image, report) || (await isSharedByHand(image, region)),
      report,
    };
  }

  /** At the beginning of a grace, too: who else uses it is known some hours later, and a short one leaves no time to ask in. */
  async function askBeforehand({ imageId }: Image, region: string, evidence: Evidence, began: string): Promise<void> {
    const { isShared, report } = evidence;
    if (isShared && report?.state !== 'pending') await retirementIn(region).requestUsageReport(imageId, began);
  }

  /** What its tags do not tell. Of a disabled image only what was written down before says whom it was shared with. */
  async function isSharedByHand(image: Image, region: string): Promise<boolean> {
    const { imageId, state } = image;
    if (state === 'available') return (await sharingIn(region).launchPermissions(imageId)).length > 0;
    if (state !== 'disabled') return false;
    const written = await writtenDown(image, region);
    return written === undefined || written.length > 0;
  }

  async function takeStep(
    step: Step,
    image: Image,
    {
      region,
      reasons,
      evidence,
      began,
      now,
      snapshotIds,
    }: Pick<Input, 'region' | 'began' | 'now' | 'snapshotIds'> & { reasons: readonly string[]; evidence: Evidence },
  ): Promise<Output> {
    const { imageId } = image;
    const retirement = retirementIn(region);
    if (step === 'deregister') {
      const left = await unlessHeld(() => retirement.deregisterWithSnapshots(imageId));
      if (left instanceof Error) return answer('spared', [...reasons, left.message]);
      await objects.remove(permissionsKey(region, imageId));
      if (!left) return gone(step, snapshotIds);
      return { outcome: 'deregistered', reasons: [...reasons], snapshotIds: left.map(({ snapshotId }) => snapshotId) };
    }
    if (step === 'deprecate') {
      await askBeforehand(image, region, evidence, began);
      await retirement.deprecate(imageId, deprecationFrom(now));
    } else {
      await writeDown(image, region);
      await retirement.disable(imageId);
    }
    await imagesIn(region).writeTags(imageId, rungTags(image.tags, { step, since: now }));
    return answer(pastTense[step], reasons);
  }

  /**
   * What disabling an image drops. That it is nothing is written, too, as nobody could say so later; but never over what is
   * there: EC2 may show an image as available that an attempt whose answer was lost has just disabled.
   */
  async function writeDown(image: Image, region: string): Promise<void> {
    const permissions = await sharingIn(region).launchPermissions(image.imageId);
    if (permissions.length === 0 && (await writtenDown(image, region)) !== undefined) return;
    await objects.writeJson(permissionsKey(region, image.imageId), permissions);
  }

  /** The way back up; the tags go last, so that a way that was cut short is walked again. */
  async function reinstate(image: Image, region: string, policy: NamedPolicy): Promise<string[]> {
    const { imageId } = image;
    const written = await writtenDown(image, region);
    const staysDisabled = image.state === 'disabled' && isDisabledByHand(image, written);
    if (image.state === 'disabled' && !staysDisabled) {
      // Before it is enabled: what it was shared with is true no longer, and the next run shares it in full.
      if (isNoted(image)) await imagesIn(region).writeTags(imageId, { [tagKeys.audience]: unsettled });
      await retirementIn(region).enable(imageId);
    }
    if (written !== undefined && !staysDisabled) {
      const dropped = written;
      // Whoever was taken out of the policy in the meantime does not come back, not even until the next run.
      const wanted =
        policy.share || isNoted(image) ? sharedPermissions(dropped, permissionsOf(policy.share ?? nobody)) : dropped;
      const present = await sharingIn(region).launchPermissions(imageId);
      const { add } = permissionChanges(present, wanted);
      await sharingIn(region).changeLaunchPermissions(imageId, { add, remove: [] });
    }
    if (image.deprecatesAt !== '') await retirementIn(region).cancelDeprecation(imageId);
    // Before the tags: what stayed behind would be given back the next time, whoever was to lose it since.
    if (written !== undefined) await objects.remove(permissionsKey(region, imageId));
    // One whose capture never came to its end is kept, but not said to be complete.
    if (image.tags[tagKeys.state] !== 'capturing') {
      await imagesIn(region).writeTags(imageId, { [tagKeys.state]: 'complete' });
    }
    await imagesIn(region).removeTags(imageId, [tagKeys.rung, tagKeys.retiringSince]);
    return staysDisabled ? ['a person disabled it, so it stays disabled'] : [];
  }

  /** The launch permissions that we wrote down before we disabled an image; undefined where we did not disable it. */
  async function writtenDown({ imageId }: Image, region: string): Promise<LaunchPermission[] | undefined> {
    const written = await objects.readJsonIfAny(permissionsKey(region, imageId));
    return written === undefined ? undefined : z.array(launchPermissionSchema).parse(written);
  }
}

/** People disable what must not be launched, such as what is found to be vulnerable: that is not undone for them. */
function isDisabledByHand({ tags }: Image, written: LaunchPermission[] | undefined): boolean {
  const rung = rungOf(tags);
  return rung?.step === 'disable' ? rung.isByHand === true : written === undefined;
}

/** Where an image is kept anyway nobody is asked. */
const noEvidence: Evidence = { uses: [], silentRegions: [], isShared: false, report: undefined };

/** What this very step came to before its answer was lost: each attempt has an instant of its own, none before it began. */
function lostOutcome(
  step: Input['step'],
  image: Image,
  { decision, report }: { decision: Decision; report: UsageReport | undefined },
  began: string,
): Output['outcome'] | undefined {
  const isSince = (at = ''): boolean => Date.parse(at) >= Date.parse(began);
  if (step === 'reinstate') return decision.verdict === 'keep' && !isRetiring(image) ? 'reinstated' : undefined;
  if (step === 'note-source-gone') return isSince(image.tags[tagKeys.sourceGoneSince]) ? 'noted' : undefined;
  const rung = rungOf(image.tags);
  if (!rung || !isSince(rung.since)) return isSince(report?.createdAt) && decision.step === null ? 'asked' : undefined;
  if (step === 'note-rung') return 'noted';
  return rung.step === step ? pastTense[rung.step] : undefined;
}

/** What EC2 keeps is reported, and never wrested from whoever protects it. */
async function unlessHeld<Answer>(call: () => Promise<Answer>): Promise<Answer | Error> {
  try {
    return await call();
  } catch (error) {
    if (!isLifecycleError(error, 'ImageHeld')) throw error;
    return error;
  }
}

function permissionsKey(region: string, imageId: string): string {
  return `launch-permissions/${region}/${imageId}.json`;
}

function answer(how: Output['outcome'], reasons: readonly string[]): Output {
  return { outcome: how, reasons: [...reasons], snapshotIds: [] };
}

/** What it leaves behind is ours to clear away only if it was to go: somebody may keep a snapshot on purpose. */
function gone(step: Input['step'], snapshotIds: readonly string[]): Output {
  return {
    outcome: 'gone',
    reasons: ['EC2 no longer knows it'],
    snapshotIds: step === 'deregister' ? [...snapshotIds] : [],
  };
}
