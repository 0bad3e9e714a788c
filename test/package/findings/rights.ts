import * as z from 'zod';
import { rightsIn } from '../roles.ts';
import { at, type Json, list, resourcesOf, type Template, text } from '../template.ts';

/** Actions that know no resources, by the Service Authorization Reference: `*` is all that can be said of them. */
const withoutResources = new Set([
  'ec2:DescribeAddresses',
  'ec2:DescribeImageReferences',
  'ec2:DescribeImageUsageReportEntries',
  'ec2:DescribeImageUsageReports',
  'ec2:DescribeImages',
  'ec2:DescribeInstanceStatus',
  'ec2:DescribeInstanceTypes',
  'ec2:DescribeInstances',
  'ec2:DescribeLaunchTemplateVersions',
  'ec2:DescribeLaunchTemplates',
  'ec2:DescribeSnapshots',
  'ec2:DescribeSpotInstanceRequests',
  'ec2:DescribeStoreImageTasks',
  'ec2:DescribeTags',
  'ec2:GetEbsEncryptionByDefault',
  'ec2:GetImageBlockPublicAccessState',
  'autoscaling:DescribeAutoScalingGroups',
  'autoscaling:DescribeAutoScalingInstances',
  'autoscaling:DescribeLaunchConfigurations',
  'imagebuilder:ListContainerRecipes',
  'imagebuilder:ListImageRecipes',
  'ssm:DescribeParameters',
  'logs:CreateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:DescribeLogGroups',
  'logs:DescribeResourcePolicies',
  'logs:GetLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:UpdateLogDelivery',
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
]);

/** Calls that look and change nothing; they could name resources, but are asked about whatever there is. */
const harmlessEverywhere = new Set([
  'ec2:DescribeFleets',
  'ec2:DescribeImageAttribute',
  'ec2:DescribeInstanceAttribute',
  'ec2:DescribeSnapshotAttribute',
  'ec2:DescribeSpotFleetRequests',
  'ec2:ListImagesInRecycleBin',
  'imagebuilder:GetContainerRecipe',
]);

/** Calls that would read what is none of ours, and may name no resource only where a service looks in our name. */
const onlyCalledVia = new Map([['ssm:GetParameters', '"aws:CalledVia":["ec2-images.amazonaws.com"]']]);

/** No right is wider than what it is for. */
export function widerThanNeeded(template: Template): string[] {
  return rightsIn(template).flatMap(({ role, actions, resources, conditions }) => [
    ...actions
      .filter((action) => /^\*$|:\*$/.test(action))
      .map((action) => `${role} may do ${action}; name the actions`),
    ...(resources.some((resource) => resource === '*')
      ? actions
          .filter((action) => !withoutResources.has(action) && !harmlessEverywhere.has(action))
          .filter((action) => !text(conditions).includes(onlyCalledVia.get(action) ?? 'nothing lets it'))
          .map((action) => `${role} may do ${action} to everything; name resources`)
      : []),
  ]);
}

/**
 * EC2's changes are allowed by tags: ours on what there is, ours on what is made, or ours alone to be changed; or by the
 * owner of what is copied, whose tags IAM is not told.
 */
const tagConditions =
  /aws:ResourceTag\/ami-lifecycle:|aws:RequestTag\/ami-lifecycle:|"aws:TagKeys":\["ami-lifecycle:|"ec2:Owner":\{"Ref":"AWS::AccountId"\}/;
const mayGoByItsResourceAlone = new Map([['ec2:CreateImageUsageReport', 'a report is new, and carries none']]);

/** What changes anything in EC2 is bound to our tags, or to those that a policy selects instances by. */
export function changesWithoutOurTags(template: Template): string[] {
  const selectors = resourcesOf(template, 'AWS::SSM::Parameter').map(([, { Properties }]) =>
    selectorOf(Properties.Value),
  );
  const isSelected = (conditions: Json | undefined): boolean =>
    selectors.some((tags) => {
      if (Object.keys(tags).length === 0) return false;
      const wanted = Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]);
      return text(at(conditions, 'StringLike')) === JSON.stringify(Object.fromEntries(wanted));
    });
  return rightsIn(template).flatMap(({ role, actions, conditions }) =>
    actions
      .filter(() => !isSelected(conditions))
      .filter((action) => action.startsWith('ec2:') && !/^ec2:(?:Describe|Get|List)/.test(action))
      .filter((action) => !tagConditions.test(text(conditions)) && !mayGoByItsResourceAlone.has(action))
      .map((action) => `${role} may do ${action} to what is not ours; add a condition on a tag of ours`),
  );
}

