import { at, list, resourcesOf, type Template, text } from '../template.ts';

/** What would change the code under an execution that is under way, or refuse it. */
export function unsafeForRunningExecutions(template: Template): string[] {
  const unretained = ['AWS::Lambda::Version', 'AWS::StepFunctions::StateMachineVersion']
    .flatMap((type) => resourcesOf(template, type))
    .filter(([, { DeletionPolicy }]) => DeletionPolicy !== 'Retain')
    .map(([id]) => `${id} is deleted by the next deploy`);
  const unversioned = resourcesOf(template, 'AWS::StepFunctions::StateMachine').flatMap(([id, { Properties }]) =>
    Object.entries(at(Properties.DefinitionSubstitutions) ?? {})
      .filter(([, value]) => /(?:LambdaFunction|StateMachine)"/.test(text(value)))
      .map(([key]) => `${id} calls whatever code ${key} has at the time`),
  );
  const boundToOneVersion = resourcesOf(template, 'AWS::IAM::Role').flatMap(([id, { Properties }]) =>
    list(Properties.Policies)
      .flatMap((policy) => list(at(policy, 'PolicyDocument', 'Statement')))
      .filter((statement) => list(at(statement, 'Action')).includes('lambda:InvokeFunction'))
      .flatMap((statement) => list(at(statement, 'Resource')))
      .filter((resource) => !/^\$\{\w+LambdaFunction\.Arn\}:\*$/.test(text(at(resource, 'Fn::Sub'))))
      .map((resource) => `${id} may invoke ${text(resource)}, which is not every version and only versions`),
  );
  return [...unretained, ...unversioned, ...boundToOneVersion];
}

/** What osls empties before a stack is removed: packages of code, and nothing else. */
const emptiedByOsls = 'ServerlessDeploymentBucket';

/**
 * What removing the stack, or replacing a resource, would take with it. Images, snapshots and archives are no resources of
 * the stack, so CloudFormation can delete them only through a resource that acts when it is deleted itself.
 */
export function lostOnRemoval(template: Template): string[] {
  return Object.entries(template.Resources).flatMap(([id, { Type, DeletionPolicy, UpdateReplacePolicy }]) => {
    if (
      /^(?:Custom::|AWS::CloudFormation::|AWS::EC2::|AWS::EBS::|AWS::ImageBuilder::|AWS::DLM::|AWS::Rbin::)/.test(Type)
    ) {
      return [`${id} is ${Type}, which may take images with it`];
    }
    if (!/^AWS::S3::Bucket(?:Policy)?$/.test(Type) || id.startsWith(emptiedByOsls)) return [];
    return DeletionPolicy === 'Retain' && UpdateReplacePolicy === 'Retain' ? [] : [`${id} goes with the stack`];
  });
}

/** The work bucket keeps its contents to itself, forgets runs, and nothing else. */
export function carelessBucket(template: Template): string[] {
  const { Properties = {}, DeletionPolicy } = template.Resources.WorkBucket ?? {};
  const policy = text(template.Resources.WorkBucketPolicy?.Properties.PolicyDocument);
  const expiring = list(at(Properties.LifecycleConfiguration, 'Rules')).filter(
    (rule) => at(rule, 'ExpirationInDays') !== undefined,
  );
  const open = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'].filter(
    (setting) => at(Properties.PublicAccessBlockConfiguration, setting) !== true,
  );
  const wrong: [isWrong: boolean, finding: string][] = [
    [at(Properties.BucketEncryption) === undefined, 'is not encrypted'],
    [!/"Deny".*"aws:SecureTransport":"false"/.test(policy), 'can be read without TLS'],
    [open.length > 0, `does not block public access: ${open.join()}`],
    [expiring.length !== 1 || at(expiring[0], 'Prefix') !== 'runs/', 'expires something else than runs/, or nothing'],
    [DeletionPolicy !== 'Retain', 'goes with the stack, and the launch permissions of disabled images with it'],
  ];
  return wrong.filter(([isWrong]) => isWrong).map(([, finding]) => `WorkBucket ${finding}`);
}
