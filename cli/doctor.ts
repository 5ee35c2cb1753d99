import type { Command } from 'commander';
import type { Finding } from '../shared/core/finding.ts';
import { type DoctorReport, examine, type TracedSetting } from './examine.ts';
import { examineEnvironment } from './examine-environment.ts';

import { type CommonOptions, environmentOption, withCommonOptions } from './options.ts';
import { levelLabels, sayFindings } from './say-findings.ts';
import { bold, dim, green, red, say, sayJson } from './screen.ts';

interface DoctorOptions extends CommonOptions {
  readonly env?: string;
}

/** `hot-crypto doctor`: is everything there that trading needs, and which config is in force? */
export function addDoctor(program: Command): void {
  withCommonOptions(program.command('doctor'))
    .description(
      'versions, config and where it comes from, environment, clock, disk, candles, accounts, and with mode live Kraken; exit 1 on a FAIL',
    )
    .addOption(environmentOption())
    .action(async (options: DoctorOptions, verb: Command) => {
      const { env } = options;
      const report =
        env === undefined
          ? await examine(options, Date.now(), verb.getOptionValueSource('data'))
          : await examineEnvironment({ ...options, env }, Date.now());
      if (options.json) sayJson(report);
      else showReport(report);
      if (!report.isReady) process.exitCode = 1;
    });
}

type Report = Pick<DoctorReport, 'findings' | 'failures' | 'warnings'> &
  Partial<Pick<DoctorReport, 'settings' | 'mode'>>;

function showReport({ findings, settings = [], failures, warnings, mode }: Report): void {
  for (const section of new Set(findings.map((finding) => finding.section))) {
    say(bold(section));
    const own = findings.filter((finding) => finding.section === section);
    // What is said of a single setting is shown beside it.
    const paths = section === 'configuration' ? settings.map(({ path }) => path) : [];
    sayFindings(own.filter(({ subject }) => !paths.includes(subject)));
    if (section === 'configuration') saySettings(settings, own);
    say();
  }
  const warned = `${warnings === 0 ? 'no' : warnings} warning${warnings === 1 ? '' : 's'}`;
  if (failures > 0) say(red(`Not ready to trade: ${failures} FAIL, ${warned}.`));
  else say(green(`Ready to trade ${mode === 'live' ? 'REAL MONEY' : 'on paper'}, with ${warned}.`));
}

/** What a file of one's own changed, then the rest, each group in the order of the schema. */
function saySettings(settings: readonly TracedSetting[], findings: readonly Finding[]): void {
  const isChanged = ({ value, usual }: TracedSetting) => spelled(value) !== spelled(usual);
  const rows = [...settings.filter(isChanged), ...settings.filter((one) => !isChanged(one))].map((one) => ({
    level: findings.find(({ subject }) => subject === one.path)?.level ?? 'ok',
    paint: isChanged(one) ? bold : (text: string) => text,
    value: isChanged(one) ? `${spelled(one.value)}, not ${spelled(one.usual)}` : spelled(one.value),
    path: one.path,
    origin: one.origin,
    about: one.about,
  }));
  const widthOf = (column: 'path' | 'value' | 'origin') =>
    Math.max(0, ...rows.map((row) => row[column].length));
  const widths = { path: widthOf('path'), value: widthOf('value'), origin: widthOf('origin') };
  for (const { level, paint, path, value, origin, about } of rows) {
    const cells = [path.padEnd(widths.path), value.padEnd(widths.value), origin.padEnd(widths.origin)];
    say(`${levelLabels[level]}  ${paint(cells.join('  '))}  ${dim(about)}`);
  }
}

function spelled(value: unknown): string {
  if (value === null) return 'none';
  return Array.isArray(value) ? value.join(' ') : String(value);
}
