import { findPackageJSON } from 'node:module';
import { dirname } from 'node:path';
import type { Plugin } from 'esbuild';

/** Parts of ccxt that sign for other exchanges, or hold a connection open: Kraken's public and private calls need none. */
const UNUSED =
  /^\.{1,2}\/(.*\/)?(static_dependencies\/(zklink|dydx-v4-client)\/.*|protobuf\/mexc\/.*|functions\/starknet\.js|ws\/WsClient\.js)$/;

const IN_CCXT = /[\\/]node_modules[\\/]ccxt[\\/]/;

/**
 * Takes Kraken's class out of ccxt instead of a hundred exchanges (6 MB), and nothing where ccxt imports what only
 * others need. What is missing fails at once when it is called.
 */
export const ccxtPlugin: Plugin = {
  name: 'ccxt',
  setup({ onResolve, onLoad }) {
    const folder = dirname(findPackageJSON('ccxt', import.meta.url) ?? '');
    onResolve({ filter: /^ccxt$/ }, () => ({ path: 'ccxt', namespace: 'ccxt', sideEffects: false }));
    onLoad({ filter: /.*/, namespace: 'ccxt' }, () => ({
      contents: "export { default as kraken } from './js/src/kraken.js';",
      resolveDir: folder,
    }));
    onResolve({ filter: UNUSED }, ({ path, importer }) =>
      IN_CCXT.test(importer) ? { path, namespace: 'unused' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'module.exports = {};' }));
  },
};
