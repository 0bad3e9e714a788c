import * as z from 'zod';
import type { StatusChangeEvent } from '../../engine/index.ts';
import { tagsOf } from '../../shared/aws/tagging.ts';
import { sentenceOf } from '../../shared/domain/errors.ts';
import { tagKeys } from '../../shared/domain/tags.ts';
import type { Account } from '../../simulator/account.ts';
import type { AnsweredCall } from '../../simulator/attempt.ts';
import { actionWord } from './retirement-words.ts';
import type { ItemOutcome, Plan } from './retirements.ts';
import { judged, type VerdictEvent, type WithheldEvent, withheld } from './verdicts.ts';

/** Something that happened to an image. */
export interface LifeEvent {
  atMs: number;
  /** `asked for`, `available`, `copied`, `shared`, `archived`, `deprecated`, …, or a verdict: `kept`, `not wanted`. */
  what: string;
  /** All reasons of a verdict, or where to and with whom. */
  reasons: readonly string[];
}

/** All that is known of one image of this system. */
export interface Life {
  imageId: string;
  region: string;
  name: string;
  policy: string;
  instanceId: string;
  slot: string;
  /** The Region and image that it was made from, or what it was restored from; undefined for a capture. */
  origin: string | undefined;
  /** In the order in which they were heard of. */
  events: (LifeEvent | VerdictEvent | WithheldEvent)[];
}

export interface Lives {
  /** By image id. */
  readonly all: ReadonlyMap<string, Life>;
  /** Takes up the verdicts of a plan and what it withholds, as far as they have changed. */
  planned(plan: Plan): void;
  /** Takes up what a run did about an image. */
  acted(item: ItemOutcome): void;
  /** Takes up the end of an archive or a restore. */
  transferred(machine: 'archive-image' | 'restore-image', detail: StatusChangeEvent['detail']): void;
}

const imageSchema = z.object({ ImageId: z.string() });
const copySchema = z.object({ SourceImageId: z.string(), SourceRegion: z.string() });
const holder = z.object({
  UserId: z.string().optional(),
  Group: z.string().optional(),
  OrganizationArn: z.string().optional(),
  OrganizationalUnitArn: z.string().optional(),
});
const permissionsSchema = z.object({
  ImageId: z.string(),
  LaunchPermission: z.object({ Add: z.array(holder).optional(), Remove: z.array(holder).optional() }).optional(),
});
const archiveStart = z.object({ imageId: z.string() });
const archiveEnd = z.object({ archivedTo: z.string() });
const restoreStart = z.object({ bucket: z.string(), key: z.string() });
const restoreEnd = z.object({ imageId: z.string(), notRestored: z.array(z.string()).default([]) });

