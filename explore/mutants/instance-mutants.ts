import type { Mutant } from './mutant.ts';

const machine = 'statemachines/capture-images/definition.asl.yaml';
const inspection = 'shared/domain/inspection.ts';

/** What may go wrong with instances that are stopped and started. */
export const instanceMutants: readonly Mutant[] = [
  {
    invariant: 1,
    name: 'StartInstance says that it has started what it has not',
    world: 'one night',
    edits: [
      {
        file: 'functions/start-instance/task.ts',
        from: 'await instances.start(instanceId);',
        to: "'started' as string;",
      },
    ],
  },
  {
    invariant: 1,
    name: 'the restart is taken out of the Catch',
    world: 'no image',
    edits: [
      {
        file: machine,
        from: "            - Condition: '{% $leased %}'\n              Assign: { restartSince: '{% $states.context.State.EnteredTime %}' }\n              Next: StartInstance\n          Default: CaptureFailed",
        to: "            - Condition: '{% $leased %}'\n              Next: CaptureFailed\n          Default: CaptureFailed",
      },
    ],
  },
  {
    invariant: 1,
    name: 'the lease is written when the instance has been stopped already',
    world: 'one night',
    placement: 'stop-instance/ec2:StopInstances@eu-west-1#1 killed-after-call',
    edits: [
      {
        file: 'functions/stop-instance/task.ts',
        from: '    await instances.writeLease(instanceId, { executionId, restartBy, launchedAt });\n',
        to: '    await instances.stop(instanceId);\n    await instances.writeLease(instanceId, { executionId, restartBy, launchedAt });\n',
      },
    ],
  },
  {
    invariant: 1,
    name: 'the rescue takes an execution that has ended for one at work',
    world: 'aborted',
    edits: [
      {
        file: 'shared/domain/rescue.ts',
        from: "if (state.status === 'ended') return rescue",
        to: "if (state.status === 'lost') return rescue",
      },
    ],
  },
  {
    invariant: 1,
    name: 'the lease stays when the instance runs again',
    world: 'one night',
    edits: [
      { file: 'functions/release-lease/task.ts', from: 'await instances.removeLease(instanceId, lease);', to: '' },
    ],
  },
  {
    invariant: 2,
    name: 'an instance that its owner has stopped since is taken for one whose start fell back',
    world: 'owner stops',
    edits: [
      {
        file: 'functions/check-instance/task.ts',
        from: "isByHand ? 'stopped-by-hand' : 'fell-back'",
        to: "isByHand ? 'fell-back' : 'fell-back'",
      },
      {
        file: 'functions/start-instance/task.ts',
        from: 'if (isStoppedAgain(',
        to: 'if (stoppedAt === executionId && isStoppedAgain(',
      },
    ],
  },
  {
    invariant: 2,
    name: 'what its owner has started and stopped again meanwhile is started after its image',
    world: 'owner starts and stops',
    edits: [
      {
        file: 'functions/start-instance/task.ts',
        from: 'if (isStoppedAgain(',
        to: 'if (stoppedAt === executionId && isStoppedAgain(',
      },
    ],
  },
  {
    invariant: 2,
    name: 'whatever stands still is started after its image, and the role allows it',
    world: 'two nights',
    edits: [
      {
        file: machine,
        from: "leased: '{% $leased or $states.result.Payload.holdsLease %}'",
        to: "leased: '{% true %}'",
      },
      {
        file: 'functions/start-instance/task.ts',
        from: 'if (!lease) return answer',
        to: 'if (!instance) return answer',
      },
      {
        file: 'functions/start-instance/function.yml',
        from: '    Condition:\n      StringLike: { aws:ResourceTag/ami-lifecycle:stopped-by: "*" }\n',
        to: '',
      },
    ],
  },
  {
    invariant: 3,
    name: "a lease is written into the instance's description, too, and the role allows it",
    world: 'one night',
    edits: [
      {
        file: 'shared/aws/instances.ts',
        from: 'leaseTags(lease));',
        to: "{ ...leaseTags(lease), Description: 'stopped' });",
      },
      {
        file: 'functions/stop-instance/function.yml',
        from: '    Condition:\n      ForAllValues:StringEquals: { aws:TagKeys: ["ami-lifecycle:stopped-by", "ami-lifecycle:restart-by"] }\n',
        to: '',
      },
    ],
  },
  {
    invariant: 3,
    name: "a lease is written on an instance's volumes, too, and the role allows it",
    world: 'one night',
    edits: [
      {
        file: 'shared/aws/instances.ts',
        from: '      await writeTags(ec2, [instanceId], leaseTags(lease));\n',
        to: "      await writeTags(ec2, [instanceId], leaseTags(lease));\n      const [leased] = await list(ec2, [{ Name: 'instance-id', Values: [instanceId] }]);\n      for (const { volumeId } of leased?.devices ?? []) await writeTags(ec2, [volumeId], leaseTags(lease));\n",
      },
      {
        file: 'functions/stop-instance/function.yml',
        from: '    onlyOn: instances that a policy selects\n    Action: [ec2:StopInstances, ec2:CreateTags]\n    Resource:\n',
        to: '    Action: [ec2:StopInstances, ec2:CreateTags]\n    Resource:\n      - arn:aws:ec2:*:*:volume/*\n',
      },
    ],
  },
  {
    invariant: 3,
    name: 'a policy selects what names none, and the roles allow it',
    world: 'another server',
    edits: [
      {
        file: 'shared/domain/selection.ts',
        from: 'return candidates.some(',
        to: 'return candidates.length === 0 || candidates.some(',
      },
      {
        file: 'functions/stop-instance/function.yml',
        from: '    onlyWhere: a policy stops instances\n    onlyOn: instances that a policy selects\n',
        to: '',
      },
      {
        file: 'functions/create-image/function.yml',
        from: '    onlyOn: instances that a policy selects\n',
        to: '',
      },
    ],
  },
  {
    invariant: 3,
    name: 'every tag of an instance goes with its lease, and the role allows it',
    world: 'one night',
    edits: [
      {
        file: 'shared/aws/instances.ts',
        from: 'Object.entries(leaseTags(lease)).map(([Key, Value]) => ({ Key, Value }))',
        to: "Object.keys(leaseTags(lease)).filter((key) => key === '').map((Key) => ({ Key }))",
      },
      {
        file: 'functions/release-lease/function.yml',
        from: "      'Null': { aws:TagKeys: 'false' }\n",
        to: '',
      },
    ],
  },
  {
    invariant: 13,
    name: 'nobody asks whether an instance is a member of an Auto Scaling group',
    world: 'group member',
    edits: [
      {
        file: inspection,
        from: "if (facts.autoScalingGroup !== undefined) return 'member-of-auto-scaling-group';",
        to: '',
      },
      { file: 'functions/stop-instance/task.ts', from: ' || tags[autoScalingGroupKey] !== undefined', to: '' },
    ],
  },
  {
    invariant: 15,
    name: 'an instance that is still stopping is taken for stopped',
    world: 'one night',
    edits: [
      {
        file: 'functions/check-instance/task.ts',
        from: "if (state === until && (until === 'stopped' || health === 'ok'))",
        to: "if (until === 'stopped' ? state !== 'running' : state === until && health === 'ok')",
      },
      {
        file: 'functions/create-image/task.ts',
        from: "instance.state !== 'stopped'",
        to: "instance.state === 'running'",
      },
    ],
  },
  {
    invariant: 15,
    name: 'a server is not rebooted for an image that says so',
    world: 'by reboot',
    edits: [
      {
        file: 'functions/create-image/task.ts',
        from: "reboot: consistency === 'rebooted',",
        to: "reboot: consistency === 'stopped',",
      },
    ],
  },
  {
    invariant: 15,
    name: 'the start of the snapshots is not waited for',
    world: 'one night',
    edits: [
      {
        file: 'functions/check-image/task.ts',
        from: "return answer('pending', '', await haveStarted());",
        to: "return answer('pending', '', (await haveStarted()) || awaits !== null);",
      },
    ],
  },
  {
    invariant: 15,
    name: 'nobody looks whether the instance was started before the snapshots of its image',
    world: 'owner starts early',
    edits: [
      { file: 'functions/check-image/task.ts', from: 'await isDisturbed(stillSince) : null', to: 'false : null' },
    ],
  },
];
