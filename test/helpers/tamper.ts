import { DatabaseSync } from 'node:sqlite';
import { itemSum } from '../../shared/adapters/sqlite/item-sum.ts';

/** Changes fields of the first stored decision of a state file behind the program's back. */
export function tamperWithDecision(file: string, change: Readonly<Record<string, unknown>>): void {
  const database = new DatabaseSync(file);
  const found = database
    .prepare("SELECT pk, sk, version, body FROM items WHERE sk LIKE 'DECISION#%' ORDER BY pk, sk LIMIT 1")
    .get();
  const [pk, sk, version] = [String(found?.['pk']), String(found?.['sk']), Number(found?.['version'])];
  const body = JSON.stringify({ ...JSON.parse(String(found?.['body'])), ...change });
  database
    .prepare('UPDATE items SET body = ?, sum = ? WHERE pk = ? AND sk = ?')
    .run(body, itemSum({ pk, sk, version, body }), pk, sk);
  database.close();
}
