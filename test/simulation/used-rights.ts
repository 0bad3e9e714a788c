import type { Server } from '../../explore/servers.ts';
import type { Right, Rights } from '../../simulator/iam/rights.ts';

/** A right of several stories at once: resources differ by policy, and are the same to whoever reads function.yml. */
const nameOf = ({ role, action, resources, condition }: Right): string =>
  [role, action, kindsOf(resources), condition].join(' | ');

/** What kind of thing an ARN names: buckets and their objects, images, parameters, topics. */
function kindsOf(resources: readonly string[]): string {
  const kinds = resources.map((resource) => {
    const [, , service = '*', , , ...rest] = resource.split(':');
    const [kind = '', ...path] = rest.join(':').split('/');
    if (service === 'sns') return 'sns topic';
    return service === 's3' ? `s3 ${kind}${path.length > 0 ? ' objects' : ''}` : `${service} ${kind}`;
  });
  return [...new Set(kinds)].join();
}

/** Rights that no story used, and those that one did. */
export function rightsOver(all: readonly Rights[]): { used: Right[]; unused: Right[] } {
  const usedBy = new Map<string, { right: Right; isUsed: boolean }>();
  for (const right of all.flatMap((rights) => rights.all())) {
    const name = nameOf(right);
    usedBy.set(name, { right, isUsed: right.isUsed || usedBy.get(name)?.isUsed === true });
  }
  const rights = [...usedBy.values()];
  return {
    used: rights.filter(({ isUsed }) => isUsed).map(({ right }) => right),
    unused: rights.filter(({ isUsed }) => !isUsed).map(({ right }) => right),
  };
}

/** Encrypts a server's volumes under that key of a customer. */
export function encryptedUnder(keyArn: string, { volumes, ...rest }: Server): Server {
  return { ...rest, volumes: volumes.map((volume) => ({ ...volume, Encrypted: true, KmsKeyId: keyArn })) };
}
