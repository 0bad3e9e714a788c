import { describe, expect, it } from 'vitest';
import type { Rule, TextFile } from './files.ts';
import { knownErrors, oneName } from './rules/definitions.ts';
import { fileLength, folderNames, roomReadmes } from './rules/files-and-folders.ts';
import { clocksAndChance, namesNoMachine, noAny, noSkippedTests } from './rules/forbidden-words.ts';
import { functionRooms, plainHandlers } from './rules/function-rooms.ts';
import { importArrows } from './rules/import-arrows.ts';

const file = (path: string, text = ''): TextFile => ({ path, text });
const lines = (count: number): string => 'line\n'.repeat(count);
/** The faults of files that are wrong in one way each. */
const faults = (rule: Rule, ...files: TextFile[]): string[] => rule(files);

describe('the rule of the import arrows', () => {
  it.each([
    ['engine/machine.ts', '../shared/domain/policy.ts', 'hand it in as an argument'],
    ['engine/machine.ts', '@aws-sdk/client-ec2', 'the engine knows nothing of the project'],
    ['simulator/account.ts', '../engine/machine.ts', "the engine's clock only"],
    ['simulator/account.ts', '../shared/domain/tags.ts', "the engine's clock only"],
    ['shared/domain/policy.ts', '../aws/clients.ts', 'a rule is pure'],
    ['shared/domain/policy.ts', 'node:fs', 'a rule is pure'],
    ['shared/domain/policy.ts', 'zodiac', 'a rule is pure'],
    ['shared/aws/clients.ts', '../runtime/env.ts', 'let the handler hand in the rest'],
    ['shared/runtime/as-task.ts', '../aws/clients.ts', 'the Lambda edge'],
    ['shared/runtime/as-task.ts', '../domain/policy.ts', 'the Lambda edge'],
    ['functions/create-image/task.ts', '../../shared/aws/images.ts', 'let handler.ts build them'],
    ['functions/create-image/task.ts', '@aws-sdk/client-ec2', 'let handler.ts build them'],
    ['functions/create-image/handler.ts', '../copy-image/task.ts', 'functions never import one another'],
    ['functions/create-image/handler.ts', '../../simulator/account.ts', 'its own task.ts and shared/'],
    ['functions/create-image/handler.ts', '@aws-sdk/client-ec2', 'its own task.ts and shared/'],
    ['deploy/roles.ts', '../simulator/account.ts', 'the simulator do not ship'],
  ])('catches %s that imports %s', (path, target, cure) => {
    const found = faults(importArrows, file(path, `import { x } from '${target}';`));
    expect(found).toEqual([expect.stringContaining(cure)]);
    expect(found[0]).toMatch(new RegExp(`^${path} imports `));
  });

  it.each([
    ['engine/machine.ts', './clock.ts'],
    ['engine/machine.ts', 'jsonata'],
    ['simulator/ec2/create-image.ts', '../../engine/clock.ts'],
    ['simulator/ec2/create-image.ts', '@aws-sdk/client-ec2'],
    ['shared/domain/policy.ts', 'zod'],
    ['shared/domain/policy.ts', 'temporal-polyfill/global'],
    ['shared/aws/images.ts', '../domain/errors.ts'],
    ['shared/runtime/as-task.ts', '../domain/errors.ts'],
    ['functions/create-image/task.ts', '../../shared/domain/errors.ts'],
    ['functions/create-image/handler.ts', './task.ts'],
    ['functions/create-image/handler.ts', '../../shared/aws/images.ts'],
    ['cli/simulate.ts', '../engine/machine.ts'],
    ['test/simulation/capture.test.ts', '../../functions/create-image/handler.ts'],
  ])('lets %s import %s', (path, target) => {
    expect(faults(importArrows, file(path, `export { x } from '${target}';`))).toEqual([]);
  });

  it('catches an arrow that cannot be seen, outside cli/, test/ and scripts/', () => {
    const text = 'export const load = (path: string) => import(path);';
    expect(faults(importArrows, file('engine/a.ts', text), file('cli/b.ts', text))).toEqual([
      'engine/a.ts computes what it imports, so nobody can see where the arrow points; name it in quotes.',
    ]);
  });
});

