import { type Explanation, ofKind } from './mutation.ts';

/** The mutants of the engine that survive because they change nothing that anybody could see, by kinds. */
export const explainedEngine: readonly Explanation[] = [
  ...ofKind('What is remembered, or answered by a shorter way, changes how fast the answer comes, not the answer.', {
    'engine/engine.ts': ['listeners.size === 0 → false'],
    'engine/expressions.ts': [
      'literal !== undefined → false',
      '{ return { source, location, names: noNames, evaluate: () => literal }; } → {}',
      'known → false',
      'namesBySource.set(source, names); → ;',
      '{ const path = parseSimplePath(source); if (!path) return undefined; const { var … location); return undefined; } → {}',
      '!path → true',
      'isFunctionName(variable) → true',
      "variable !== 'states' → false",
      '{ return (scope) => defined(followPath(ownValue(scope.variables, variable), steps), source, location); } → {}',
      "first === 'input' → false",
      '\'input\' → ""',
      "first === 'result' → false",
      '\'result\' → ""',
      "first === 'errorOutput' → false",
      '\'errorOutput\' → ""',
      "first === 'context' → false",
      '\'context\' → ""',
      "names.statesFields.has('context') || names.statesFields.has('*') → true",
    ],
    'engine/run-distributed-map.ts': ['isStopping → false'],
    'engine/schedule-zone.ts': [
      'known → false',
      'zones.set(name, zone); → ;',
      'latest && latest.fromMs <= epochMs && epochMs < latest.untilMs → false',
      '[] → ["Stryker was here"]',
      'latest.fromMs <= epochMs → latest.fromMs < epochMs',
      '({ fromMs, untilMs }) => fromMs <= epochMs && epochMs < untilMs → () => undefined',
      'fromMs <= epochMs && epochMs < untilMs → false',
      'fromMs <= epochMs → fromMs < epochMs',
      '!stretch → true',
      'stretches.push(stretch); → ;',
    ],
    'engine/templates.ts': ['expressions.length === 0 → false'],
    'engine/visit.ts': ['variables → true'],
  }),
  ...ofKind('Frees memory only: what is left in these sets and tables is asked for by nobody.', {
    'engine/engine.ts': ['execution.closed.clear(); → ;'],
    'engine/flow.ts': ['parent.children.delete(child); → ;'],
    'engine/run-parallel.ts': ['flow.children.delete(branch); → ;'],
  }),
  ...ofKind(
    '`undefined` fits no comparison, no list and no pattern: the answer is the same unasked. The compiler wants it asked.',
    {
      'engine/clock.ts': ['index > 0 → index >= 0'],
      'engine/engine.ts': ['name !== undefined → true'],
      'engine/event-pattern.ts': ["typeof sign === 'string' → true"],
      'engine/load-state.ts': ["typeof value === 'string' → true"],
      'engine/load-task.ts': [
        "typeof timeout === 'number' && typeof heartbeat === 'number' → true",
        "typeof timeout === 'number' && typeof heartbeat === 'number' → typeof timeout === 'number' || typeof heartbeat === 'number'",
        "typeof timeout === 'number' → true",
        "typeof heartbeat === 'number' → true",
      ],
      'engine/retry.ts': ['error !== undefined → true'],
      'engine/run-distributed-map.ts': ['failureCount !== undefined → true', 'failurePercentage !== undefined → true'],
      'engine/run-task.ts': ["resource.kind === 'integration' → true"],
      'engine/schedule.ts': [
        'runMs !== undefined → true',
        "schedule.kind === 'rate' → false",
        '\'rate\' → ""',
        'localMs !== undefined → true',
      ],
      'engine/task-call.ts': ['taskToken !== undefined → true'],
    },
  ),
  ...ofKind('The types leave this open, and it cannot come; the compiler wants an answer.', {
    'engine/engine.ts': ['flow?.source → flow.source', 'flow → true'],
    'engine/expressions.ts': [
      '\'unknown error\' → ""',
      "typeof error !== 'object' || error === null → false",
      "typeof error !== 'object' || error === null → typeof error !== 'object' && error === null",
      "typeof error !== 'object' → false",
      'error === null → false',
      "'code' in error && typeof error.code === 'string' → 'code' in error || typeof error.code === 'string'",
      "typeof error.code === 'string' → true",
      "type === 'boolean' || type === 'number' || type === 'string' → true",
    ],
    'engine/flow.ts': ['cleanUp?.() → cleanUp()'],
    'engine/load-task.ts': ["suffix === 'waitForTaskToken' || suffix === 'sync' || suffix === 'sync:2' → true"],
    'engine/run-distributed-map.ts': [
      '[] → ["Stryker was here"]',
      '{ input: null, items: 0 } → {}',
      '!itemReader → false',
      'execution?.ending?.status → execution?.ending.status',
    ],
    'engine/run-map.ts': [
      '[] → ["Stryker was here"]',
      'mapItem?.index → mapItem.index',
      'mapItem?.value → mapItem.value',
    ],
    'engine/run-parallel.ts': ['!machine → false'],
    'engine/run-simple.ts': ['!state.timestamp → false'],
    'engine/schedule-cron.ts': [
      'nth !== undefined && ordinal !== undefined → nth !== undefined || ordinal !== undefined',
      'nth !== undefined → true',
      'ordinal !== undefined → true',
    ],
    'engine/templates.ts': [
      '\'\' → "Stryker was here!"',
      'children[index]?.evaluate → children[index].evaluate',
      "typeof value === 'string' → true",
      "typeof value === 'number' → true",
    ],
  }),
  ...ofKind('It stands where something could not be read, and the definition is refused for that.', {
    'engine/load-handlers.ts': ['[] → ["Stryker was here"]'],
    'engine/load-map.ts': [
      "{ startAt: '', states: new Map(), timeoutSeconds: undefined } → {}",
      '\'\' → "Stryker was here!"',
    ],
    'engine/load-state.ts': ['false → true'],
    'engine/load-task.ts': ['\'\' → "Stryker was here!"'],
  }),
  ...ofKind('The first place of the array is what the whole pattern matched, which nobody reads.', {
    'engine/load-task.ts': ['[] → ["Stryker was here"]'],
    'engine/schedule-cron.ts': ['[] → ["Stryker was here"]'],
    'engine/schedule.ts': ['[] → ["Stryker was here"]'],
  }),
  ...ofKind('An error of the engine itself goes on as it is. None is known.', {
    'engine/engine.ts': ['{ throw thrown; } → {}', 'thrown instanceof StateFailure → true'],
    'engine/run-flow.ts': [`\`there is no state '\${name}'\` → \`\``, '!state → false'],
    'engine/templates.ts': ['!(error instanceof ExpressionSyntaxError) → false'],
  }),
  ...ofKind('They differ there: two timers have two numbers, and a change of no offset has no times between.', {
    'engine/clock.ts': ['left.sequence < right.sequence → left.sequence <= right.sequence'],
    'engine/schedule.ts': ['afterMs > beforeMs → afterMs >= beforeMs'],
  }),
  ...ofKind(
    'A name of a state machine has no colon, so that an ARN or a number of a version fits at one place alone.',
    {
      'engine/engine.ts': [
        '/^arn:[^:]*:states:[^:]*:[^:]*:stateMachine:/ → /arn:[^:]*:states:[^:]*:[^:]*:stateMachine:/',
        '/:\\d+$/ → /:\\d+/',
      ],
    },
  ),
  ...ofKind('Any other seed is as good.', {
    'engine/engine.ts': ['(options.seed ?? 1) + 1 → (options.seed ?? 1) - 1'],
  }),
  ...ofKind("JSONata begins all that it says of what it cannot parse with the error's code.", {
    'engine/expressions.ts': ['/^S\\d{4}: / → /S\\d{4}: /'],
  }),
  ...ofKind('It is only told from the other patterns.', {
    'engine/load-task.ts': ['\'requestResponse\' → ""'],
  }),
];
