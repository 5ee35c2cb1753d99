import type { ObjectStore } from '../../shared/ports/object-store.ts';

/** Objects in memory. `puts` are the keys in the order of the writes; `beforePut` may lose us the race. */
export interface MemoryObjects extends ObjectStore {
  readonly objects: Map<string, { bytes: Uint8Array; tag: string }>;
  readonly puts: string[];
  beforePut?: ((key: string) => Promise<void>) | undefined;
}

export function memoryObjectStore(): MemoryObjects {
  let version = 0;
  const objects: MemoryObjects['objects'] = new Map();
  const store: MemoryObjects = {
    objects,
    puts: [],
    async get(key) {
      return objects.get(key);
    },
    async put(key, bytes, expect) {
      await store.beforePut?.(key);
      if ((objects.get(key)?.tag ?? 'absent') !== expect) return false;
      objects.set(key, { bytes, tag: String(++version) });
      store.puts.push(key);
      return true;
    },
    async list(prefix) {
      return [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    },
  };
  return store;
}