describe('the rule of clocks and chance', () => {
  it.each([
    ['const now = Date.now();', 'Date.now'],
    ['const now = new Date();', 'new Date()'],
    ['const now = new Date;', 'new Date()'],
    ['const now = Date();', 'Date()'],
    ['const now = Temporal.Now.instant();', 'Temporal.Now'],
    ['const dice = Math.random();', 'Math.random'],
    ["import { randomUUID } from 'node:crypto';", 'randomUUID'],
    ["import { setTimeout } from 'node:timers/promises';", 'setTimeout'],
    ['setInterval(tick, 5);', 'setInterval'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source under test
    ['const text = `${Date.now()}`;', 'Date.now'],
  ])('catches %j', (text, word) => {
    const [fault, ...others] = faults(clocksAndChance, file('cli/a.ts', text));
    expect(fault).toMatch(`cli/a.ts uses ${word}; take the time (or the random source) as an argument`);
    expect(others).toEqual([]);
  });

  it('lets the three places use them, and everybody speak of them', () => {
    const used = 'Math.random() + Date.now()';
    const spoken =
      "// Date.now() would be wrong\nconst rule = 'no Math.random'; const then = new Date(5); new Date ( x )";
    const places = ['engine/clock.ts', 'simulator/random.ts', 'shared/runtime/env.ts'];
    expect(clocksAndChance([...places.map((path) => file(path, used)), file('cli/a.ts', spoken)])).toEqual([]);
  });
});

describe('the rule of the functions’ rooms', () => {
  const room = (name: string, ...names: string[]) => names.map((each) => file(`functions/${name}/${each}`));

  it('catches what is missing, what is too much and what has the wrong name', () => {
    expect(functionRooms(room('create-image', 'task.ts', 'handler.ts', 'function.yml'))).toEqual([]);
    expect(functionRooms(room('create-image', 'task.ts', 'handler.ts'))).toEqual([
      expect.stringContaining('functions/create-image/ lacks function.yml'),
    ]);
    expect(functionRooms(room('create-image', 'task.ts', 'handler.ts', 'function.yml', 'names.ts'))).toEqual([
      expect.stringContaining('functions/create-image/names.ts does not belong there'),
    ]);
    expect(functionRooms(room('images', 'task.ts', 'handler.ts', 'function.yml'))).toEqual([
      expect.stringContaining('functions/images/ is no verb-noun'),
    ]);
    expect(functionRooms([file('functions/shared.ts'), file('functions/README.md')])).toEqual([
      expect.stringContaining('functions/shared.ts lies outside'),
    ]);
  });

  const good = "import { a } from './task.ts';\n// if only\nexport const handler = asTask(contract, a('try'));\n";
  it.each([
    [`if (a) b();\n${good}`, 'uses if; move the decision into task.ts'],
    [`try { a(); } finally {}\n${good}`, 'uses try'],
    [`for (const a of b) c();\n${good}`, 'uses for'],
    [`while (a) b();\n${good}`, 'uses while'],
    [`list.forEach(a);\n${good}`, 'uses .forEach'],
    ['export const handler = async () => {};', 'does not end in `export const handler = asTask'],
    [`export const names = [];\n${good}`, 'exports more than its handler'],
  ])('catches the handler %j', (text, cure) => {
    const found = faults(plainHandlers, file('functions/create-image/handler.ts', text));
    expect(found).toEqual([expect.stringContaining(cure)]);
  });

  it('lets a handler put together', () => {
    expect(faults(plainHandlers, file('functions/create-image/handler.ts', good))).toEqual([]);
  });
});

describe('the rules of the definitions', () => {
  const definition = (states: string) => file('statemachines/capture-images/definition.asl.yaml', states);
  const task = (name: string, key: string) =>
    `  ${name}: { Type: Task, Resource: 'arn:aws:states:::lambda:invoke', Arguments: { FunctionName: '\${${key}}' } }\n`;
  const functions = [file('functions/create-image/task.ts')];

  it('let a state be called as the function that it invokes, however deep it lies', () => {
    const inner = `States:\n${task('CreateImageAgain', 'createImage')}`.replaceAll('\n', '\n      ');
    const outer = `States:\n  Each:\n    Type: Map\n    ItemProcessor:\n      ${inner}`;
    expect(oneName([...functions, definition(outer)])).toEqual([]);
  });

  it('catch a state that is called otherwise', () => {
    expect(oneName([...functions, definition(`States:\n${task('MakeImage', 'createImage')}`)])).toEqual([
      expect.stringMatching(/state MakeImage invokes \S+; let its name begin with CreateImage/),
    ]);
  });

  it('catch a state without a function, and a function without a state', () => {
    const inner = `States:\n${task('CopyImage', 'copyImage')}`.replaceAll('\n', '\n          ');
    const nested = `States:\n  Both:\n    Type: Parallel\n    Branches:\n        - ${inner}`;
    expect(oneName([...functions, definition(nested)])).toEqual([
      expect.stringContaining('there is no functions/copy-image/'),
      expect.stringContaining('functions/create-image/ is invoked by no state'),
    ]);
  });

  it('catch a state that starts a workflow that there is not, or is called otherwise', () => {
    const start = (name: string, key: string) =>
      `  ${name}: { Type: Task, Resource: 'arn:aws:states:::states:startExecution.sync:2', Arguments: { StateMachineArn: '\${${key}}' } }\n`;
    const states = start('ArchiveImage', 'archiveImage') + start('CaptureAll', 'captureImages');
    expect(oneName([definition(`States:\n${states}`)])).toEqual([
      expect.stringContaining('there is no statemachines/archive-image/'),
      expect.stringMatching(/state CaptureAll starts \S+; let its name begin with CaptureImages/),
    ]);
  });

  it('catch an error that nothing throws', () => {
    const errors =
      "Catch: [{ ErrorEquals: [ImageFailed, States.ALL, Sandbox.Timedout] }], Retry: [{ ErrorEquals: ['ImageFialed'] }]";
    expect(knownErrors([definition(`States:\n  A: { Type: Task, ${errors} }`)])).toEqual([
      expect.stringContaining('state A names the error ImageFialed'),
    ]);
  });
});

describe('the rules of files and folders', () => {
  it('catch a folder whose name says nothing', () => {
    const files = [file('cli/utils/deep/a.ts'), file('shared/lib/b.ts'), file('cli/library/c.ts')];
    expect(folderNames(files)).toEqual([
      'cli/utils/ is a name for anything; name the folder after what it holds.',
      'shared/lib/ is a name for anything; name the folder after what it holds.',
    ]);
  });

  it('catch a file that is too long, unless it is data or one machine', () => {
    const files = [
      file('cli/a.ts', lines(401)),
      file('cli/b.ts', lines(400)),
      file('cli/c.json', lines(9999)),
      file('statemachines/a-b/definition.asl.yaml', lines(9999)),
    ];
    expect(fileLength(files)).toEqual(['cli/a.ts has 401 lines, over 400; split it where its second subject begins.']);
  });

  it('catch a room without a README, or with one that nobody reads', () => {
    const files = [
      file('cli/a.ts'),
      file('test/README.md', lines(16)),
      file('engine/README.md', lines(60)),
      file('.ci/run'),
      file('package.json'),
    ];
    expect(roomReadmes(files)).toEqual([
      expect.stringContaining('cli/ has no README.md'),
      'test/README.md has 16 lines, over 15; move the rest to docs/.',
    ]);
  });
});

describe('the rules of words', () => {
  it.each(['const a: any = 1;', 'const a = b as any;', 'const a: any[] = [];', 'f<any>()'])('catch %j', (text) => {
    expect(noAny([file('cli/a.ts', text)])).toEqual([expect.stringContaining('cli/a.ts uses the type any')]);
  });

  it('let people say any, and promises race', () => {
    expect(noAny([file('cli/a.ts', "// any\nconst many = 'any'; await Promise.any(all); z.any();")])).toEqual([]);
  });

  it.each(['it.skip', 'describe.only', 'it.todo', 'test.skipIf(x)'])('catch %s', (call) => {
    expect(noSkippedTests([file('test/a.test.ts', `${call}('a', () => {});`)])).toHaveLength(1);
  });

  it('catch a path of a machine and a package registry', () => {
    const path = ['', 'work', 'main', 'a.ts'].join('/');
    const lock = '"resolved": "https://mirror.example.com/a.tgz"';
    const host = ['registry', 'example', 'com'].join('.');
    expect(namesNoMachine([file('README.md', `see ${path}`)])).toEqual([expect.stringContaining('README.md names')]);
    expect(namesNoMachine([file('.npmrc', `//${host}/`)])).toEqual([
      expect.stringContaining('names a package registry'),
    ]);
    expect(namesNoMachine([file('package-lock.json', lock)])).toEqual([
      expect.stringContaining('resolves to https://mirror.example.com/a.tgz'),
    ]);
    expect(namesNoMachine([file('a.md', 'the network/ folder, ./work/c, homework/d')])).toEqual([]);
  });
});