/** Follows the images of an account from their captures to their ends, by calls, events and the files of runs. */
export function watchLives(account: Account): Lives {
  const all = new Map<string, Life>();

  const lifeOf = (region: string, imageId: string): Life | undefined => {
    const known = all.get(imageId);
    const description = known ? undefined : account.region(region).images.get(imageId)?.description;
    if (!description) return known;
    const tags = tagsOf(description.Tags);
    const slot = tags[tagKeys.slot];
    if (slot === undefined) return undefined;
    const life: Life = {
      imageId,
      region,
      name: description.Name ?? '',
      policy: tags[tagKeys.policy] ?? '',
      instanceId: tags[tagKeys.source] ?? '',
      slot,
      origin: tags[tagKeys.origin],
      events: [],
    };
    all.set(imageId, life);
    return life;
  };
  const happened = (life: Life | undefined, atMs: number, what: string, reasons: readonly string[] = []): void =>
    void life?.events.push({ atMs, what, reasons });

  for (const region of account.regions()) for (const imageId of region.images.keys()) lifeOf(region.name, imageId);
  account.onCall((call) => {
    if (call.errorCode === undefined) answered(call);
  });
  account.onEvent((event) => {
    if (event['detail-type'] !== 'EC2 AMI State Change') return;
    const { ImageId, State, ErrorMessage } = event.detail;
    if (State !== 'available' && State !== 'failed') return;
    const reasons = State === 'failed' ? [String(ErrorMessage)] : [];
    happened(lifeOf(event.region, String(ImageId)), Date.parse(event.time), State, reasons);
  });

  const answered = ({ operation, region, input, output, caller, atMs }: AnsweredCall): void => {
    if (operation === 'CreateImage') {
      happened(lifeOf(region, imageSchema.parse(output).ImageId), atMs, 'asked for');
    } else if (operation === 'CopyImage') {
      const { SourceImageId, SourceRegion } = copySchema.parse(input);
      const { ImageId } = imageSchema.parse(output);
      const copy = lifeOf(region, ImageId);
      // A repeated request is answered with the same copy.
      if (!copy || copy.events.length > 0) return;
      happened(copy, atMs, 'asked for', [`as a copy of ${SourceImageId} in ${SourceRegion}`]);
      happened(all.get(SourceImageId), atMs, 'copied', [`to ${region} as ${ImageId}`]);
    } else if (operation === 'ModifyImageAttribute') {
      const { ImageId, LaunchPermission } = permissionsSchema.parse(input);
      const { Add = [], Remove = [] } = LaunchPermission ?? {};
      if (Add.length > 0) happened(lifeOf(region, ImageId), atMs, 'shared', [`with ${Add.map(nameOf).join(', ')}`]);
      if (Remove.length > 0) {
        happened(lifeOf(region, ImageId), atMs, 'shared', [`no longer with ${Remove.map(nameOf).join(', ')}`]);
      }
    } else if (operation === 'DeregisterImage' && caller !== 'retire-image') {
      const what = caller === undefined ? 'deregistered' : 'discarded';
      happened(all.get(imageSchema.parse(input).ImageId), atMs, what, [`by ${caller ?? 'hand'}`]);
    }
  };

  return {
    all,
    planned({ plannedAt, images, mode, excess, withheld: kinds }) {
      const atMs = Date.parse(plannedAt);
      const cause = mode === 'report' ? 'mode: report' : `its run was refused: ${excess}`;
      for (const { region, imageId, verdict, reasons, actions } of images) {
        const life = lifeOf(region, imageId);
        if (!life) continue;
        judged(life, { atMs, what: verdict === 'keep' ? 'kept' : 'not wanted', reasons });
        const left = actions
          .filter((action) => action in kinds)
          .map(actionWord)
          .join(', ');
        withheld(life, left === '' ? undefined : { atMs, reasons: [left, cause], kind: `${mode} ${left}` });
      }
    },
    acted({ region, imageId, outcomes, error, message, endedAtMs }) {
      const life = imageId === null ? undefined : lifeOf(region, imageId);
      for (const { outcome, reasons } of outcomes) {
        // Those are heard of when they happen.
        if (outcome === 'archived' || outcome === 'shared') continue;
        const isVerdict = outcome === 'deprecated' || outcome === 'disabled' || outcome === 'deregistered';
        const told = outcome === 'asked' ? ['EC2 who else uses it'] : reasons;
        happened(life, endedAtMs, outcome, isVerdict ? [] : told);
      }
      if (error !== undefined) happened(life, endedAtMs, 'failed', [`${error}: ${message}`]);
    },
    transferred(machine, { status, stopDate, input, output, error, cause }) {
      const atMs = stopDate ?? account.clock.now();
      const failure = status === 'SUCCEEDED' ? undefined : `${error ?? status}: ${sentenceOf(cause ?? '')}`;
      if (machine === 'archive-image') {
        const life = all.get(archiveStart.safeParse(JSON.parse(input ?? 'null')).data?.imageId ?? '');
        if (failure) happened(life, atMs, 'not archived', [failure]);
        else happened(life, atMs, 'archived', [`to ${archiveEnd.parse(JSON.parse(output ?? 'null')).archivedTo}`]);
      } else if (!failure) {
        const { bucket, key } = restoreStart.parse(JSON.parse(input ?? 'null'));
        const { imageId, notRestored } = restoreEnd.parse(JSON.parse(output ?? 'null'));
        const regions = account.regions().map(({ name }) => name);
        const region = regions.find((name) => account.region(name).images.has(imageId)) ?? account.homeRegion;
        const missing = notRestored.map((what) => `without ${what}`);
        happened(lifeOf(region, imageId), atMs, 'restored', [`from s3://${bucket}/${key}`, ...missing]);
      }
    },
  };
}

function nameOf({ UserId, Group, OrganizationArn, OrganizationalUnitArn }: z.output<typeof holder>): string {
  if (Group === 'all') return 'everybody';
  return UserId ?? OrganizationArn ?? OrganizationalUnitArn ?? '';
}