const policySchema = z.object({ select: z.object({ tags: z.record(z.string(), z.string()) }).optional() });

function selectorOf(policy: Json | undefined): Record<string, string> {
  return policySchema.parse(JSON.parse(text(policy))).select?.tags ?? {};
}

/** Every role is taken by one service, and in this account's name alone. */
export function trustsTooMuch(template: Template): string[] {
  return resourcesOf(template, 'AWS::IAM::Role').flatMap(([role, { Properties }]) => {
    const statements = list(at(Properties.AssumeRolePolicyDocument, 'Statement'));
    const isBound = statements.every((statement) => {
      const account = at(statement, 'Condition', 'StringEquals', 'aws:SourceAccount');
      return at(account, 'Ref') === 'AWS::AccountId';
    });
    const services = statements.flatMap((statement) => list(at(statement, 'Principal', 'Service')));
    return [
      ...(isBound ? [] : [`${role} trusts every account's ${services.map(text).join()}; add aws:SourceAccount`]),
      ...(services.length === 1 ? [] : [`${role} is for ${services.length} services; make a role for each`]),
    ];
  });
}

/** IAM takes so many characters of inline policies, spaces not counted. */
const mostCharacters = 10_240;

export function tooLongForIam(template: Template): string[] {
  return resourcesOf(template, 'AWS::IAM::Role').flatMap(([role, { Properties }]) => {
    const { length } = JSON.stringify(list(Properties.Policies).map((policy) => at(policy, 'PolicyDocument') ?? null));
    return length > mostCharacters ? [`${role} comes to ${length} characters of at most ${mostCharacters}`] : [];
  });
}

/**
 * What AWS hands to IAM with these requests, by the Service Authorization Reference: a condition on anything else is never
 * met, and one that denies, or allows where all values match, is no condition at all.
 */
const handedOver: readonly [actions: RegExp, keys: RegExp][] = [
  [/^ec2:CreateTags$/, /^(?:aws:(?:RequestTag|ResourceTag)\/.+|aws:TagKeys|ec2:CreateAction)$/],
  [/^ec2:DeleteTags$/, /^(?:aws:(?:RequestTag|ResourceTag)\/.+|aws:TagKeys)$/],
  [/^ec2:CopyImage$/, /^(?:aws:RequestTag\/.+|ec2:Owner)$/],
  [/^ec2:(?:CreateImage|CopySnapshot|CreateRestoreImageTask)$/, /^aws:(?:RequestTag|ResourceTag)\/.+$/],
  // Tags come with no stop, and what is asked of all of them lets it pass: it stands beside the claim that a stop begins with.
  [/^ec2:StopInstances$/, /^aws:(?:ResourceTag\/.+|TagKeys)$/],
  [/^(?:ec2|ebs):/, /^aws:ResourceTag\/.+$/],
  [/^kms:CreateGrant$/, /^kms:(?:GrantIsForAWSResource|ViaService)$/],
  [/^kms:/, /^kms:ViaService$/],
  // As AWS's own policy for DescribeImageReferences has it.
  [/^(?:ssm:DescribeParameters|ssm:GetParameters|imagebuilder:.+)$/, /^aws:CalledVia$/],
];

/** Conditions by keys that come with no such request. */
export function emptyConditions(template: Template): string[] {
  return rightsIn(template).flatMap(({ role, actions, conditions }) => {
    const keys = Object.values(conditionSchema.parse(conditions)).flatMap((tests) => Object.keys(tests));
    return actions.flatMap((action) => {
      const [, known] = handedOver.find(([of]) => of.test(action)) ?? [];
      return keys
        .filter((key) => !known?.test(key))
        .map((key) => `${role} has ${action} on the condition of ${key}, which comes with no such request`);
    });
  });
}

const conditionSchema = z.record(z.string(), z.record(z.string(), z.json())).default({});
