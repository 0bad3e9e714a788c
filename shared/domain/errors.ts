import { shortened } from './visible.ts';

/**
 * What a workflow does with an error. `retry`: the same call may well pass later, so the state retries it.
 * `refuse`: nothing was done, on purpose; people are told. `abort`: the capture cannot go on; what was stopped is
 * restarted, the execution fails, and an alarm rings.
 */
export type Disposition = 'retry' | 'refuse' | 'abort';

interface CatalogueEntry {
  readonly disposition: Disposition;
  readonly meaning: string;
  readonly remedy: string;
}

/**
 * Every error that a task throws on purpose. The names are matched as strings by the workflows' Retry and Catch, so a
 * name is an interface: never rename one without its definitions.
 */
export const errorCatalogue = {
  AwsThrottled: {
    disposition: 'retry',
    meaning: 'AWS answered that too many requests were made.',
    remedy: 'Nothing: the workflow waits and tries again. If it persists, lower the concurrency of the policy.',
  },
  AwsUnavailable: {
    disposition: 'retry',
    meaning: 'AWS did not answer, answered with a server error, or does not show a change yet.',
    remedy: 'Nothing: the workflow waits and tries again. If it persists, look at the AWS Health Dashboard.',
  },
  CapacityUnavailable: {
    disposition: 'retry',
    meaning: 'AWS has no room at present to start the instance.',
    remedy:
      'The start is retried for hours. To have it back sooner, change its type or start it elsewhere from an image.',
  },
  QuotaExceeded: {
    disposition: 'retry',
    meaning: 'A quota of the account is used up, such as copies in flight.',
    remedy: 'The workflow waits for room. If it persists, ask AWS for a higher quota.',
  },
  NameTaken: {
    disposition: 'refuse',
    meaning: 'An image of that name exists and is not ours.',
    remedy: 'Rename or deregister the other image; its id is in the details.',
  },
  ImageDisabled: {
    disposition: 'refuse',
    meaning: 'Somebody disabled the image before it was copied.',
    remedy:
      'Nothing, if it is not wanted. Otherwise enable it and copy it by hand; the next capture is copied as ever.',
  },
  ShareRefused: {
    disposition: 'refuse',
    meaning: 'The image cannot be shared as the policy asks.',
    remedy: 'The details say why: use a customer-managed key, or do not make this image public.',
  },
  EvidenceIncomplete: {
    disposition: 'refuse',
    meaning: 'Whether an image or snapshot is still needed could not be found out in full, so it was left alone.',
    remedy: 'The details name the call. Grant the right that is missing; the next run goes on by itself.',
  },
  BlastRadiusExceeded: {
    disposition: 'refuse',
    meaning: 'A run would take away more images than the policy allows, so it took away none.',
    remedy: 'Read the plan. If that is what you want, raise maxPerRun or maxPercentPerRun for one run.',
  },
  ArchiveRefused: {
    disposition: 'refuse',
    meaning: 'The image cannot be archived to S3.',
    remedy: 'The details say why. The image is kept; archive other images, or take archive out of the policy.',
  },
  ImageHeld: {
    disposition: 'refuse',
    meaning: 'Something beyond our reach holds the image or its snapshot, such as a lock.',
    remedy: 'The details say what; release it, and the next run goes on by itself.',
  },
  InputInvalid: {
    disposition: 'abort',
    meaning: 'A task was given an input that it does not understand.',
    remedy: 'The message names the path and the problem; mend what started the workflow.',
  },
  PolicyInvalid: {
    disposition: 'abort',
    meaning: 'The policy does not fit its schema, or not this Region.',
    remedy: 'Run `ami-lifecycle policies check`, mend the file, and push or deploy it.',
  },
  PolicyNotFound: {
    disposition: 'abort',
    meaning: 'No policy of that name is known.',
    remedy: 'Correct the name in the tag or the schedule, or deploy the policy.',
  },
  AccessDenied: {
    disposition: 'abort',
    meaning: "AWS refused the call: the function's role lacks the right, or a key's policy does.",
    remedy: 'The message names the call; grant the right in the function.yml of that function or in the key policy.',
  },
  ImageFailed: {
    disposition: 'abort',
    meaning: 'AWS could not make the image, twice.',
    remedy: "The details carry AWS's reason. Look at the volumes and their keys, then capture again.",
  },
  ArchiveFailed: {
    disposition: 'abort',
    meaning: 'AWS could not archive the image, or its object in S3 is not as it should be. The image is kept.',
    remedy: "The details carry AWS's reason. Look at the bucket and its key; the next run tries again.",
  },
  ArchiveNotFound: {
    disposition: 'abort',
    meaning: 'There is no such archive in S3.',
    remedy: 'Correct the bucket and the key; the tag ami-lifecycle:archived-to has them.',
  },
  RestoreFailed: {
    disposition: 'abort',
    meaning: 'AWS could not make an image from the archive.',
    remedy: "The details carry AWS's reason. The archive is untouched; restore again.",
  },
  RestoreDiffers: {
    disposition: 'abort',
    meaning: 'The restored image is billed otherwise, or for another platform, than the one that was archived.',
    remedy: 'Do not launch it before you know why; the image is there, and the details say what differs.',
  },
  StopRefused: {
    disposition: 'abort',
    meaning: 'AWS refuses to stop the instance.',
    remedy: 'The details carry the reason. Use `consistency: crash` for instances that must not stop.',
  },
  StopTimedOut: {
    disposition: 'abort',
    meaning: 'The instance did not stop in time.',
    remedy: 'Look at what keeps its operating system from shutting down; the restart has been asked for.',
  },
  InstanceGone: {
    disposition: 'abort',
    meaning: 'The instance was terminated in the middle of its capture.',
    remedy: 'Nothing is left to do for it; earlier images are untouched.',
  },
  RestartFailed: {
    disposition: 'abort',
    meaning: 'An instance that we stopped does not run again in time, or does not pass its status checks.',
    remedy: 'Start it by hand; its tags say since when it should run. Then look at the state reason in the details.',
  },
} as const satisfies Record<string, CatalogueEntry>;

