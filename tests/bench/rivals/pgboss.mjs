// pg-boss: jobs in thousands, jobs one by one, and a drain of eight workers that take a hundred at a time.
import PgBoss from 'pg-boss';
import { command, erase, identity, inFlight, inThousands, measure, total, url } from './rival.mjs';

const kQueue = 'erasure';

const boss = new PgBoss({ connectionString: url, max: 10 });
boss.on('error', (error) => {
  throw error;
});
await boss.start();
await boss.clearStorage();
await boss.createQueue(kQueue);

const insertAll = () => inThousands((n) => ({ name: kQueue, data: { identity: identity(n) } }), (jobs) => boss.insert(jobs));

async function drainAll() {
  let done = 0;
  const worker = async () => {
    while (done < total) {
      const jobs = await boss.fetch(kQueue, { batchSize: 100 });
      if (jobs.length === 0) return;
      await erase(jobs.map((job) => job.data.identity));
      await boss.complete(kQueue, jobs.map((job) => job.id));
      done += jobs.length;
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  if (done !== total) throw new Error(`${done} of ${total} jobs done`);
}

if (command === 'bulk') {
  await measure('bulk', insertAll);
} else if (command === 'single') {
  await measure('single', () => inFlight(64, total, (n) => boss.send(kQueue, { identity: identity(n) })));
} else {
  await insertAll();
  await measure('drain', drainAll);
}
process.exit(0);
