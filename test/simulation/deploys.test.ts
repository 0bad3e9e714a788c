import { describe, expect, it } from 'vitest';
import type { Workflow } from '../../cli/simulation/workflows.ts';
import { functionFolders } from '../../deploy/function-files.ts';
import { database, home, policy, server } from '../../explore/servers.ts';
import { archiveNow, archiving, givenVault, hangOne, stored } from './archiving.ts';
import { abortHolder } from './rescuing.ts';
import { betweenPlanAndAct, hang, nightsUntil, retire } from './retiring.ts';
import { given } from './story.ts';
import { encryptedUnder } from './used-rights.ts';

const start = '2026-11-21T03:00:00Z';
const before = policy('gold', { copies: [{ region: 'eu-west-3' }], share: { accounts: ['123456789012'] } });
/** Whatever it is handed, it answers what nobody expects. */
const newHandlers = Object.fromEntries(functionFolders().map((name) => [name, async () => `new ${name}`]));
const renewed = (name: string): Workflow => ({
  name,
  definition: {
    QueryLanguage: 'JSONata',
    StartAt: 'New',
    States: { New: { Type: 'Pass', Output: 'by the new definition', End: true } },
  },
  functionKeys: [],
  workflowKeys: [],
});

describe('A deploy while a capture is under way', () => {
  const moments = [
    { operation: 'StopInstances', seconds: 1 },
    { operation: 'CreateImage', seconds: 5 },
    { operation: 'StartInstances', seconds: 20 },
    { operation: 'CopyImage', seconds: 5 },
  ];

  it.each(moments)(
    'lets it end on the code, the definition and the policy that it began with: $seconds s after $operation',
    async ({ operation, seconds }) => {
      const web = database();
      const story = await given({ at: start, policies: [before], servers: [web] });
      const after = policy('gold', { capture: { consistency: 'crash' } });
      story.onceAfter(operation, seconds, () =>
        story.stack.deploy({
          policies: [after],
          handlers: newHandlers,
          workflows: [renewed('capture-images')],
        }),
      );

      await story.capture('gold');

      expect(story.lastRun().status).toBe('SUCCEEDED');
      expect(story.journey(web)).toEqual(['stopping', 'stopped', 'pending', 'running']);
      expect(story.image().tags).toMatchObject({
        'ami-lifecycle:consistency': 'stopped',
        'ami-lifecycle:state': 'complete',
      });
      expect(story.images('eu-west-3')).toHaveLength(1);
    },
  );

  it('makes the next run begin on what is new', async () => {
    const story = await given({ at: start, policies: [before], servers: [server('web')] });
    story.onceAfter('CreateImage', 5, () =>
      story.stack.deploy({ policies: [before], workflows: [renewed('capture-images')] }),
    );
    await story.capture('gold');

    const arn = story.stack.capture({ policy: 'gold', scheduledAt: '2026-11-22T03:00:00Z' });
    await story.rest();

    expect(story.stack.engine.describeExecution(arn)).toMatchObject({ output: 'by the new definition' });
    expect(story.image().tags['ami-lifecycle:slot']).toBe('20261121T0300Z');
  });

  it('lets the next run call the new functions', async () => {
    const web = server('web');
    const story = await given({ at: start, policies: [before], servers: [web] });
    story.onceAfter('CreateImage', 5, () => story.stack.deploy({ policies: [before], handlers: newHandlers }));
    await story.capture('gold');

    const arn = story.stack.capture({ policy: 'gold', scheduledAt: '2026-11-22T03:00:00Z' });
    await story.rest();

    expect(story.stack.engine.describeExecution(arn).status).toBe('FAILED');
    expect(story.accepted('StopInstances', web)).toHaveLength(1);
  });
});

describe('A deploy that takes away the rights by which an instance was stopped', () => {
  const key = `arn:aws:kms:${home}:111122223333:key/11111111-2222-3333-4444-555555555555`;
  const selecting = (tags: Record<string, string>, consistency = 'stop') =>
    policy('gold', {
      select: { tags },
      schedule: { cron: '0 3 * * ? *', onTagged: false },
      capture: { consistency },
    });
  const changes = [
    { what: 'stops nothing any more', after: selecting({ environment: 'production' }, 'crash') },
    { what: 'selects others', after: selecting({ tier: 'db' }) },
  ];
  const moments = [
    { operation: 'StopInstances', seconds: 1 },
    { operation: 'CreateImage', seconds: 5 },
    { operation: 'StartInstances', seconds: 20 },
  ];

  it.each(changes.flatMap((change) => moments.map((moment) => ({ ...change, ...moment }))))(
    'lets it get its image, and run again on its encrypted volumes: $seconds s after $operation, the policy $what',
    async ({ after, operation, seconds }) => {
      const production = encryptedUnder(key, server('web', { under: null, tags: { environment: 'production' } }));
      const story = await given({
        at: start,
        policies: [selecting({ environment: 'production' })],
        servers: [production],
      });
      story.account.region(home).keys.add(key);
      story.onceAfter(operation, seconds, () => story.stack.deploy({ policies: [after] }));

      await story.capture('gold');

      expect(story.lastRun().status).toBe('SUCCEEDED');
      expect(story.journey(production)).toEqual(['stopping', 'stopped', 'pending', 'running']);
      expect(story.image().tags['ami-lifecycle:state']).toBe('complete');
    },
  );

  it('lets the rescuer start it, whose holder is gone', async () => {
    const production = encryptedUnder(key, server('web', { under: null, tags: { environment: 'production' } }));
    const story = await given({
      at: start,
      policies: [selecting({ environment: 'production' })],
      servers: [production],
      rescuesUntil: '2026-11-21T09:00:00Z',
    });
    story.account.region(home).keys.add(key);
    story.onceAfter('StopInstances', 20, () => {
      story.stack.deploy({ policies: [selecting({ tier: 'db' }, 'crash')] });
      abortHolder(story, production);
    });

    await story.capture('gold');

    expect(story.journey(production)).toEqual(['stopping', 'stopped', 'pending', 'running']);
  });
});

describe('A deploy while a run of retire-images is under way', () => {
  it('lets it start the archive-image that it knew when it began', async () => {
    const gold = archiving();
    const story = await givenVault({ policies: [gold] });
    const { imageId, key } = hangOne(story, server('web'), {}, '20261101T0300Z');
    hang(story, server('web'), nightsUntil('2026-11-21', 3));
    betweenPlanAndAct(story, () =>
      story.stack.deploy({ policies: [gold], handlers: newHandlers, workflows: [renewed('archive-image')] }),
    );

    expect(await retire(story)).toMatchObject({ status: 'SUCCEEDED' });

    expect(stored(story, key).image?.description.ImageId).toBe(imageId);
    const before = story.stack.engine.listExecutions({ stateMachine: 'archive-image' }).length;
    const byHand = await archiveNow(story, imageId);
    expect(before).toBeGreaterThan(0);
    expect(byHand).toMatchObject({ output: 'by the new definition' });
  });
});
