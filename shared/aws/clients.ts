import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';

interface Settings {
  region: string;
  maxAttempts: number;
  cacheMiddleware: boolean;
  requestHandler: { connectionTimeout: number; requestTimeout: number; throwOnRequestTimeout: boolean };
}

/** Puts something under a client, such as a simulated account. */
export type Underlay = (client: EC2Client | S3Client | SSMClient | SNSClient | AutoScalingClient | SFNClient) => void;

declare global {
  /** Global, as it must also be under the clients of a bundled function, which has a copy of this module of its own. */
  var amiLifecycleUnderlay: Underlay | undefined;
}

/** Every client made from now on gets `put` under it. Simulations call this before any function runs. */
export function underEveryClient(put: Underlay): void {
  globalThis.amiLifecycleUnderlay = put;
}

// The clients of one Region for each service; each is made once and kept. Import them as `* as clients`, and a function's
// bundle holds those alone that it uses: of an object, it would hold all.
export const ec2 = /* @__PURE__ */ perRegion((settings) => new EC2Client(settings));
export const autoScaling = /* @__PURE__ */ perRegion((settings) => new AutoScalingClient(settings));
export const s3 = /* @__PURE__ */ perRegion((settings) => new S3Client(settings));
/** S3 answers once it has copied, which for half a gigabyte takes some seconds. */
export const s3ForCopies = /* @__PURE__ */ perRegion((settings) => new S3Client(settings), 120_000);
export const ssm = /* @__PURE__ */ perRegion((settings) => new SSMClient(settings));
export const sns = /* @__PURE__ */ perRegion((settings) => new SNSClient(settings));
export const stepFunctions = /* @__PURE__ */ perRegion((settings) => new SFNClient(settings));

function perRegion<Client extends Parameters<Underlay>[0]>(
  create: (settings: Settings) => Client,
  requestTimeout = 8_000,
) {
  const made = new Map<string, Client>();
  return (region: string): Client => {
    const existing = made.get(region);
    if (existing) return existing;
    const client = create({
      region,
      // The workflow retries, visibly and for hours; the SDK only bridges a hiccup.
      maxAttempts: 2,
      cacheMiddleware: true,
      // Two attempts end well before the function does. Without the last setting the SDK would only warn.
      requestHandler: { connectionTimeout: 3_000, requestTimeout, throwOnRequestTimeout: true },
    });
    // It prepares every input and output for a log, also where none is kept, at a third of the cost of a call.
    client.middlewareStack.remove('loggerMiddleware');
    globalThis.amiLifecycleUnderlay?.(client);
    made.set(region, client);
    return client;
  };
}
