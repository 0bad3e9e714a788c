import { GetScheduleCommand, SchedulerClient, UpdateScheduleCommand } from '@aws-sdk/client-scheduler';
import { PutParameterCommand, paginateGetParametersByPath, SSMClient } from '@aws-sdk/client-ssm';

/** A schedule as far as a policy decides it. */
export interface PolicySchedule {
  expression: string;
  timezone: string;
  /** 0: on the minute. */
  flexibleMinutes: number;
  /** JSON text. */
  input: string;
  isEnabled: boolean;
}

/** A stack that runs on AWS. */
export interface DeployedStack {
  /** The parameters of its policies: name and JSON text. */
  policies(): Promise<ReadonlyMap<string, string>>;
  /** The stages of other stacks in its Region by the policies that they have; undefined for who may not see them. */
  otherStages(): Promise<ReadonlyMap<string, readonly string[]> | undefined>;
  putPolicy(name: string, text: string): Promise<void>;
  /** Undefined where there is no schedule of that name. */
  schedule(name: string): Promise<PolicySchedule | undefined>;
  /** Changes what a policy decides, and nothing else. */
  putSchedule(name: string, schedule: PolicySchedule): Promise<void>;
}

/**
 * A stack on AWS, by the names that serverless.yml gives. Credentials are those of the shell.
 * @param clients others than AWS's own, for tests
 */
export function deployedStack(
  stage: string,
  region: string,
  clients: { ssm: SSMClient; scheduler: SchedulerClient } = {
    ssm: new SSMClient({ region }),
    scheduler: new SchedulerClient({ region }),
  },
): DeployedStack {
  const { ssm, scheduler } = clients;
  const prefix = `/ami-lifecycle/${stage}/policies/`;
  const GroupName = `ami-lifecycle-${stage}`;
  const described = async (Name: string) => {
    try {
      return await scheduler.send(new GetScheduleCommand({ GroupName, Name }));
    } catch (error) {
      if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
      throw error;
    }
  };
  return {
    async policies() {
      const found = new Map<string, string>();
      for await (const { Parameters = [] } of paginateGetParametersByPath({ client: ssm }, { Path: prefix })) {
        for (const { Name = '', Value = '' } of Parameters) found.set(Name.slice(prefix.length), Value);
      }
      return found;
    },
    async otherStages() {
      const found = new Map<string, string[]>();
      try {
        const all = { Path: '/ami-lifecycle/', Recursive: true };
        for await (const { Parameters = [] } of paginateGetParametersByPath({ client: ssm }, all)) {
          for (const { Name = '' } of Parameters) {
            const [, other, policy] = /^\/ami-lifecycle\/([^/]+)\/policies\/([^/]+)$/.exec(Name) ?? [];
            if (other === undefined || policy === undefined || other === stage) continue;
            found.set(policy, [...(found.get(policy) ?? []), other]);
          }
        }
      } catch (error) {
        if (error instanceof Error && error.name === 'AccessDeniedException') return undefined;
        throw error;
      }
      return found;
    },
    async putPolicy(name, text) {
      await ssm.send(
        new PutParameterCommand({ Name: `${prefix}${name}`, Value: text, Type: 'String', Overwrite: true }),
      );
    },
    async schedule(name) {
      const found = await described(name);
      return (
        found && {
          expression: found.ScheduleExpression ?? '',
          timezone: found.ScheduleExpressionTimezone ?? 'UTC',
          flexibleMinutes: found.FlexibleTimeWindow?.MaximumWindowInMinutes ?? 0,
          input: found.Target?.Input ?? '',
          isEnabled: found.State !== 'DISABLED',
        }
      );
    },
    async putSchedule(name, { expression, timezone, flexibleMinutes, input, isEnabled }) {
      const found = await described(name);
      if (!found?.Target) {
        throw new Error(`The schedule ${GroupName}/${name} was deleted just now: a push tells how to have it again.`);
      }
      // What is left out of an update goes back to its default, so all of it is sent.
      const { Description, StartDate, EndDate, KmsKeyArn, ActionAfterCompletion } = found;
      await scheduler.send(
        new UpdateScheduleCommand({
          Description,
          StartDate,
          EndDate,
          KmsKeyArn,
          ActionAfterCompletion,
          GroupName,
          Name: name,
          ScheduleExpression: expression,
          ScheduleExpressionTimezone: timezone,
          FlexibleTimeWindow:
            flexibleMinutes === 0 ? { Mode: 'OFF' } : { Mode: 'FLEXIBLE', MaximumWindowInMinutes: flexibleMinutes },
          Target: { ...found.Target, Input: input },
          State: isEnabled ? 'ENABLED' : 'DISABLED',
        }),
      );
    },
  };
}
