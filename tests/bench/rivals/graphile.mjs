// graphile-worker with a local queue and completions in batches: jobs in thousands, jobs one by one, and a drain whose tasks
// share calls of a hundred.
import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import { command, erase, identity, inFlight, inThousands, measure, total, url } from './rival.mjs';

const kTask = 'erase';

// It would print a line a task.
const logger = new Logger(() => () => {});
const utils = await makeWorkerUtils({ connectionString: url, logger });
await utils.migrate();
await utils.withPgClient((client) => client.query('truncate graphile_worker._private_jobs'));

const insertAll = () => inThousands((n) => ({ identifier: kTask, payload: { identity: identity(n) } }), (jobs) => utils.addJobs(jobs));

/** Collects what tasks hand in, and makes a call of each hundred, or of what has waited for 20 ms. */
function makeBatcher(onErased) {
  let waiting = [];
  let timer;
  const flush = async () => {
    clearTimeout(timer);
    timer = undefined;
    const batch = waiting;
    waiting = [];
    await erase(batch.map((task) => task.identity));
    for (const task of batch) task.done();
    onErased(batch.length);
  };
  return ({ identity }) =>
    new Promise((done) => {
      waiting.push({ identity, done });
      if (waiting.length === 100) flush();
      else timer ??= setTimeout(flush, 20);
    });
}

async function drainAll() {
  let done = 0;
  let finish;
  const finished = new Promise((resolve) => (finish = resolve));
  const task = makeBatcher((count) => {
    done += count;
    if (done === total) finish();
  });
  await run({
    connectionString: url,
    logger,
    noHandleSignals: true,
    taskList: { [kTask]: task },
    preset: {
      worker: {
        concurrentJobs: 400,
        maxPoolSize: 10,
        pollInterval: 100,
        localQueue: { size: 800 },
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
      },
    },
  });
  await finished;
}

if (command === 'bulk') {
  await measure('bulk', insertAll);
} else if (command === 'single') {
  await measure('single', () => inFlight(64, total, (n) => utils.addJob(kTask, { identity: identity(n) })));
} else {
  await insertAll();
  await measure('drain', drainAll);
}
process.exit(0);
