import * as z from 'zod';
import { rightsOf } from '../roles.ts';
import { at, missing, namedBy, type Resource, resourcesOf, type Template, text } from '../template.ts';
import { pascal, versionsOf } from './functions.ts';

const machines = (template: Template) => resourcesOf(template, 'AWS::StepFunctions::StateMachine');

/** Every folder of statemachines/ is one state machine, set up as all of them are, and there are no others. */
export function misfitMachines(template: Template, folders: readonly string[]): string[] {
  const ids = new Set(machines(template).map(([id]) => id));
  const expected = new Set(folders.map((folder) => `${pascal(folder)}StateMachine`));
  return [
    ...missing(expected, ids).map((id) => `${id} is not deployed`),
    ...missing(ids, expected).map((id) => `${id} has no folder in statemachines/`),
    ...machines(template).flatMap(([id, { Properties }]) => {
      const logGroup = namedBy(
        at(Properties.LoggingConfiguration, 'Destinations', 0, 'CloudWatchLogsLogGroup', 'LogGroupArn'),
      );
      const wrong: [isWrong: boolean, finding: string][] = [
        [Properties.StateMachineType !== 'STANDARD', 'is not of the type STANDARD'],
        [at(Properties.TracingConfiguration, 'Enabled') !== true, 'is not traced'],
        [at(Properties.LoggingConfiguration, 'Level') !== 'ERROR', 'does not log its failures'],
        [
          template.Resources[logGroup ?? '']?.Properties.RetentionInDays === undefined,
          'has no log group with a retention',
        ],
        [namedBy(Properties.RoleArn) !== `${id}Role`, 'has no role of its own'],
      ];
      return wrong.filter(([isWrong]) => isWrong).map(([, finding]) => `${id} ${finding}`);
    }),
  ];
}

/** What a definition leaves open is filled in, and by the version of the function, or the machine, that it names. */
export function misfitSubstitutions(template: Template): string[] {
  return machines(template).flatMap(([id, { Properties }]) => {
    const used = new Set([...text(Properties.DefinitionString).matchAll(/\$\{(\w+)\}/g)].map(([, key = '']) => key));
    const given = new Map(Object.entries(z.record(z.string(), z.json()).parse(Properties.DefinitionSubstitutions)));
    return [
      ...[...used].filter((key) => !given.has(key)).map((key) => `${id} uses \${${key}}, which is not given`),
      ...[...given.keys()].filter((key) => !used.has(key)).map((key) => `${id} is given ${key}, which it does not use`),
      ...[...given].flatMap(([key, value]) => {
        const name = key.charAt(0).toUpperCase() + key.slice(1);
        const meant = [
          ...versionsOf(template, `${name}LambdaFunction`),
          ...versionsOf(template, `${name}StateMachine`),
        ];
        const named = at(value, 'Ref');
        const fits = typeof named === 'string' && named in template.Resources && meant.includes(named);
        return fits ? [] : [`${id} is given ${text(value)} for ${key}, which is no version of it`];
      }),
    ];
  });
}

/** Rights of every machine, whatever it does: to write its log and its traces. */
const ofEveryMachine = /^(?:logs|xray):/;

/** A machine may do what its states do, and nothing else. */
export function misfitRights(template: Template): string[] {
  return machines(template).flatMap(([id, machine]) => {
    const role = template.Resources[`${id}Role`];
    if (!role) return [];
    const granted = new Set(
      rightsOf(id, role).flatMap(({ actions, resources }) =>
        actions
          .filter((action) => !ofEveryMachine.test(action))
          .flatMap((action) => resources.map((resource) => `${action} to ${text(at(resource, 'Fn::Sub'))}`)),
      ),
    );
    const needed = new Set(needsOf(template, id, machine));
    return [
      ...missing(needed, granted).map((right) => `${id} needs ${right}, which its role lacks`),
      ...missing(granted, needed).map((right) => `${id} has ${right}, which none of its states needs`),
    ];
  });
}

