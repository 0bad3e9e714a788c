import type { DescribeExecutionCommandInput } from '@aws-sdk/client-sfn';
import type { PublishCommandInput } from '@aws-sdk/client-sns';
import type {
  GetParameterCommandInput,
  GetParametersCommandInput,
  PutParameterCommandInput,
} from '@aws-sdk/client-ssm';
import { NotSimulated } from '../service-failure.ts';
import type { RegionState } from '../state.ts';
import type { World } from '../world.ts';
import { ec2Needs } from './ec2-needs.ts';
import { type AnyNeeds, type NeedsTable, needs, type Place } from './needs-table.ts';
import type { Need } from './rights.ts';
import { s3Needs } from './s3-needs.ts';

/** What each operation that functions call needs, by the Service Authorization Reference. */
const tables: Readonly<Record<string, NeedsTable>> = {
  ec2: ec2Needs,
  s3: s3Needs,
  ssm: {
    GetParameter: needs<GetParameterCommandInput>(({ Name = '' }, place) => [
      { action: 'ssm:GetParameter', resource: parameterArn(Name, place) },
    ]),
    GetParameters: needs<GetParametersCommandInput>(({ Names = [] }, place) =>
      Names.map((name) => ({ action: 'ssm:GetParameters', resource: parameterArn(name, place) })),
    ),
    PutParameter: needs<PutParameterCommandInput>(({ Name = '' }, place) => [
      { action: 'ssm:PutParameter', resource: parameterArn(Name, place) },
    ]),
  },
  sns: {
    Publish: needs<PublishCommandInput>(({ TopicArn = '' }) => [{ action: 'sns:Publish', resource: TopicArn }]),
  },
  states: {
    DescribeExecution: needs<DescribeExecutionCommandInput>(({ executionArn = '' }) => [
      { action: 'states:DescribeExecution', resource: executionArn },
    ]),
  },
};

const parameterArn = (name: string, { world, region }: Place): string =>
  `arn:aws:ssm:${region.name}:${world.accountId}:parameter/${name.replace(/^\//, '')}`;

/** IAM's names of services, where they are not those of the simulator's folders. */
const prefixes: Readonly<Record<string, string>> = { 'auto-scaling': 'autoscaling' };

/** No resource can be named for these of EC2 and Auto Scaling, by their names; those that can stand in a table. */
const looks = /^(?:ec2|auto-scaling) (?:Describe|Get|List)/;

/**
 * What a request takes. A resource that is not there asks for nothing: what IAM says of it is not documented, and the
 * operation itself says that it is not found.
 * @throws NotSimulated for an operation of which that is not known
 */
export function needsOf(
  world: World,
  region: RegionState,
  request: { service: string; operation: string; input: object },
): readonly Need[] {
  const { service, operation, input } = request;
  const table = tables[service];
  const known: AnyNeeds | undefined = table && Object.hasOwn(table, operation) ? table[operation] : undefined;
  if (known) return known(input, { world, region });
  if (looks.test(`${service} ${operation}`)) {
    return [{ action: `${prefixes[service] ?? service}:${operation}`, resource: '*' }];
  }
  throw new NotSimulated(
    `the right to ${service}:${operation}`,
    'say in simulator/iam/ which actions on which resources it takes',
  );
}
