#!/usr/bin/env node
// The command's door, in plain JavaScript: whatever Node a machine has (from 20 on) can open it. The project itself is
// TypeScript, which Node runs from version 24 on; an older Node hands over to the one that npm installs with the project.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ownNode = fileURLToPath(
  new URL(`../node_modules/node/bin/node${process.platform === 'win32' ? '.exe' : ''}`, import.meta.url),
);

if (Number.parseInt(process.versions.node, 10) >= 24) {
  // A reader that closes early, such as `head`, is no error.
  process.stdout.on('error', (error) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const { run } = await import('./main.ts');
  process.exitCode = await run(process.argv.slice(2));
} else if (existsSync(ownNode)) {
  handOver();
} else {
  const folder = fileURLToPath(new URL('..', import.meta.url));
  console.error(
    `error: ami-lifecycle needs Node 24, and this is ${process.versions.node}: run \`npm ci\` in ${folder}, which installs it there.`,
  );
  process.exitCode = 2;
}

function handOver() {
  const child = spawn(ownNode, process.argv.slice(1), { stdio: 'inherit' });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`error: ${ownNode} does not start (${error.message}): run \`npm ci\` again.`);
    process.exitCode = 2;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) {
      process.exitCode = code ?? 1;
      return;
    }
    // Die of the same signal, so that a shell sees what happened.
    for (const name of signals) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}
