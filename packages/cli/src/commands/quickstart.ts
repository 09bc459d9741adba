import { createApiClient } from '@coder/api';
import { parseConfig } from '@coder/server';
import { Command } from 'commander';
import { coderCommand } from '../coder-command.ts';
import { withProgress } from '../output/progress.ts';
import { firstRun } from '../quickstart/first-run.ts';
import { renderGuide, renderOwner } from '../quickstart/guide.ts';
import { refuseWhatNpmKept } from '../quickstart/kept-by-npm.ts';
import { knownOwner } from '../quickstart/record.ts';
import { lookAtSignIn } from '../quickstart/sign-in.ts';
import { version } from '../version.ts';
import { addServerFlags, readServerConfig, serve, serverFlags } from './server.ts';

export function quickstartCommand(): Command {
  const command = new Command('quickstart')
    .description(
      'Run a server ready to use: owner, starter templates and a workspace "demo" on the first run',
    )
    .addHelpText(
      'after',
      '\nTakes the flags of "coder server". CODER_FIRST_USER_EMAIL, _USERNAME and _PASSWORD choose the owner.',
    );
  addServerFlags(command);
  return command.action(async () => {
    refuseWhatNpmKept();
    const config = readServerConfig({
      experiments: process.env.CODER_EXPERIMENTS || 'oauth2,mcp-server-http',
      'local-sandbox': process.env.CODER_LOCAL_SANDBOX || 'auto',
      'log-level': process.env.CODER_LOG_LEVEL || 'warn',
      ...serverFlags(command),
    });
    await withProgress(async (progress) => {
      progress.step('Starting the server');
      await serve(config, async (server) => {
        const { configDir, dataDir } = config;
        const { url, accessUrl } = server;
        const { deployment_id: deploymentId } = await createApiClient({ url }).deployment.buildInfo();
        const coder = coderCommand();
        const result = await firstRun({ url, deploymentId, configDir, dataDir }, process.env, progress);
        progress.succeed(`coder ${version} is running.`);
        if (result) {
          const { config: usual } = parseConfig({ flags: { 'config-dir': configDir }, env: {} });
          process.stdout.write(renderOwner(result, { coder, defaultDataDir: usual.dataDir }));
        }
        const signIn = await lookAtSignIn(configDir, [url, accessUrl]);
        const owner = knownOwner(configDir, deploymentId);
        process.stdout.write(renderGuide({ url: accessUrl, coder, dataDir, signIn, owner }));
      });
    });
  });
}