/** Of a message, and of each text among the details. */
const mostCharacters = 2000;

export type ErrorName = keyof typeof errorCatalogue;

export type ErrorDetails = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/**
 * An error of the catalogue. `name` is an own property with a literal value because bundlers rename classes, and Step
 * Functions matches the name that Lambda reports. `details` is JSON-safe: it ends in logs and notifications.
 */
export class LifecycleError extends Error {
  override readonly name: ErrorName;
  readonly disposition: Disposition;
  readonly details: ErrorDetails;

  constructor(name: ErrorName, message: string, details: ErrorDetails = {}, cause?: unknown) {
    // Both end in the Cause of an execution and in mails, whatever an input or an answer of AWS put into them.
    super(shortened(message, mostCharacters), cause === undefined ? undefined : { cause });
    this.name = name;
    this.disposition = errorCatalogue[name].disposition;
    this.details = Object.fromEntries(
      Object.entries(details).map(([key, value]) => [
        key,
        typeof value === 'string'
          ? shortened(value, mostCharacters)
          : Array.isArray(value)
            ? value.slice(0, 100).map((text) => shortened(text, mostCharacters))
            : value,
      ]),
    );
  }
}

/**
 * A message of AWS without what it encodes: that can be decoded by whoever may, and tells of principals and policies. CloudTrail
 * keeps it. Source: AWS STS, DecodeAuthorizationMessage.
 */
export function withoutEncoded(message: string): string {
  return message.replaceAll(/(Encoded authorization failure message:?\s*)\S+/gi, '$1(left out; CloudTrail has it)');
}

/** Whether `error` is of the catalogue, and of that name if one is given. */
export function isLifecycleError(error: unknown, name?: ErrorName): error is LifecycleError {
  return error instanceof LifecycleError && (name === undefined || error.name === name);
}

/** The sentence for a person in the Cause of a failed task: Lambda puts JSON around an error's message. */
export function sentenceOf(cause: string): string {
  try {
    const parsed: unknown = JSON.parse(cause);
    if (typeof parsed === 'object' && parsed !== null && 'errorMessage' in parsed) return String(parsed.errorMessage);
  } catch {
    // It is a sentence already.
  }
  return cause;
}
