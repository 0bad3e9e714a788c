'use strict';
// `npx` and `npm run` put the Node that npm installs with the project first on the PATH; a global command does not.
if (Number.parseInt(process.versions.node, 10) < 24) {
  throw new Error(
    `This service is built with Node 24, and this is ${process.versions.node}: run \`npx serverless …\` in its folder after \`npm ci\`, which installs it there.`,
  );
}
