import { DatabaseSync } from 'node:sqlite';

/** Changes fields of the first stored decision of a state file behind the program's back. */
export function tamperWithDecision(file: string, change: Readonly<Record<string, unknown>>): void {
  const database = new DatabaseSync(file);
  const found = database
    .prepare("SELECT pk, sk, body FROM items WHERE sk LIKE 'DECISION#%' ORDER BY pk, sk LIMIT 1")
    .get();
  const body = { ...JSON.parse(String(found?.['body'])), ...change };
  database
    .prepare('UPDATE items SET body = ? WHERE pk = ? AND sk = ?')
    .run(JSON.stringify(body), String(found?.['pk']), String(found?.['sk']));
  database.close();
}
