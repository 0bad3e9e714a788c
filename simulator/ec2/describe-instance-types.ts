import type {
  DescribeInstanceTypesCommandInput,
  DescribeInstanceTypesCommandOutput,
  InstanceTypeInfo,
  Tag,
} from '@aws-sdk/client-ec2';
import { copied } from '../copied.ts';
import { type FilterTable, filterTest } from '../filters.ts';
import { operation, operationFile } from '../operation.ts';
import { NotSimulated, refuse } from '../service-failure.ts';

const filters: FilterTable<InstanceTypeInfo> = {
  'instance-type': ({ InstanceType }) => InstanceType,
  'instance-storage-supported': ({ InstanceStorageSupported }) => InstanceStorageSupported,
  'bare-metal': ({ BareMetal }) => BareMetal,
};

/**
 * Knows every type that has the form of one, by the rules of their names; the full list of types is not simulated, so
 * the types must be named.
 */
export const describeInstanceTypes = operation<
  DescribeInstanceTypesCommandInput,
  Omit<DescribeInstanceTypesCommandOutput, '$metadata'>
>({
  parameters: ['InstanceTypes', 'Filters', 'MaxResults', 'NextToken'],
  act(call, input) {
    const unknown = (input.InstanceTypes ?? []).filter((name) => !isTypeName(name));
    if (unknown.length > 0) {
      refuse('InvalidInstanceType', `The following supplied instance types do not exist: [${unknown.join(', ')}]`);
    }
    const filtered = input.Filters?.find(({ Name }) => Name === 'instance-type')?.Values;
    const names = input.InstanceTypes ?? filtered?.filter(isTypeName);
    if (!names || names.some((name) => /[*?]/.test(name))) {
      throw new NotSimulated(
        'DescribeInstanceTypes without exact type names',
        `give InstanceTypes or an exact instance-type filter, or add a list of types to ${operationFile('ec2', call.operation)}`,
      );
    }
    const passes = filterTest<InstanceTypeInfo & { Tags?: Tag[] }>(
      filters,
      input.Filters,
      operationFile('ec2', call.operation),
    );
    return { InstanceTypes: [...new Set(names)].map(typeInfo).filter(passes).map(copied) };
  },
});

type TypeName = NonNullable<InstanceTypeInfo['InstanceType']>;

/** The SDK's list of types is a type only, and older than the newest ones. */
function isTypeName(name: string): name is TypeName {
  return /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/.test(name);
}

function typeInfo(InstanceType: TypeName): InstanceTypeInfo {
  const [family = '', size = ''] = InstanceType.split('.');
  const isArm = /^(a1|[a-z]+\d+g[a-z]*)$/.test(family);
  const isMac = family.startsWith('mac');
  return {
    InstanceType,
    CurrentGeneration: !/^(t1|m[123]|c[13]|r3|i2|g2|hs1|cr1|cc2|cg1)$/.test(family),
    BareMetal: size.startsWith('metal') || isMac,
    InstanceStorageSupported: hasInstanceStorage(family),
    SupportedRootDeviceTypes: /^(c[13]|d2|i2|m[123]|r3|x1)$/.test(family) ? ['ebs', 'instance-store'] : ['ebs'],
    SupportedUsageClasses: isMac ? ['on-demand'] : ['on-demand', 'spot'],
    ProcessorInfo: { SupportedArchitectures: [isArm ? 'arm64' : 'x86_64'] },
    HibernationSupported: false,
  };
}

/** Families with disks of their own: a `d` after the generation says so, or the family's purpose, or its age. */
function hasInstanceStorage(family: string): boolean {
  if (/^[a-z]+\d+[a-z]*d[a-z]*$/.test(family)) return true;
  if (/^(i\d|d[23]|h1|im\d|is\d|x1|z1d|f[12]$|dl1|g4|g5$|g6|p4|p5|trn1)/.test(family)) return true;
  return /^(m[123]|c[13]|r3|i2|g2|hs1|cr1|cc2|cg1)$/.test(family);
}
