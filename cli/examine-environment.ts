import { loadDeployment } from '../config/deployment.ts';
import { stackName } from '../config/service.ts';
import { loadHead } from '../shared/app/account.ts';
import { ticksOverdue } from '../shared/app/health.ts';
import { AppError } from '../shared/core/errors.ts';
import { type Finding, fail, ok, warn } from '../shared/core/finding.ts';
import type { EpochMs } from '../shared/core/market/timeframes.ts';
import { type Opened, withAccount } from './accounts.ts';
import { openStacksOf, type Stacks } from './context-cloud.ts';
import { accountFinding } from './findings.ts';
import type { CommonOptions } from './options.ts';
import { progress } from './screen.ts';

const parts = ['data', 'trading', 'edge', 'observability'] as const;

/** Looks at a deployed environment: are its stacks there, and does its account tick? */
export async function examineEnvironment(options: CommonOptions & { readonly env: string }, nowMs: EpochMs) {
  progress('asking AWS …');
  const stacks = await examineStacks(options.env);
  const isLost = stacks.some(({ level }) => level === 'fail');
  const account = isLost ? [warn('account', 'not looked at')] : await examineAccount(options, nowMs);
  progress('');
  const findings = Object.entries({ stacks, account }).flatMap(([section, found]) =>
    found.map((finding) => ({ section, ...finding })),
  );
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
  return { isReady: count('fail') === 0, failures: count('fail'), warnings: count('warn'), findings };
}

async function examineStacks(environment: string): Promise<readonly Finding[]> {
  try {
    return await stackFindings(await openStacksOf(loadDeployment({ env: environment })), environment);
  } catch (error) {
    return [fail('AWS', told(error))];
  }
}

async function stackFindings(stacks: Stacks, environment: string): Promise<readonly Finding[]> {
  const findings = [ok('region', stacks.region)];
  try {
    for (const part of parts) {
      const name = stackName(environment, part);
      const stack = await stacks.find(name);
      findings.push(
        stack === undefined ? fail(name, missing(environment)) : stackFinding(name, stack.status),
      );
    }
    return findings;
  } finally {
    stacks.close();
  }
}

function missing(environment: string) {
  return {
    message: 'is not there',
    hint: `Deploy it: npx --no cdk deploy --all -c env=${environment}; or check AWS_PROFILE and AWS_REGION.`,
  };
}

function stackFinding(name: string, status: string): Finding {
  return /^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status)
    ? ok(name, status)
    : warn(name, status, 'Wait until it has ended; the console of CloudFormation says why it failed.');
}

async function examineAccount(
  options: CommonOptions & { readonly env: string },
  nowMs: EpochMs,
): Promise<readonly Finding[]> {
  let findings: readonly Finding[] = [];
  try {
    await withAccount(options, async (opened) => {
      findings = await accountFindings(opened, nowMs);
    });
    return findings;
  } catch (error) {
    return [fail('account', told(error))];
  }
}

async function accountFindings(
  { workspace, store, account, environment }: Opened,
  nowMs: EpochMs,
): Promise<readonly Finding[]> {
  const head = await loadHead(store, account);
  const isLate = ticksOverdue(head, { instances: workspace.instances, nowMs }) > 0;
  const remedy = 'docs/operations.md, engine-late, says what to look at.';
  return [
    ok('AWS account', environment?.accountId ?? 'unknown'),
    accountFinding(head),
    isLate ? warn('ticks', 'one that should be done is not', remedy) : ok('ticks', 'none is overdue'),
  ];
}

/** An error that is told to a person; a fault of the program stays one. */
function told(error: unknown): AppError {
  if (error instanceof AppError) return error;
  throw error;
}
