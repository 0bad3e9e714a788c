'use strict';
// The door for `plugins` of serverless.yml: osls is CommonJS, and the plugin is TypeScript.
require('./own-node.cjs');
const { AmiLifecyclePlugin } = require('./plugin.ts');
module.exports = AmiLifecyclePlugin;
