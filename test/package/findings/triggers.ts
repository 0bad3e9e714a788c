import { parseEventPattern } from '../../../engine/event-pattern.ts';
import { isPossible, parseSchedule } from '../../../engine/schedule.ts';
import { type NamedPolicy, namedPolicySchema } from '../../../shared/domain/policy.ts';
import { at, namedBy, type Resource, resourcesOf, type Template, text } from '../template.ts';

/** Schedules that EventBridge Scheduler would refuse, run at another time, or lose. */
export function badSchedules(template: Template): string[] {
  return resourcesOf(template, 'AWS::Scheduler::Schedule').flatMap(([id, { Properties }]) => {
    const { Target } = Properties;
    const wrong: [isWrong: boolean, finding: string][] = [
      [!comes(text(Properties.ScheduleExpression)), `never comes at ${text(Properties.ScheduleExpression)}`],
      [!isZone(text(Properties.ScheduleExpressionTimezone)), 'names no time zone of the IANA database'],
      [
        template.Resources[namedBy(Properties.GroupName) ?? '']?.Type !== 'AWS::Scheduler::ScheduleGroup',
        'is in no group',
      ],
      [
        template.Resources[namedBy(at(Target, 'Arn')) ?? '']?.Type !== 'AWS::StepFunctions::StateMachine',
        'starts no machine',
      ],
      [
        !/"scheduledAt":"<aws\.scheduler\.scheduled-time>"/.test(text(at(Target, 'Input'))),
        'does not say for when it starts',
      ],
      [
        at(Target, 'RetryPolicy', 'MaximumEventAgeInSeconds') === undefined,
        'tries for a day to start what is long past',
      ],
      [
        template.Resources[namedBy(at(Target, 'DeadLetterConfig', 'Arn')) ?? '']?.Type !== 'AWS::SQS::Queue',
        'has no dead-letter queue',
      ],
    ];
    return wrong.filter(([isWrong]) => isWrong).map(([, finding]) => `${id} ${finding}`);
  });
}

function comes(expression: string): boolean {
  try {
    return isPossible(parseSchedule(expression));
  } catch {
    return false;
  }
}

function isZone(zone: string): boolean {
  try {
    // The runtime also takes offsets such as +01:00, which EventBridge Scheduler does not.
    return /^[A-Z]/.test(new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone);
  } catch {
    return false;
  }
}

/** Every policy is one parameter that functions can read, captured by one schedule and looked after by another. */
export function misfitPolicies(template: Template, policies: readonly string[]): string[] {
  const parameters = resourcesOf(template, 'AWS::SSM::Parameter').map(([, { Properties }]) => Properties);
  const schedules = resourcesOf(template, 'AWS::Scheduler::Schedule').map(([, { Properties }]) => Properties);
  return policies.flatMap((policy) => {
    const values = parameters.filter(({ Name }) => text(Name).endsWith(`/policies/${policy}`));
    const readable = values.filter(
      ({ Value }) => namedPolicySchema.safeParse(parsed(text(Value))).data?.name === policy,
    );
    const started = schedules
      .filter(({ Target }) => text(at(Target, 'Input')).includes(`"policy":"${policy}"`))
      .map(({ Target }) => String(namedBy(at(Target, 'Arn'))))
      .toSorted();
    return [
      ...(readable.length === 1 ? [] : [`${policy} is ${readable.length} parameters that functions can read`]),
      ...values
        .flatMap(({ Value }) => namedPolicySchema.safeParse(parsed(text(Value))).data ?? [])
        .filter(({ schedule }) => !schedules.some((each) => isCaptureBy(schedule, policy, each)))
        .map(() => `${policy} is not captured when, where and within the time that its file says`),
      ...(text(started) === '["CaptureImagesStateMachine","RetireImagesStateMachine"]'
        ? []
        : [`${policy} is to start capture-images and retire-images, and starts ${started.join(' and ') || 'nothing'}`]),
    ];
  });
}

type Properties = Resource['Properties'];

/** Whether a schedule starts the captures of a policy at the times of its file, in its zone and its window. */
function isCaptureBy(
  { cron, timezone, flexibleMinutes }: NamedPolicy['schedule'],
  policy: string,
  { Target, ...properties }: Properties,
): boolean {
  const window = properties.FlexibleTimeWindow;
  const withinMinutes = at(window, 'Mode') === 'FLEXIBLE' ? at(window, 'MaximumWindowInMinutes') : 0;
  return (
    namedBy(at(Target, 'Arn')) === 'CaptureImagesStateMachine' &&
    text(at(Target, 'Input')).includes(`"policy":"${policy}"`) &&
    [cron, `cron(${cron})`].includes(text(properties.ScheduleExpression)) &&
    properties.ScheduleExpressionTimezone === timezone &&
    withinMinutes === flexibleMinutes
  );
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Event rules that EventBridge would not understand, or whose events could get lost. */
export function badRules(template: Template): string[] {
  const roles = text(template.Resources.EventRuleRole?.Properties.Policies);
  return resourcesOf(template, 'AWS::Events::Rule').flatMap(([id, { Properties }]) => {
    const target = at(Properties.Targets, 0);
    const machine = namedBy(at(target, 'Arn')) ?? '';
    const wrong: [isWrong: boolean, finding: string][] = [
      [!isPattern(Properties.EventPattern ?? null), 'has a pattern that is not understood'],
      [template.Resources[machine]?.Type !== 'AWS::StepFunctions::StateMachine', 'starts no machine'],
      [!roles.includes(text({ Ref: machine })), `may not start ${machine}`],
      [
        at(target, 'RetryPolicy', 'MaximumEventAgeInSeconds') === undefined,
        'tries for a day to start what is long past',
      ],
      [
        template.Resources[namedBy(at(target, 'DeadLetterConfig', 'Arn')) ?? '']?.Type !== 'AWS::SQS::Queue',
        'has no dead-letter queue',
      ],
    ];
    return wrong.filter(([isWrong]) => isWrong).map(([, finding]) => `${id} ${finding}`);
  });
}

type Pattern = Parameters<typeof parseEventPattern>[0];

function isPattern(pattern: Pattern): boolean {
  try {
    return parseEventPattern(pattern) !== undefined;
  } catch {
    return false;
  }
}
