import { describe, expect, it } from 'vitest';
import { given, home, policy, server } from './world.ts';

describe('A database with three volumes', () => {
  it('is captured with its volumes consistent, and runs again before its image is available', async () => {
    const database = server({ volumes: ['/dev/xvda', '/dev/sdf', '/dev/sdg'] });
    const story = await given({ policies: [policy('gold')], servers: [database] });

    await story.capture('gold');

    const [image] = [...story.account.region(home).images.values()].filter(({ description }) =>
      description.Name?.startsWith('gold/'),
    );
    const snapshots = image?.snapshotIds.map((id) => story.account.region(home).snapshots.get(id));
    expect(snapshots?.map((snapshot) => snapshot?.instanceStateAtStart)).toEqual(['stopped', 'stopped', 'stopped']);
    expect(story.instance(database.instance.InstanceId ?? '').State?.Name).toBe('running');
    expect(story.observer.runs[0]?.captures[0]).toMatchObject({ outcome: 'captured', reason: 'stopped' });
  });
});
