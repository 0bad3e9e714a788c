/** KMS keys of one Region, as far as images need them. */
export interface KeyRecord {
  arn: string;
  aliases: string[];
  /** False: disabled, or not ours to use; what needs it fails later, not at once. */
  usable: boolean;
}

export interface KeyStore {
  /** The key that EBS uses when none is named. */
  readonly defaultArn: string;
  /** Adds a customer key, by `alias/name`, key ID or ARN; returns its ARN. */
  add(name: string, options?: { usable?: boolean }): string;
  /** By key ID, alias, key ARN or alias ARN. */
  find(name: string): KeyRecord | undefined;
}

export function keyStore(region: string, accountId: string, newKeyId: () => string): KeyStore {
  const keys: KeyRecord[] = [];
  const arnStart = `arn:aws:kms:${region}:${accountId}:`;
  const add: KeyStore['add'] = (name, options = {}) => {
    const isAlias = name.includes('alias/');
    const keyId = isAlias ? newKeyId() : name.slice(name.lastIndexOf('/') + 1);
    const aliases = isAlias ? [name.slice(name.indexOf('alias/'))] : [];
    keys.push({ arn: `${arnStart}key/${keyId}`, aliases, usable: options.usable ?? true });
    return `${arnStart}key/${keyId}`;
  };
  return {
    defaultArn: add('alias/aws/ebs'),
    add,
    find: (name) =>
      keys.find(
        (key) =>
          key.arn === name ||
          key.arn === `${arnStart}key/${name}` ||
          key.aliases.some((alias) => alias === name || `${arnStart}${alias}` === name),
      ),
  };
}
