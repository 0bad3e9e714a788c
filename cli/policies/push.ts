import * as z from 'zod';
import { stackName } from '../../deploy/cloudformation.ts';
import { lackingUnder } from '../../deploy/lacking.ts';
import { resourcesOfPolicy } from '../../deploy/triggers.ts';
import { parseSchedule, ScheduleError } from '../../engine/schedule.ts';
import { alarmsOfPolicy } from '../../monitoring/alarms.ts';
import type { DeployedStack, PolicySchedule } from '../../shared/aws/deployed-stack.ts';
import { type NamedPolicy, namedPolicySchema } from '../../shared/domain/policy.ts';
import { policyText } from '../../shared/domain/policy-text.ts';
import type { LoadedPolicy } from './load.ts';

export interface Change {
  policy: string;
  what: 'policy' | 'capture schedule' | 'retirement schedule';
  change: 'update' | 'disable' | 'none';
}

export interface PushReport {
  changes: Change[];
  /** Sentences; where there is one, nothing at all is changed. */
  refusals: string[];
  /** What could not be looked at, each a sentence. */
  notices: string[];
}

interface PushOptions {
  /** Say what would be changed, and change nothing. */
  dryRun: boolean;
  /** The whole command that deploys this stack, and no other. */
  deployCommand: string;
}

/**
 * Brings policies to a stack that is there already: parameters first, so that no schedule starts a run of what is not
 * known. A policy that is gone is put to sleep, and not removed: neither schedules nor tags start it any more, and the next
 * deploy finds what CloudFormation made. A new one is refused: over what it did not make, that deploy would stumble.
 */
export async function pushPolicies(
  stack: DeployedStack,
  loaded: readonly LoadedPolicy[],
  { dryRun, deployCommand }: PushOptions,
): Promise<PushReport> {
  const deployed = await stack.policies();
  const refusals = refusalsOf(deployed, loaded, deployCommand);
  if (refusals.length === 0) refusals.push(...(await lostSchedules(stack, loaded, deployCommand)));
  if (refusals.length > 0) return { changes: [], refusals, notices: [] };
  const otherStages = await stack.otherStages();
  refusals.push(...namesTaken(otherStages ?? new Map(), loaded));
  const notices = otherStages
    ? []
    : [
        'Whether another stage in this Region has a policy of the same name is not known: ' +
          'you may not do ssm:GetParametersByPath on the parameters /ami-lifecycle/.',
      ];
  if (refusals.length > 0) return { changes: [], refusals, notices };
  const changes: Change[] = [];
  const note = async (change: Change, act: () => Promise<void>): Promise<void> => {
    if (change.change !== 'none' && !dryRun) await act();
    changes.push(change);
  };
  for (const each of loaded) {
    const { name } = each.policy;
    const { text, schedules } = wantedOf(each);
    const isSame = deployed.get(name) === text;
    await note({ policy: name, what: 'policy', change: isSame ? 'none' : 'update' }, () => stack.putPolicy(name, text));
    for (const { what, scheduleName, wanted } of schedules) {
      const change = isEqual(await stack.schedule(scheduleName), wanted) ? 'none' : 'update';
      await note({ policy: name, what, change }, () => stack.putSchedule(scheduleName, wanted));
    }
  }
  const kept = new Set(loaded.map(({ policy }) => policy.name));
  for (const name of [...deployed.keys()].filter((each) => !kept.has(each)).sort()) {
    const asleep = asleepText(deployed.get(name) ?? '');
    await note({ policy: name, what: 'policy', change: asleep === undefined ? 'none' : 'disable' }, () =>
      stack.putPolicy(name, asleep ?? ''),
    );
    for (const what of ['capture schedule', 'retirement schedule'] as const) {
      const scheduleName = scheduleNameOf(name, what);
      const present = await stack.schedule(scheduleName);
      if (!present) continue;
      const change = present.isEnabled ? 'disable' : 'none';
      await note({ policy: name, what, change }, () =>
        stack.putSchedule(scheduleName, { ...present, isEnabled: false }),
      );
    }
  }
  return { changes, refusals, notices };
}

/** Rights and alarms are those of the last deploy, which are told by the policies in force: a push never changes them. */
function refusalsOf(
  deployed: ReadonlyMap<string, string>,
  loaded: readonly LoadedPolicy[],
  deployCommand: string,
): string[] {
  const deploy = `run \`${deployCommand}\`, which does both`;
  if (deployed.size === 0) {
    return [
      `There is no stack with policies of that stage in that Region: run \`${deployCommand}\` first, or name another.`,
    ];
  }
  const inForce = [...deployed.values()].flatMap((text) => parsed(text) ?? []);
  return loaded.flatMap((each) => {
    const { policy } = each;
    if (!deployed.has(policy.name)) return [`${policy.name} is not part of the stack yet: ${deploy}.`];
    return [
      ...lackingUnder(inForce, policy).map((what) => `${policy.name} needs ${what}, which the stack lacks: ${deploy}.`),
      ...alarmsAmiss(deployed.get(policy.name) ?? '', each).map(
        (alarm) => `${policy.name} needs the alarm ${alarm} as only a deploy can make it: ${deploy}.`,
      ),
    ];
  });
}