function needsOf(template: Template, id: string, { Properties }: Resource): string[] {
  const definition: unknown = JSON.parse(text(Properties.DefinitionString));
  return statesIn(definition).flatMap((state) => {
    const { Resource: integration, Arguments, ItemReader, ResultWriter, ItemProcessor } = state;
    const machineName = keyOf(Arguments?.StateMachineArn);
    return [
      ...(integration?.endsWith(':lambda:invoke')
        ? [`lambda:InvokeFunction to \${${keyOf(Arguments?.FunctionName)}LambdaFunction.Arn}:*`]
        : []),
      ...(integration?.includes(':states:startExecution') ? [start(template, `${machineName}StateMachine`)] : []),
      ...(integration?.endsWith('startExecution.sync:2')
        ? [
            ...['DescribeExecution', 'StopExecution'].map((action) =>
              execution(template, action, `${machineName}StateMachine`, ':*'),
            ),
            ...['PutTargets', 'PutRule', 'DescribeRule'].map(
              (action) =>
                `events:${action} to ${inThisRegion('events', 'rule/StepFunctionsGetEventsForStepFunctionsExecutionRule')}`,
            ),
          ]
        : []),
      ...(ItemProcessor?.ProcessorConfig?.Mode === 'DISTRIBUTED'
        ? [
            start(template, id),
            ...['DescribeExecution', 'StopExecution', 'RedriveExecution'].map((action) =>
              execution(template, action, id, '/*'),
            ),
          ]
        : []),
      ...(ItemReader?.Resource.endsWith(':s3:getObject') ? [`s3:GetObject to ${runs}`] : []),
      ...(ResultWriter?.Resource.endsWith(':s3:putObject')
        ? ['GetObject', 'PutObject', 'ListMultipartUploadParts', 'AbortMultipartUpload'].map(
            (action) => `s3:${action} to ${runs}`,
          )
        : []),
      ...(integration === undefined || /:(?:lambda:invoke|states:startExecution(?:\.sync:2)?)$/.test(integration)
        ? []
        : [`the rights of ${integration}, which this check does not know,`]),
    ];
  });
}

const start = (template: Template, id: string): string =>
  `states:StartExecution to ${arnOf(template, 'stateMachine', id, '')}`;
const execution = (template: Template, action: string, id: string, rest: string): string =>
  `states:${action} to ${arnOf(template, 'execution', id, rest)}`;
const arnOf = (template: Template, kind: string, id: string, rest: string): string =>
  inThisRegion('states', `${kind}:${text(template.Resources[id]?.Properties.StateMachineName)}${rest}`);
const inThisRegion = (service: string, resource: string): string =>
  `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`;
const runs = '$' + '{WorkBucket.Arn}/runs/*';

const keyOf = (substitution: string | undefined): string => {
  const key = /^\$\{(\w+)\}$/.exec(substitution ?? '')?.[1] ?? '';
  return key.charAt(0).toUpperCase() + key.slice(1);
};

const withResource = z.looseObject({ Resource: z.string() }).optional();
const stateSchema = z.looseObject({
  Type: z.string(),
  Resource: z.string().optional(),
  Arguments: z.looseObject({ FunctionName: z.string().optional(), StateMachineArn: z.string().optional() }).optional(),
  ItemReader: withResource,
  ResultWriter: withResource,
  ItemProcessor: z
    .looseObject({ ProcessorConfig: z.looseObject({ Mode: z.string().optional() }).optional() })
    .optional(),
});

/** Every state, however deep: whatever has a `Type` within a `States`. */
function statesIn(value: unknown): z.output<typeof stateSchema>[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(statesIn);
  if (!('States' in value) || typeof value.States !== 'object' || value.States === null) return inner;
  return [...Object.values(value.States).map((state) => stateSchema.parse(state)), ...inner];
}
