import { App } from 'aws-cdk-lib';
import { loadDeployment } from '../config/deployment.ts';
import { addStacks } from '../lib/add-stacks.ts';
import { bundleFunctions } from '../lib/bundle.ts';
import { AppError, describeError } from '../shared/core/errors.ts';

/** What `cdk` runs: reads the environment that `-c env=NAME` names, bundles its functions, and writes its templates. */
async function synthesise(): Promise<void> {
  // Otherwise the program would write the templates of nothing after a refusal.
  const app = new App({ autoSynth: false });
  const deployment = loadDeployment(app.node.getAllContext());
  addStacks(app, deployment, await bundleFunctions(deployment));
  app.synth();
}

try {
  await synthesise();
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
}