/** Nothing on an image says which of two stages in one Region made it: each would retire and share those of the other. */
function namesTaken(otherStages: ReadonlyMap<string, readonly string[]>, loaded: readonly LoadedPolicy[]): string[] {
  return loaded.flatMap(({ policy: { name }, file }) =>
    (otherStages.get(name) ?? []).map(
      (other) =>
        `${name} is a policy of the stage ${other} in this Region, too (/ami-lifecycle/${other}/policies/${name}), and each would ` +
        `retire and share the images of the other: give one of them another name (here that of ${file}), and deploy it.`,
    ),
  );
}

/** Whoever deletes a schedule does not tell CloudFormation, whose next deploy finds nothing to be done. */
async function lostSchedules(
  stack: DeployedStack,
  loaded: readonly LoadedPolicy[],
  deployCommand: string,
): Promise<string[]> {
  const sentences: string[] = [];
  for (const each of loaded) {
    for (const { scheduleName } of wantedOf(each).schedules) {
      if ((await stack.schedule(scheduleName)) !== undefined) continue;
      sentences.push(
        `The schedule ${scheduleName} was deleted, and CloudFormation believes that it is there: move ${each.file} away, ` +
          `run \`${deployCommand}\`, put the file back, and run it again; or create the schedule by hand, like that of another policy.`,
      );
    }
  }
  return sentences;
}

/**
 * The alarms of a policy that those in force are not: a deploy reckons from its schedule how long a silence may last. What
 * nobody can read tells of no alarm.
 */
function alarmsAmiss(inForce: string, wanted: LoadedPolicy): string[] {
  const loaded = asLoaded(inForce);
  const present = new Map(loaded ? alarmsOfPolicy(loaded) : []);
  return alarmsOfPolicy(wanted)
    .filter(([id, alarm]) => JSON.stringify(present.get(id)) !== JSON.stringify(alarm))
    .map(([, { Properties }]) => z.string().parse(Properties.AlarmName).replace(`${stackName}-`, ''));
}

function asLoaded(text: string): LoadedPolicy | undefined {
  const policy = parsed(text);
  if (!policy) return undefined;
  const { schedule, retire } = policy;
  try {
    const retireSchedule = retire ? { retireSchedule: parseSchedule(retire.cron) } : {};
    return { file: '', policy, schedule: parseSchedule(schedule.cron), ...retireSchedule };
  } catch (error) {
    if (error instanceof ScheduleError) return undefined;
    throw error;
  }
}

/** The policy so that tags do not start it; undefined where they do not. */
function asleepText(text: string): string | undefined {
  const policy = parsed(text);
  if (!policy?.schedule.onTagged) return undefined;
  return policyText({ ...policy, schedule: { ...policy.schedule, onTagged: false } });
}

/** A parameter that an older version wrote, or a hand, says nothing of rights. */
function parsed(text: string): NamedPolicy | undefined {
  try {
    return namedPolicySchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

const parameterSchema = z.object({ Value: z.string() });
const scheduleSchema = z
  .object({
    Name: z.string(),
    ScheduleExpression: z.string(),
    ScheduleExpressionTimezone: z.string(),
    FlexibleTimeWindow: z.object({ MaximumWindowInMinutes: z.number().default(0) }),
    Target: z.object({ Input: z.string() }),
  })
  .transform(({ Name, ScheduleExpression, ScheduleExpressionTimezone, FlexibleTimeWindow, Target }) => ({
    scheduleName: Name,
    wanted: {
      expression: ScheduleExpression,
      timezone: ScheduleExpressionTimezone,
      flexibleMinutes: FlexibleTimeWindow.MaximumWindowInMinutes,
      input: Target.Input,
      isEnabled: true,
    } satisfies PolicySchedule,
  }));

/** The very values that a deploy would write. */
function wantedOf(loaded: LoadedPolicy) {
  const resources = Object.values(resourcesOfPolicy(loaded));
  const ofType = (type: string) => resources.filter(({ Type }) => Type === type).map(({ Properties }) => Properties);
  const [parameter] = ofType('AWS::SSM::Parameter');
  const schedules = ofType('AWS::Scheduler::Schedule').map((properties) => scheduleSchema.parse(properties));
  return {
    text: parameterSchema.parse(parameter).Value,
    schedules: (['capture schedule', 'retirement schedule'] as const).flatMap((what) =>
      schedules
        .filter(({ scheduleName }) => scheduleName === scheduleNameOf(loaded.policy.name, what))
        .map((schedule) => ({ what, ...schedule })),
    ),
  };
}

const scheduleNameOf = (policy: string, what: 'capture schedule' | 'retirement schedule'): string =>
  `${policy}-${what.replace(' schedule', '')}`;

function isEqual(present: PolicySchedule | undefined, wanted: PolicySchedule): boolean {
  return (
    present !== undefined &&
    present.expression === wanted.expression &&
    present.timezone === wanted.timezone &&
    present.flexibleMinutes === wanted.flexibleMinutes &&
    present.input === wanted.input &&
    present.isEnabled
  );
}
