'use strict';
// The door for ${file(deploy/stack.cjs):…} of serverless.yml: osls is CommonJS, and what it includes is TypeScript.
require('./own-node.cjs');
module.exports = { ...require('./stack.ts') };
