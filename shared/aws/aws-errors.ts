import { type ErrorName, isLifecycleError, LifecycleError, withoutEncoded } from '../domain/errors.ts';

/**
 * AWS's error codes, in our words. EC2 models no exceptions, so the code is the error's name; its message may change at
 * any time and is for people only. What is not listed is not expected, and passes through unchanged.
 */
const meanings: Readonly<Record<string, ErrorName>> = {
  RequestLimitExceeded: 'AwsThrottled',
  Throttling: 'AwsThrottled',
  ThrottlingException: 'AwsThrottled',
  ThrottledException: 'AwsThrottled',
  EC2ThrottledException: 'AwsThrottled',
  TooManyRequestsException: 'AwsThrottled',
  TooManyUpdates: 'AwsThrottled',
  SlowDown: 'AwsThrottled',
  ConcurrentTagAccess: 'AwsThrottled',
  SnapshotCreationPerVolumeRateExceeded: 'AwsThrottled',
  InternalError: 'AwsUnavailable',
  InternalFailure: 'AwsUnavailable',
  InternalServerError: 'AwsUnavailable',
  Unavailable: 'AwsUnavailable',
  ServiceUnavailable: 'AwsUnavailable',
  TimeoutError: 'AwsUnavailable',
  RequestTimeout: 'AwsUnavailable',
  RequestExpired: 'AwsUnavailable',
  InsufficientInstanceCapacity: 'CapacityUnavailable',
  InsufficientHostCapacity: 'CapacityUnavailable',
  InsufficientCapacityOnHost: 'CapacityUnavailable',
  InsufficientReservedInstanceCapacity: 'CapacityUnavailable',
  IncompatibleHostRequirements: 'CapacityUnavailable',
  InsufficientFreeAddressesInSubnet: 'CapacityUnavailable',
  InstanceLimitExceeded: 'CapacityUnavailable',
  VcpuLimitExceeded: 'CapacityUnavailable',
  ResourceLimitExceeded: 'QuotaExceeded',
  ConcurrentSnapshotLimitExceeded: 'QuotaExceeded',
  PendingSnapshotLimitExceeded: 'QuotaExceeded',
  SnapshotLimitExceeded: 'QuotaExceeded',
  UnauthorizedOperation: 'AccessDenied',
  AccessDenied: 'AccessDenied',
  AccessDeniedException: 'AccessDenied',
  AuthFailure: 'AccessDenied',
  AuthorizationError: 'AccessDenied',
  OptInRequired: 'AccessDenied',
  // What an input names, and AWS will not even look for.
  'InvalidAMIID.Malformed': 'InputInvalid',
  'InvalidInstanceID.Malformed': 'InputInvalid',
  'InvalidSnapshotID.Malformed': 'InputInvalid',
  InvalidBucketName: 'InputInvalid',
  NoSuchBucket: 'InputInvalid',
  NoSuchKey: 'InputInvalid',
};

/** Codes that say that a thing is changing, gone, or too new to be known. */
const passing = new Set([
  'IncorrectState',
  'InvalidAMIID.NotFound',
  'InvalidAMIID.Unavailable',
  'InvalidInstanceID.NotFound',
  'InvalidSnapshot.NotFound',
  'InvalidState',
]);

/** Codes that say that a thing is not there, or no longer. */
const absence = new Set([
  'ExecutionDoesNotExist',
  'InvalidAMIID.NotFound',
  'InvalidAMIID.Unavailable',
  'InvalidInstanceID.NotFound',
  'InvalidSnapshot.NotFound',
  'InvalidSpotInstanceRequestID.NotFound',
  'InvalidVolume.NotFound',
  'NoSuchKey',
  'NoSuchUpload',
  'NotFound',
  'ParameterNotFound',
]);

/**
 * Makes an AWS call and gives its failure one of our names where it has one.
 * @param operation what was called and on what, for the message: `StopInstances i-0abc`
 */
export async function calling<Output>(operation: string, call: () => Promise<Output>): Promise<Output> {
  try {
    return await call();
  } catch (error) {
    throw translated(operation, error);
  }
}

/**
 * As `calling`, on what was read just before: where AWS says that it is not as it was shown, looking again tells.
 * @throws AwsUnavailable
 */
export async function callingOnShown<Output>(operation: string, call: () => Promise<Output>): Promise<Output> {
  try {
    return await call();
  } catch (error) {
    throw translated(operation, error, passing);
  }
}

/** As `calling`, but what is not there is `undefined`. */
export async function callingForMaybe<Output>(
  operation: string,
  call: () => Promise<Output>,
): Promise<Output | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Error && absence.has(error.name)) return undefined;
    throw translated(operation, error);
  }
}

/**
 * What AWS always tells. An answer without it is no answer: nothing may be concluded from a gap, least of all that a thing is
 * not in use, not held or not there.
 * @param what the field, as in `DescribeImages: ImageId`
 * @throws AwsUnavailable
 */
export function told<Value>(value: Value | null | undefined, what: string): Value {
  if (value !== undefined && value !== null && value !== '') return value;
  throw new LifecycleError('AwsUnavailable', `The answer of AWS lacks ${what}.`, { lacks: what });
}

/** Whether an error, translated or not, carries one of AWS's codes. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  const original = isLifecycleError(error) ? error.cause : error;
  return original instanceof Error && codes.includes(original.name);
}

function translated(operation: string, error: unknown, retried: ReadonlySet<string> = new Set()): unknown {
  if (!(error instanceof Error) || isLifecycleError(error)) return error;
  const name =
    meanings[error.name] ??
    (retried.has(error.name) || isServerFault(error) || isNetworkFault(error) ? 'AwsUnavailable' : undefined) ??
    (isNamelessDenial(error) ? 'AccessDenied' : undefined);
  if (!name) return error;
  return new LifecycleError(
    name,
    `${operation}: ${withoutEncoded(error.message)}`,
    { operation, awsCode: error.name },
    error,
  );
}

/** Behind a proxy a 5xx may come as HTML, with no code to go by. */
function isServerFault(error: Error): boolean {
  return '$metadata' in error && statusOf(error.$metadata) >= 500;
}

/** The answer to a HEAD has no body, so no code: the SDK calls it `Unknown`. */
function isNamelessDenial(error: Error): boolean {
  return error.name === 'Unknown' && '$metadata' in error && statusOf(error.$metadata) === 403;
}

function statusOf(metadata: unknown): number {
  return typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
    ? Number(metadata.httpStatusCode)
    : 0;
}

function isNetworkFault(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string' && /^(E[A-Z_]+|ERR_.+)$/.test(error.code);
}
