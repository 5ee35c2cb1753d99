import { loadConfig } from '../../config/load.ts';
import { strategies } from '../../shared/core/strategies/registry.ts';

/** The strategies that the config of the project enables, in alphabetical order. */
export function enabledStrategies(): readonly string[] {
  const { strategies: chosen } = loadConfig();
  return Object.keys(chosen)
    .filter((id) => chosen[id]?.enabled)
    .sort();
}

/** A line of YAML that lets only the given strategies vote, each with what is said of it. */
export function onlyStrategies(chosen: Readonly<Record<string, string>>): string {
  const lines = strategies.map(({ id }) => `${id}: ${chosen[id] ?? '{ enabled: false }'}`);
  return `strategies: { ${lines.join(', ')} }\n`;
}
